#!/usr/bin/python3.11
"""Threads, processes, sockets, event loops and databases through CPython."""
import asyncio, concurrent.futures as futures, hashlib, json, mmap, multiprocessing, os, re, select
import signal, socket, sqlite3, subprocess, sys, tempfile, threading, time, zlib
print(sys.version_info[:3])
threads = [threading.Thread(target=lambda: [sum(range(1000)) for _ in range(50)]) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
print(subprocess.run(["echo", "sub"], capture_output=True, text=True).stdout.strip())
print(json.dumps({"a": [1, 2.5, None]}), re.sub("a(.)", r"\1a", "banana"), hashlib.sha256(b"x").hexdigest()[:8])
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "f")
    with open(path, "w") as f: f.write("x" * 10000)
    with open(path, "r+b") as f, mmap.mmap(f.fileno(), 0) as m: m[0:3] = b"abc"; print(m[:5])
    print(os.path.getsize(path), sorted(e.name for e in os.scandir(folder)))
server = socket.create_server(("127.0.0.1", 0))
def serve():
    c, _ = server.accept()
    with c: c.sendall(c.recv(100).upper())
t = threading.Thread(target=serve); t.start()
with socket.create_connection(server.getsockname()) as c: c.sendall(b"hello"); print(c.recv(100))
t.join()
r, w = os.pipe(); print(select.select([r], [], [], 0.05))
signal.signal(signal.SIGUSR1, lambda *a: print("usr1")); os.kill(os.getpid(), signal.SIGUSR1)
a, b = multiprocessing.Pipe(); pid = os.fork()
if pid == 0: b.send({"x": 1}); os._exit(4)
print(a.recv(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
async def main():
    p = await asyncio.create_subprocess_exec("echo", "async", stdout=asyncio.subprocess.PIPE)
    out, _ = await p.communicate()
    async def echo(r, w): w.write((await r.readline()).upper()); await w.drain(); w.close()
    s = await asyncio.start_server(echo, "127.0.0.1", 0)
    r, w = await asyncio.open_connection(*s.sockets[0].getsockname()); w.write(b"line\n")
    return out, await r.readline(), await asyncio.gather(*[asyncio.sleep(0.01, i) for i in range(5)])
print(asyncio.run(main()))
with futures.ThreadPoolExecutor(4) as pool: print(sum(pool.map(lambda x: x * x, range(100))))
with futures.ProcessPoolExecutor(2) as pool: print(sum(pool.map(abs, range(-100, 0))))
queue = multiprocessing.Queue(); p = multiprocessing.Process(target=queue.put, args=([1, 2],)); p.start(); print(queue.get()); p.join()
db = sqlite3.connect("x.db"); db.execute("create table t(a)")
with db: db.executemany("insert into t values(?)", [(i,) for i in range(1000)])
print(db.execute("select sum(a) from t").fetchone(), zlib.crc32(b"abc"), time.strftime("%Y", time.gmtime(0)))
try: os.open("/none", os.O_RDONLY)
except OSError as e: print(e)
print(os.sysconf("SC_PAGESIZE"), os.cpu_count(), len(os.urandom(16)), os.getcwd().rsplit("/", 1)[1])

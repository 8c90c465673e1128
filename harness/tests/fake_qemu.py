"""Stands in for QEMU: speaks QMP on the given descriptor and plays a guest on its console.

The guest reads the plan out of the initrd, as the real runner does, and does to each workload
what the last part of its name says: `ok`, `crash`, `absent`, `wrong`, `panic`, `hang`, `reboot`,
`lose`, `flood`; a probe answers it. The QMP side can be told by FAKE_QEMU to be `broken` (never
starts), `deaf` (ignores quit and SIGTERM), `silent`, `asleep` (an idle guest whose clock runs
away) or `odd` (a runner that read another plan).
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

MODE = os.environ.get("FAKE_QEMU", "")


def option(name: str) -> str:
    return sys.argv[sys.argv.index(name) + 1]


class Guest:
    """The console side."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._seq: dict[int, int] = {}

    def say(self, text: str) -> None:
        os.write(1, text.encode() + b"\r\n")

    def record(self, stream: int, kind: str, /, **fields: object) -> None:
        seq = self._seq.get(stream, 0)
        self._seq[stream] = seq + 1
        words = "".join(f"{key}={value} " for key, value in fields.items())
        body = f"@rs1 {stream} {seq} {kind} {words}".encode()
        os.write(1, b"\r\n" + body + b"#%08x\r\n" % zlib.crc32(body))

    def run(self) -> None:
        self.say("[    0.000000] a made-up kernel")
        if MODE == "silent":
            return
        initrd = Path(option("-initrd")).read_bytes()
        match = re.search(rb"profile (\w+)\n((?:[\w/]+\n)*)", initrd)
        assert match is not None
        plan = match[2].decode().split()
        if MODE == "asleep":
            return
        planned = len(plan) + (MODE == "odd")
        self.record(0, "hello", proto=1, port="p", arch="x86_64", planned=planned, profile="quick")
        self.record(0, "clock", ticks=1000, ns=1000)
        self.record(0, "settle", ok=1, rounds=6, ticks=50, ns=100, samples="1,2")
        for number, name in enumerate(plan, 1):
            self.record(0, "begin", stream=number, name=name)
            if not self.workload(number, name):
                return
        self.record(0, "clock", ticks=3000, ns=5000)
        self.record(0, "bye", ran=len(plan))
        self._monitor.event("SHUTDOWN", guest=True, reason="guest-reset")

    def workload(self, number: int, name: str) -> bool:
        """Whether the guest lives on."""
        group, _, last = name.partition("/")
        status = signal_number = 0
        if group == "probe" and "/panic" not in name:
            self.probe(number, *last.split("/"))
            self.record(0, "end", stream=number, exit=0, signal=0)
            return True
        match last.rpartition("/")[2] if group == "probe" else last:
            case "absent":
                self.record(number, "absent", what="thing%1B[31m", errno=38)
            case "wrong":
                self.record(number, "wrong", what="bytes", expected=1, got=2)
                status = 1
            case "crash":
                signal_number = 11
            case "panic":
                self.say("Kernel panic - not syncing: \x1b[31m<b>made up</b>|")
                self._monitor.event("SHUTDOWN", guest=True, reason="guest-reset")
                return False
            case "reboot":
                self._monitor.event("SHUTDOWN", guest=True, reason="guest-reset")
                return False
            case "hang":
                return False
            case "flood":
                os.write(1, b"x" * (1 << 20))
                return False
            case _:
                self.samples(number, group, last)
        self.record(0, "end", stream=number, exit=status, signal=signal_number)
        return True

    def probe(self, number: int, family: str, name: str) -> None:
        answer = name if name in ("absent", "wrong") else "works"
        more = {"absent": {"errno": 38}, "wrong": {"expected": 1, "got": 2}}.get(answer, {})
        what = {} if answer == "works" else {"what": "thing"}
        self.record(number, "probe", family=family, name=name, answer=answer, **what, **more)

    def samples(self, number: int, group: str, last: str) -> None:
        name, _, param = last.partition("/")
        self.record(
            number,
            "bench",
            name=name,
            group=group,
            **({"param": param} if param else {}),
            op="one%20thing",
            iterations=10,
            repetitions=3,
            warmup=1,
        )
        self.record(number, "overhead", ticks="20,20,20")
        if last == "lose":
            self._seq[number] += 1
        self.record(number, "samples", first=0, ticks="1000,1010,1020")
        self.record(number, "done", samples=3)


class Monitor:
    """The QMP side."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._lock = threading.Lock()

    def send(self, message: object) -> None:
        with self._lock:
            self._socket.sendall(json.dumps(message).encode() + b"\r\n")

    def event(self, name: str, **data: object) -> None:
        stamp = {"seconds": 1, "microseconds": 0}
        self.send({"event": name, "data": data, "timestamp": stamp})

    def serve(self) -> None:
        version = {"qemu": {"major": 9, "minor": 2, "micro": 0}, "package": ""}
        self.send({"QMP": {"version": version, "capabilities": []}})
        for request in self.requests():
            command = request["execute"]
            if command == "quit" and MODE == "deaf":
                continue
            tag = {"id": request["id"]} if "id" in request else {}
            self.send({"return": self.answer(command), **tag})
            if command == "quit":
                return

    def requests(self) -> Iterator[dict[str, object]]:
        """Commands as they come: QMP puts nothing between them."""
        buffer = ""
        while data := self._socket.recv(4096):
            buffer += data.decode()
            while buffer:
                try:
                    request, end = json.JSONDecoder().raw_decode(buffer)
                except ValueError:
                    break
                buffer = buffer[end:].lstrip()
                yield request

    def answer(self, command: object) -> object:
        match command:
            case "cont":
                threading.Thread(target=Guest(self).run, daemon=True).start()
            case "qom-get":
                years = 30 if MODE == "asleep" else 0
                keys = ("tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec")
                return dict(zip(keys, (126 + years, 0, 1, 0, 0, 5), strict=True))
            case "human-monitor-command":
                return "RAX=0000000000000000\r\nRIP=ffffffff81000010 RFL=00000002\r\n"
        return {}


def main() -> int:
    if "--version" in sys.argv:
        version = os.environ.get("FAKE_QEMU_VERSION", "9.2.0 (Fake 1)")
        sys.stdout.write(f"QEMU emulator version {version}\n")
        return 0
    if pids := os.environ.get("FAKE_QEMU_PIDS"):
        with Path(pids).open("a") as stream:
            stream.write(f"{os.getpid()}\n")
    if MODE == "broken":
        sys.stderr.write("qemu: it is out of order\n")
        return 1
    if MODE == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    match = re.search(r"fd=(\d+)", " ".join(sys.argv))
    assert match is not None
    Monitor(int(match[1])).serve()
    while MODE == "deaf":
        time.sleep(60)
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/bin/busybox sh
# redis: its event loop, the forks that write its files, and its clients.
redis-server --port 6379 --save "" --appendonly yes --enable-debug-command yes > log 2>&1 &
until redis-cli ping > /dev/null 2>&1; do sleep 0.1; done
redis-cli <<END
set a 1
incr a
append a xyz
lpush l 3 1 2
sort l
zadd z 1 one 2 two
zrangebyscore z 0 5 withscores
hset h f v g w
eval "return {KEYS[1], redis.call('get', 'a')}" 1 k
multi
incr n
incr n
exec
expire a 1000
xadd s 1-1 f v
xrange s - +
bgrewriteaof
END
sleep 1
redis-benchmark -q -n 1000 -c 20 -t set,get,lpush > /dev/null 2>&1; echo "bench $?"
redis-cli dbsize
redis-cli save
(timeout 2 redis-cli subscribe ch > sub 2>&1 &); sleep 0.5; redis-cli publish ch hello; sleep 0.3; cat sub
redis-cli debug reload
redis-cli get a
redis-cli shutdown; wait
redis-check-aof appendonlydir/appendonly.aof.manifest 2> /dev/null | tail -n 1
ls appendonlydir

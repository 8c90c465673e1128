#!/bin/busybox sh
# Process 1 of the tests with other people's programs: runs every script of /scripts.
/bin/busybox mkdir -p /bin /proc /tmp /root /dev/shm
/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin HOME=/root LC_ALL=C
mount -t proc proc /proc
ln -s /proc/self/fd /dev/fd
ifconfig lo up 2>/dev/null
dmesg -n 1 2>/dev/null
free_kib() { awk '/^MemFree/ { print $2 }' /proc/meminfo; }
for script in $(ls /scripts); do
	mkdir -p /tmp/work && cd /tmp/work
	free_kib > /tmp/before
	echo "== $script"
	timeout -s KILL "${LIMIT:-1200}" "/scripts/$script" < /dev/null 2>&1
	echo "-- $?"
	cd / && rm -rf /tmp/work
	echo "free $(cat /tmp/before) $(free_kib)"
done
echo done
sleep 1
reboot -f

# Both pings, as they come, over loopback; ICMP's own sockets where a group may have them.
busybox ping -c 2 -i 0.2 127.0.0.1
/bin/ping -c 1 127.1.2.3
busybox ping -c 1 -s 3000 127.0.0.1
busybox ping -c 1 1.2.3.4
cat /proc/sys/net/ipv4/ping_group_range
echo 0 1000 > /proc/sys/net/ipv4/ping_group_range
/bin/ping -c 1 127.0.0.1
traceroute -n -m 2 -q 1 127.0.0.1 | sed 's/  [0-9.]* ms//'

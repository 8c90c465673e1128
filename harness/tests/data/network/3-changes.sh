# Addresses and routes, by ioctl and by netlink, and what can't be had.
ip route get 8.8.8.8 | grep -o 'via 10.0.2.2 dev eth0'
ip route add 10.9.0.0/16 via 10.0.2.9
route add -net 10.8.0.0 netmask 255.255.0.0 gw 10.0.2.8
route add -host 10.7.0.1 dev eth0
ip -4 route
ip route add 10.9.0.0/16 via 10.0.2.9
ip route add 1.2.3.0/24 via 99.99.99.99
ip route del 10.9.0.0/16
ip route del 10.9.0.0/16
netstat -rn
ip addr add 10.0.2.15/24 dev eth0
ip link set nothing up
ip link set eth0 down
ip -4 route
busybox ping -c 1 10.0.2.2
ip addr flush dev eth0
ip addr add 10.0.2.16/24 brd + dev eth0
ip link set eth0 up
ip -4 addr show eth0
ip -4 route
busybox ping -c 1 10.0.2.2

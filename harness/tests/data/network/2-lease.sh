# A lease by DHCP, the routes that come with it, and who answers at the other end.
ifconfig eth0 | grep -v -e inet6 -e packets -e bytes
udhcpc -i eth0 -n -q -s /etc/udhcpc/script
route -n
ip -4 addr show eth0
ip -4 route
busybox ping -c 1 10.0.2.2
/bin/ping -c 2 -i 0.2 -s 1000 10.0.2.2
arping -c 1 -I eth0 10.0.2.2 | sed 's/ [0-9.]*ms//'
grep -c 'eth0$' /proc/net/arp
tftp -g -r file -l /tmp/file 10.0.2.2
md5sum /tmp/file

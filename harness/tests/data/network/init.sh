#!/bin/busybox sh
# Process 1 of the tests with a network device: gets a lease, and speaks with what QEMU has behind it.
/bin/busybox mkdir -p /bin /proc /tmp /etc/udhcpc
/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin LC_ALL=C
mount -t proc proc /proc
dmesg -n 1 2>/dev/null
# Linux has the device's driver in modules; Bantam is given none.
for module in $(cat /modules/order 2>/dev/null); do insmod "/modules/$module"; done
ifconfig lo up
cat > /etc/udhcpc/script <<'SCRIPT'
#!/bin/sh
echo "lease: $1 $ip $subnet $router $dns"
[ "$1" = deconfig ] && ifconfig "$interface" 0.0.0.0 up
[ "$1" = bound ] && ifconfig "$interface" "$ip" netmask "$subnet" &&
	route add default gw "$router"
exit 0
SCRIPT
chmod +x /etc/udhcpc/script
# Times and what else is another with each run; Linux tells of a carrier a while after the link is up.
steady() { sed -e 's/time[ =].*//; s/^r.*mdev.*//; s/^round-trip.*//; s/ qdisc [a-z_]*//; s/<NO-CARRIER,/</; s/\[.*\]//'; }
for script in $(ls /scripts); do
	echo "== $script"
	sh "/scripts/$script" < /dev/null 2>&1 | steady
done
echo done
sleep 1
reboot -f

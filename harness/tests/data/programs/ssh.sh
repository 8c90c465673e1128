#!/bin/busybox sh
# OpenSSH: the daemon and its separated privileges, commands, terminals, files and a tunnel.
umask 022
mkdir -p /run/sshd /var/run /root/.ssh /etc /dev/pts
mount -t devpts -o ptmxmode=666 devpts /dev/pts
test -e /dev/ptmx || mknod /dev/ptmx c 5 2
ln -sf /run/sshd /var/run/sshd; chmod 700 /root/.ssh
echo root:x:0:0:root:/root:/bin/sh > /etc/passwd
echo sshd:x:100:65534::/run/sshd:/bin/false >> /etc/passwd
printf 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n' > /etc/group
ssh-keygen -q -t ed25519 -N "" -f host; ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id_ed25519
cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys
cat > conf <<END
Port 2222
HostKey $PWD/host
PidFile $PWD/pid
UsePAM no
StrictModes no
PermitRootLogin yes
Subsystem sftp /usr/lib/openssh/sftp-server
END
/usr/sbin/sshd -f "$PWD/conf" -E log
until test -s pid; do sleep 0.1; done
known="-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
far="ssh -q -p 2222 $known 127.0.0.1"
$far echo over ssh; $far 'exit 7'; echo $?
seq 1 50000 | $far md5sum
$far 'head -c 1000000 /dev/zero' | wc -c
$far -tt 'tty | tr -d 0-9' | tr -d '\r'
printf 'get %s got\nls -1 /root/.ssh\nmkdir dd\nrename dd ee\nrmdir ee\n' "$PWD/conf" > batch
sftp -q -b batch -P 2222 $known 127.0.0.1 2>&1 | sed 's/ .*conf / /'; cmp got conf && echo same
scp -q -P 2222 $known 127.0.0.1:"$PWD/conf" copy && cmp conf copy && echo scp
$far -f -L 7777:127.0.0.1:2222 sleep 4 > /dev/null
(sleep 1 | nc 127.0.0.1 7777 | head -c 7); echo
kill "$(cat pid)"

#!/bin/busybox sh
# Applets at real work; what they print is the same on every Linux.
seq 1 500 > n
echo hello world | tr a-z A-Z | rev
sort -rn n | head -n 3 | tac
tail -n 2 n; wc n; nl n | sed -n 5p
awk '{ s += $1 } END { print s, NR }' n
sed -e 's/1/one/g' -e '3,$d' n
grep -c 7 n; egrep '^(1|2)0$' n; fgrep -x 33 n
cut -c1 n | sort | uniq -c
md5sum n; sha1sum n; sha256sum n; sha512sum n | cut -c1-16; cksum n; sum n; crc32 n
od -c n | head -n 2; hexdump -C n | tail -n 2; xxd n | head -n 1
base64 n | head -n 1; base64 n | base64 -d | cmp - n && echo base64; uuencode n name | sed -n 2p
gzip -k n && zcat n.gz | tail -n 1; bzip2 -k n && bzcat n.bz2 | tail -n 1
xz -d < /dev/null; lzop -c n | lzop -dc | tail -n 1; gunzip -c n.gz | wc -c
mkdir -p a/b/c && touch a/b/c/d && ln -s b a/link && ln n a/hard
find a | sort; find a -type l; find . -name 'n*' -size -10k | sort
tar cf t.tar a n && tar tf t.tar | sort && mkdir out && tar xf t.tar -C out && diff -r a out/a && echo tar
tar czf t.tgz a && tar tzf t.tgz | wc -l
find a -depth | cpio -o -H newc 2>/dev/null > t.cpio && mkdir cp && cd cp && cpio -id < ../t.cpio 2>/dev/null; cd .. && ls -R cp
cp -a a copy && diff -r a copy && mv copy moved && ls moved && rm -r moved
dd if=/dev/zero of=z bs=1k count=100 2>/dev/null; stat -c '%s %a %F %h' z n a/link
truncate -s 12345 z && wc -c z && du -k n
chmod 640 n && stat -c %a n; chown 3:4 n && stat -c %u:%g n; chgrp 9 n && stat -c %g n
readlink a/link; readlink -f a/link; realpath a/./b/..//b | sed 's/.*\/a/a/'
basename /x/y.c .c; dirname /x/y.c; expr 6 \* 7; factor 3600; printf '%05.1f|%-5s|%x\n' 2.5 ab 255
split -l 200 n part. && ls part.* && cat part.* | cmp - n && echo split
paste n n | sed -n 9p; comm -12 n n | wc -l; fold -w 4 < n | head -n 2 ; expand -t 4 <<E
	x
E
printf 'b 2\na 1\n' | sort -k2 | join - - 2>/dev/null; printf 'a b\n' | tsort
diff n part.aa | tail -n 1; cmp n part.aa; cp part.aa p1; echo extra >> p1; diff -u part.aa p1 | tail -n 1 > p.diff; patch --version > /dev/null 2>&1; echo $?
ed -s p1 <<E
1,3p
q
E
echo 'scale=5; 22/7; 2^64' | bc; echo '2 3 + p' | dc
date -u -d @86400 +%F; cal 2 2024 | tail -n 3; sleep 0.01; usleep 10
xargs -n 100 echo < n | wc -l; seq 3 | xargs -I{} echo got {}
tee t1 t2 < part.aa | wc -l; cmp t1 t2 && echo tee
mkfifo f && (echo through a fifo > f &) && cat f
timeout 1 sleep 20; echo timeout $?; nice -n 5 nice; nohup echo nohup; setsid echo setsid
env -i A=1 env; which ls; test -d a && echo test; [ n -nt /none ] && echo newer
flock n echo locked; install -m 711 n inst && stat -c %a inst; mktemp -u x.XXXXXX | wc -c
id -u; id -un 2>/dev/null; logname 2>/dev/null; groups 2>/dev/null; uname -s; arch; nproc; tty; hostid | wc -c
trap 'echo term' TERM; kill -TERM $$; trap - TERM; kill -l 15
(sleep 9 & echo started; kill $!; wait $!; echo status $?)
sleep 2 | nc -l -p 4001 > got & sleep 0.3; echo over tcp | nc -w 1 127.0.0.1 4001; wait; cat got
mkdir www; cp n www/n; httpd -p 127.0.0.1:4002 -h www; sleep 0.3; wget -q -O - http://127.0.0.1:4002/n | md5sum
od -An -tx1 -N4 /dev/zero; head -c 10 /dev/urandom | wc -c; shuf -i 1-9 | sort | tr -d '\n'; echo
strings /bin/busybox | grep -c BusyBox > /dev/null && echo strings; pidof busybox > /dev/null; ps | grep -q init && echo ps
ls -la a | awk '{ print $1, $2, $9 }'; ls -d /proc/self /tmp; sync; true; false; echo $?; yes | head -n 2
less n | tail -n 1; unlink p1; rmdir www 2>&1; rm -rf www; link n linked; cat linked | head -n 1
vi -c ':1,2p' -c ':q!' n > /dev/null 2>&1; echo vi; watch -h 2>&1 | head -n 0; whoami 2>/dev/null; stty size 2>&1
true

#!/bin/busybox sh
# nginx: a master and two workers, a proxy to itself, reloading and leaving.
export PATH=$PATH:/usr/sbin
mkdir -p www logs /var/log/nginx /var/lib/nginx
seq 1 20000 > www/n; echo hi > www/index.html
cat > conf <<END
worker_processes 2; pid $PWD/pid; error_log $PWD/logs/error warn;
events { worker_connections 128; }
http {
	access_log $PWD/logs/access; sendfile on; tcp_nopush on; aio threads; gzip on; gzip_types *;
	client_body_temp_path $PWD/b; proxy_temp_path $PWD/p; fastcgi_temp_path $PWD/f;
	uwsgi_temp_path $PWD/u; scgi_temp_path $PWD/s;
	server {
		listen 8080; root $PWD/www;
		location /up/ { proxy_pass http://127.0.0.1:8081/; }
		location /ret { return 418 "pot\n"; }
	}
	server { listen 127.0.0.1:8081; root $PWD/www; }
}
END
nginx -t -c "$PWD/conf" 2>&1 | tail -n 2
nginx -c "$PWD/conf"
at=http://127.0.0.1:8080
until curl -s $at/; do sleep 0.1; done
curl -s $at/n | md5sum; curl -s --compressed $at/n | md5sum; curl -s -r 100-120 $at/n
curl -s -i $at/ret | grep -v ^Date; curl -s $at/up/n | md5sum; curl -s $at/none | head -n 2
for i in 1 2 3 4; do curl -s $at/up/index.html $at/n | md5sum & done; wait
echo new > www/index.html
nginx -c "$PWD/conf" -s reload 2> /dev/null; sleep 1; curl -s $at/
nginx -c "$PWD/conf" -s quit 2> /dev/null; sleep 1
curl -s $at/; echo "gone $?"
grep -c . logs/access; cut -d' ' -f6- logs/error | sed 's/.*open/open/'; ls pid 2>&1; true

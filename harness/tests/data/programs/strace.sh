#!/bin/sh
# strace: calls, signals, families, a process that runs already; numbers and addresses left out.
plain() { sed 's/^[0-9]* *//; s/0x[0-9a-f]*/ADDRESS/g; s/pid=[0-9]*/PID/; s/ = [0-9]\{1,5\}$/ = N/; s/[0-9]* vars/vars/; s/kill([0-9]*/kill(N/; s/  *= / = /'; }
strace -o log -e trace=execve,exit_group true; echo $?; plain < log
strace -o log -e trace=write,close,openat cat /proc/sys/kernel/ostype; echo $?; plain < log
strace -f -o log -e trace=execve,exit_group,kill sh -c 'false; kill -USR1 $$'; echo $?
plain < log | sort
strace -qq -o log -e inject=getppid:retval=77 -e trace=getppid sh -c 'echo $PPID'; plain < log
strace -c -o log true && grep -c exit_group log
(while :; do sleep 0.01; done) & loop=$!
strace -q -e trace=none -p $loop 2> log & tracer=$!
while ! grep -q "^TracerPid:.$tracer" /proc/$loop/status; do sleep 0.01; done
kill -TERM $loop; wait $loop; echo $?; wait $tracer; plain < log | grep -v SIGCHLD

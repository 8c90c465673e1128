#!/bin/sh
# gdb: breakpoints, steps, backtraces, threads, signals, calls, a crash, a process that runs already.
gdb() { /usr/bin/gdb -nx -batch -ex 'set confirm off' "$@" 2>&1 |
	sed 's/LWP [0-9]*/LWP N/g; s/process [0-9]*/process N/; s/0x[0-9a-f]*/ADDRESS/g' |
	grep -v 'host encoding\|file a bug\|No such file\|^warning'; }
gdb -ex 'break leaf' -ex run -ex bt -ex 'print depth' -ex step -ex next -ex 'print $cs' \
	-ex 'delete' -ex 'set can-use-hw-watchpoints 0' -ex 'watch counter' -ex 'finish' \
	-ex 'handle SIGUSR1 stop print nopass' -ex 'delete' -ex 'break work' -ex c \
	-ex 'info threads' -ex 'delete' -ex c -ex 'stepi' -ex 'print leaf(3)' -ex c \
	--args /debugged | grep -v 'LWP N.*exited\|^\[New\|^  [0-9I]'
gdb -ex run -ex bt -ex 'print $_siginfo._sifields._sigfault.si_addr' --args /debugged crash |
	grep -v 'Program received\|^\.$'
/debugged loop & loop=$!
sleep 0.3
gdb -p $loop -ex 'print counter > 3' -ex 'set var counter = 0' -ex 'print counter' -ex detach |
	grep '^.[0-9] ='
kill $loop; wait $loop; echo $?

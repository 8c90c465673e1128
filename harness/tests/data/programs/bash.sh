#!/bin/bash
# bash, loaded by ld.so: substitutions of processes, co-processes, traps, arrays.
a=(1 2 3)
echo "${a[@]}" $((2**40)) "${a[-1]}"
declare -A m=([k]=v [x]=y)
echo "${m[k]} ${#m[@]}"
while read -r x; do echo "got $x"; done < <(printf '1\n2\n')
cat <(echo one) <(echo two)
mapfile -t q < <(seq 3); echo "${#q[@]}"
trap 'echo usr1' USR1; kill -USR1 $$
sleep 0.1 & wait $!; echo $?
coproc cat; echo hi >&"${COPROC[1]}"; read -r -u "${COPROC[0]}" l; echo "$l"
[[ abcd =~ b(.)d ]] && echo "${BASH_REMATCH[1]}"
exec 5<> /dev/tcp/127.0.0.1/9 || echo refused
(exit 7); echo $?; { (kill -SEGV $BASHPID); } 2> /dev/null; echo $?
read -r -t 0.1 x < <(sleep 5); echo "$?"
printf '%q %s\n' 'a b' "$BASH_VERSION"
for i in {1..200}; do (echo "$i") ; done | tail -n 1
for i in {1..50}; do echo "$i"; done | while read -r i; do echo $((i * i)); done | tail -n 1
ulimit -n 64; ulimit -n
set -o pipefail; false | true; echo $?
cat <<< "here string"
time true 2> /dev/null
echo end > /dev/stdout; echo err > /dev/stderr

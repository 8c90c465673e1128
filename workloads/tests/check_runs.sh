#!/bin/sh
# Runs every workload given on this host's own kernel: each must end well and give all its samples.
set -eu

for elf in "$@"; do
	case $elf in *_target) continue ;; esac
	output=$("$elf" 1 quick) || { echo "$elf: ended with $?: $output" >&2; exit 1; }
	wanted=$(echo "$output" | sed -n 's/.* bench .* repetitions=\([0-9]*\) .*/\1/p')
	echo "$output" | grep -q " done samples=$wanted #" || {
		echo "$elf: did not give its ${wanted:-?} samples: $output" >&2
		exit 1
	}
done

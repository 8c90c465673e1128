#!/bin/sh
# The sources built again in another folder must give the same bytes. Arguments: the folder of the
# first build under build/, then what to hand to make.
set -eu

port=$1
shift
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/a-rather-longer-folder-name"
tar -cf - --exclude=./build . | tar -xf - -C "$copy/a-rather-longer-folder-name"
make -s -C "$copy/a-rather-longer-folder-name" "$@" >/dev/null
diff -r --exclude=.obj "build/$port" "$copy/a-rather-longer-folder-name/build/$port"

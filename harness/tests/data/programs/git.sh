#!/bin/busybox sh
# git: commits, a merge, packing, and clones from a path, a URL and a daemon.
export GIT_AUTHOR_DATE=2024-01-01T00:00:00Z GIT_COMMITTER_DATE=2024-01-01T00:00:00Z
export GIT_EXEC_PATH=/usr/lib/git-core GIT_PAGER=cat
ln -sf git /usr/bin/git-upload-pack; ln -sf git /usr/bin/git-receive-pack
git config --global user.name a; git config --global user.email a@b
git config --global init.defaultBranch main; git config --global safe.directory '*'
git init -q r && cd r && git config gc.auto 0
for i in $(seq 1 10); do
	echo "line $i" >> f; mkdir -p d$((i % 5)); seq "$i" 200 > d$((i % 5))/x"$i"
	git add -A; git commit -q -m "c $i"
done
git log --oneline | head -n 3
git checkout -q -b side HEAD~5; echo side > s; git add s; git commit -q -m side
git checkout -q main; git merge -q side -m merged 2>&1; git log --graph --oneline | head -n 8
git diff --stat HEAD~3; git gc -q 2>&1; git count-objects -v | grep -v size; git fsck --no-progress 2>&1 | grep -v Verifying
cd ..; git clone -q r copy 2>&1; git -C copy rev-parse HEAD; git -C copy status -sb
git clone -q --bare "file://$PWD/r" bare.git 2>&1; git -C copy push -q ../bare.git main:pushed 2>&1
git -C bare.git branch; git -C copy grep -c "line 2"; git -C copy archive HEAD | md5sum
git -C copy blame f | head -n 2
git daemon --base-path="$PWD" --export-all --reuseaddr --port=9419 --detach --pid-file="$PWD/pid"
sleep 0.5; git clone -q git://127.0.0.1:9419/bare.git net 2>&1; git -C net rev-parse HEAD
kill "$(cat pid)"

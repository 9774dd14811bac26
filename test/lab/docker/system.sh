#!/bin/sh
# system.sh FOLDER CMD...: runs a command in a system that has Debian's programs as far as a provisioner uses them, in
# namespaces of its own; $NODE is a node for them. What it has written into /etc stays in FOLDER, as on a disk; its processes end with it.
set -eu
folder=$1
here=$(cd "$(dirname "$0")" && pwd)
shift
if [ ! -d "$folder/etc" ]; then
  mkdir -p "$folder/etc" "$folder/sbin" "$folder/log"
  cp -a /etc/passwd /etc/group /etc/shadow /etc/nsswitch.conf /etc/ssl "$folder/etc/"
  cp "$here"/programs/* "$folder/sbin/"
  rm "$folder/sbin/dockerd"
  ln -s "$NODE" "$folder/sbin/node"
  printf 'ID=debian\nVERSION_ID=12\nPRETTY_NAME="Debian of scripts"\n' >"$folder/etc/os-release"
fi
mount --bind "$folder/etc" /etc
mount --bind "$folder/sbin" /usr/local/sbin
mount --bind "$folder/log" /var/log
mkdir -p /run/sshd /run/system
mount --bind "$here/programs" /run/system
# As at each boot: what ran is gone, and what is enabled is started.
rm -f /etc/docker.pid
[ ! -e /etc/docker.enabled ] || systemctl start &
exec "$@"

#!/bin/sh
# A host for containers, in namespaces of its own: Docker's daemon, and beyond the only road "outside". Both answer whoever connects.
# Its interfaces, rules, mounts and processes are nobody else's; all of it ends when standard input does.
#   unshare --net --mount --pid --fork --kill-child --mount-proc sh host.sh FOLDER
set -eu
folder=$1
mount -t tmpfs run /run
ip link set lo up
ip netns add outside
ip link add wan type veth peer name road netns outside
ip address add 198.51.100.2/24 dev wan
ip link set wan up
ip route add default via 198.51.100.1
ip -n outside address add 198.51.100.1/24 dev road
ip -n outside link set road up
/usr/bin/python3 "$folder/probe.py" listen 9977 &
ip netns exec outside /usr/bin/python3 "$folder/probe.py" listen 9978 &
exec 3<&0
(cat <&3 >/dev/null; kill -TERM 1) &
# Without a configuration of this machine's, and without a bridge that another daemon may have.
echo '{}' >"$folder/daemon.json"
exec dockerd --config-file "$folder/daemon.json" --host "unix://$folder/docker.sock" --pidfile "$folder/docker.pid" \
    --data-root "$folder/data" --exec-root "$folder/exec" --bridge none --cgroup-parent "/${folder##*/}" \
    --exec-opt native.cgroupdriver=cgroupfs >"$folder/docker.log" 2>&1

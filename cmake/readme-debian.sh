#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Does the README hold for who has nothing? Makes a bare Debian by debootstrap, clones this repository there, and runs the
# commands of README.md's shell blocks as printed, in their order. As root; needs debootstrap and a mirror; long.
#   sh cmake/readme-debian.sh bookworm|trixie [DIRECTORY]    the root is made in DIRECTORY, or used when it is there
# Of `sh cmake/setup.sh test` it runs the release preset with BAREBPF_README_TESTS (ctest options, default: -L unit);
# "all" runs the command as printed, for more than an hour.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
suite=${1:-}
case $suite in
bookworm | trixie) ;;
*)
    echo "usage: sh cmake/readme-debian.sh bookworm|trixie [DIRECTORY]" >&2
    exit 3
    ;;
esac
if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null || ! command -v git >/dev/null; then
    echo "SKIPPED: needs root, debootstrap and git" >&2
    exit 77
fi
root=${2:-$(mktemp -d)}
mkdir -p "$root"

# The one README command that is not run whole by default.
whole_test="sh cmake/setup.sh test"
tests=${BAREBPF_README_TESTS:--L unit}

leave() {
    status=$?
    trap - EXIT INT TERM
    for place in dev/pts dev/shm proc; do
        if mountpoint -q "$root/$place"; then umount "$root/$place" || umount -l "$root/$place"; fi
    done
    exit "$status"
}

# dev: only the nodes that debootstrap made, so that nothing of this machine's is within reach.
enter() {
    mount -t proc proc "$root/proc"
    mkdir -p "$root/dev/pts" "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
    mount -t tmpfs tmpfs "$root/dev/shm"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
}

# In the root, as a new user's shell has it: nothing of this machine's environment, no input.
inside() {
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/srv LANG=C.UTF-8 \
        chroot "$root" /bin/sh -c "cd /srv/barebpf 2>/dev/null || cd /; $1" </dev/null
}

# The commands in the shell blocks of README.md, one a line.
commands() {
    awk '/^```sh$/ { on = 1; next } /^```/ { on = 0 } on && NF && !/^#/' "$root/srv/barebpf/README.md"
}

step() {
    echo "== $suite: $1"
    begun=$(date +%s)
    if inside "$2" >"$root/srv/step.log" 2>&1; then
        echo "   ok, $(($(date +%s) - begun)) s"
    else
        echo "   FAILED with status $?:"
        tail -n 40 "$root/srv/step.log"
        exit 1
    fi
}

trap leave EXIT
trap 'exit 130' INT TERM
if [ ! -e "$root/etc/debian_version" ]; then
    mirror=${BAREBPF_DEBIAN_MIRROR:-http://deb.debian.org/debian}
    echo "== $suite: debootstrap into $root"
    debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$root.log" 2>&1 || {
        tail "$root.log"
        exit 1
    }
fi
enter

# What who reads the README on the web has done: git is there, and the repository cloned.
step "apt-get install git" "apt-get update -q && apt-get install -y -q --no-install-recommends git ca-certificates"
rm -rf "$root/srv/barebpf" "$root/srv/barebpf.git"
git clone -q --bare "$source" "$root/srv/barebpf.git"
step "git clone" "git clone -q /srv/barebpf.git /srv/barebpf"
commands >"$root/srv/commands"
while IFS= read -r command <&3; do
    if [ "$command" = "$whole_test" ] && [ "$tests" != all ]; then
        step "$command release $tests" "$command release $tests"
    else
        step "$command" "$command"
    fi
done 3<"$root/srv/commands"
echo "$suite: every command of README.md works"

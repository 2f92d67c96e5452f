#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# From a fresh Debian 12 or 13 to a result, in one command:
#   sh cmake/setup.sh run     install what is missing, build the tool, run examples/counter on cortex-m4 in QEMU
#   sh cmake/setup.sh test    install what is missing, build in both presets, run all tests
#   sh cmake/setup.sh test "PRESET..." [CTEST-OPTION...]    only these presets, only these tests
# Packages are installed as root or with sudo; without either the exact command is printed (status 3).
set -eu
cd "$(dirname "$0")/.."

usage() {
    echo "usage: sh cmake/setup.sh run|test" >&2
    exit 3
}

is_installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Prints the packages of a line "a|b" that must be installed: nothing when one of them is there.
missing_of() {
    choices=$(echo "$1" | tr '|' ' ')
    for package in $choices; do
        if is_installed "$package"; then return; fi
    done
    for package in $choices; do
        if [ "$package" = "${choices##* }" ] || apt-cache show "$package" >/dev/null 2>&1; then
            echo "$package"
            return
        fi
    done
}

# Prints the missing packages for the uses $1, as in "build|tool".
missing_packages() {
    grep -E "^[^#]+[[:space:]]($1)([[:space:]]|\$)" cmake/packages.txt | while read -r choices _; do
        missing_of "$choices"
    done
}

install_missing() {
    if ! command -v dpkg-query >/dev/null; then
        echo "setup: not a Debian system; install what cmake/packages.txt names" >&2
        return
    fi
    missing=$(missing_packages "$1" | tr '\n' ' ')
    if [ -z "$missing" ]; then return; fi
    command="apt-get install -y --no-install-recommends $missing"
    if [ "$(id -u)" = 0 ]; then
        as_root="env"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root="sudo -n env"
    elif command -v sudo >/dev/null && [ -t 0 ]; then
        as_root="sudo env"
    else
        echo "setup: packages are missing; as root:" >&2
        echo "  apt-get update && $command" >&2
        exit 3
    fi
    echo "setup: installing $missing"
    $as_root apt-get update -q
    # update may have made an alternative known: choose again
    missing=$(missing_packages "$1" | tr '\n' ' ')
    $as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}

# Builds preset $1: everything, or the target $2.
build() {
    mkdir -p build
    cmake --preset "$1" >"build/configure-$1.log" || {
        cat "build/configure-$1.log" >&2
        exit 3
    }
    cmake --build --preset "$1" -j "$(nproc)" --target "${2:-all}"
}

# Builds preset $1 and runs its tests, those that the rest of the arguments select; adds a line to the summary.
check() {
    preset=$1
    shift
    build "$preset"
    status=0
    ctest --preset "$preset" --no-tests=error -j "$(nproc)" --output-log "build/test-$preset.log" "$@" || status=$?
    line=$(grep -E '^[0-9]+% tests passed' "build/test-$preset.log" || echo "no tests ran")
    skipped=$(grep -c 'Skipped' "build/test-$preset.log" || true)
    summary="$summary
  $preset: $line; $skipped lines say skipped; log: build/test-$preset.log"
    [ "$status" = 0 ] || failed=1
}

case "${1:-}" in
run)
    install_missing 'build|tool|boards'
    build release barebpf
    make --no-print-directory BOARD=cortex-m4 PROG=counter.bpf.o run
    ;;
test)
    install_missing 'build|tool|boards|test'
    failed=0
    summary=
    presets=${2:-release dev}
    [ $# -lt 2 ] || shift
    shift
    for one in $presets; do
        check "$one" "$@"
    done
    echo "Summary:$summary"
    [ "$failed" = 0 ] && echo "All tests passed."
    exit "$failed"
    ;;
*)
    usage
    ;;
esac

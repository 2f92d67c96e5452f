#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# plugin.sh as the suite's runner calls it: `plugin_test.sh BAREBPF`.
here=$(dirname "$0")
export BAREBPF="$1"
failed=0

# expect NAME STATUS OUTPUT PROGRAM [MEMORY]
expect() {
    name=$1 status=$2 output=$3 program=$4
    shift 4
    got=$(echo "$program" | sh "$here/plugin.sh" "$@" 2>/dev/null)
    got_status=$?
    if [ "$got_status:$got" != "$status:$output" ]; then
        echo "FAIL $name: status $got_status, must be $status; output '$got', must be '$output'"
        failed=1
    fi
}

expect "no memory, all 64 bits" 0 fffffffffffffffd "b7000000fdffffff9500000000000000"
expect "memory" 0 ddccbbaa "61 10 00 00 00 00 00 00 95 00 00 00 00 00 00 00" "aa bb cc dd"
expect "reserved field" 1 "" "07100000010000009500000000000000"
expect "no instructions" 3 "" ""
exit $failed

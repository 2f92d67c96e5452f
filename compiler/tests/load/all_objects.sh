#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles every BPF source of the tree and compares our reading of the objects with libbpf's.
#   all_objects.sh SOURCE CLANG LOAD_LIBBPF_TEST
set -eu
source=$1 clang=$2 test=$3
directory=$(mktemp -d)
trap 'rm -r "$directory"' EXIT
for file in "$source"/examples/*/*.bpf.c "$source"/qemu-tests/programs/*.bpf.c "$source"/compiler/tests/verify/*.bpf.c \
    "$source"/compiler/tests/load/objects/*.bpf.c "$source"/bench/*/*.bpf.c; do
    folder=$(basename "$(dirname "$file")")
    "$clang" -target bpf -mcpu=v3 -O2 -g -w -I"$source/helpers-template/include" -idirafter "/usr/include/$(uname -m)-linux-gnu" \
        -c "$file" -o "$directory/$folder-$(basename "$file" .bpf.c).o" 2>/dev/null || echo "does not compile: $file"
done
"$test" "$directory"/*.o

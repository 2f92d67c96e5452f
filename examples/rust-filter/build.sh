#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes a BPF object of a Rust program with a stable rustc and LLVM's own tools:
#   build.sh SOURCE.rs ENTRY OUT.bpf.o
# rustc makes bitcode for the host; everything but the entry is internalised and inlined into it; calls of core's panics
# become the end of the program (0); what is left is optimised and compiled for BPF. Exit 77: a tool is missing.
set -eu
source=$1 entry=$2 object=$3
skip() { echo "$1: skipped" >&2; exit 77; }
RUSTC=${RUSTC:-rustc}
command -v "$RUSTC" >/dev/null || skip "rustc is not installed (Debian: rustc)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$RUSTC" --crate-type rlib --emit llvm-bc -C opt-level=1 -C no-prepopulate-passes -C panic=abort -C overflow-checks=off \
    -C codegen-units=1 -C debuginfo=0 -o "$work/program.bc" "$source"

# Bitcode is read by tools that are at least as new as rustc's LLVM.
for version in ${LLVM_VERSION:-19 22}; do
    command -v "llvm-dis-$version" >/dev/null && "llvm-dis-$version" "$work/program.bc" -o "$work/program.ll" 2>/dev/null && break
    version=
done
[ "$version" ] || skip "no LLVM here reads the bitcode of $("$RUSTC" --version)"

# The host's target becomes BPF; pointers have 8 bytes in both.
sed -i -e 's/^target triple = .*/target triple = "bpfel"/' \
    -e 's/^target datalayout = .*/target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"/' \
    -e '/^attributes/s/"[a-z-]*"\(="[^"]*"\)\{0,1\}//g' "$work/program.ll"
"opt-$version" -S -passes="internalize<preserve-gv=$entry>,cgscc(inline),globaldce" -inline-threshold=1000000 \
    "$work/program.ll" -o "$work/inlined.ll"
[ "$(grep -c '^define' "$work/inlined.ll")" = 1 ] || { echo "not everything could be inlined into $entry" >&2; exit 1; }
result=$(sed -n "s/^define.* \(i[0-9]*\) @$entry(.*/\1/p" "$work/inlined.ll")
awk -v leave="  ret $result 0" '
    /call void @[^(]*panic/ { print leave; dropping = 1 }
    !dropping { print }
    /^  unreachable/ { dropping = 0 }' "$work/inlined.ll" >"$work/exits.ll"
"opt-$version" -passes='default<O2>' "$work/exits.ll" -o "$work/program.bc"
"llc-$version" -march=bpfel -mcpu=v3 -filetype=obj "$work/program.bc" -o "$object"

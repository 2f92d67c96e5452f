#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds load_fuzz in BUILD and lets it run for SECONDS, from the corpus of the repository and what earlier runs found.
#   load_smoke.sh SOURCE BUILD SECONDS
set -eu
source=$1 build=$2 seconds=$3
clang=$(command -v clang-19 || command -v clang) || { echo "clang is not installed: skipped"; exit 77; }
mkdir -p "$build/found"
echo 'int LLVMFuzzerTestOneInput(const char *b, unsigned long n) { return n > 0 && b[0] == 0; }' >"$build/probe.c"
"$clang" -fsanitize=fuzzer,address,undefined "$build/probe.c" -o "$build/probe" 2>/dev/null ||
    { echo "clang has no libFuzzer: skipped"; exit 77; }
cmake -S "$source" -B "$build" -G Ninja -DCMAKE_C_COMPILER="$clang" -DBAREBPF_FUZZ=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo >"$build/log"
ninja -C "$build" load_fuzz >"$build/log"
fuzzer=$(find "$build" -name load_fuzz -type f)
exec "$fuzzer" -max_total_time="$seconds" -max_len=20000 -close_fd_mask=1 -print_final_stats=1 \
    -artifact_prefix="$build/" "$build/found" "$source/compiler/tests/fuzz/corpus"

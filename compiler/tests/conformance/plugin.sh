#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The plugin of the public suite's runner: `bpf_conformance_runner --test_file_directory DIR --plugin_path plugin.sh`.
# Arguments: the memory in hexadecimal (r1 = its address, r2 = its length); the program comes on standard input, r0 goes to
# standard output. BAREBPF names the tool, BAREBPF_BOARD the board (default: native).
here=$(dirname "$0")
exec "${BAREBPF:-$here/../../../build/release/barebpf}" conformance-plugin --board "${BAREBPF_BOARD:-native}" "$@"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is installed beside the tool and is made by it: sh pages.sh BAREBPF DIRECTORY VERSION
set -eu
barebpf=$1 folder=$2 version=$3
mkdir -p "$folder"
"$barebpf" docs man | gzip -9n >"$folder/barebpf.1.gz"
"$barebpf" docs bash >"$folder/barebpf"
"$barebpf" docs zsh >"$folder/_barebpf"
"$barebpf" docs fish >"$folder/barebpf.fish"
# Debian wants one; what changed is in the repository's history.
gzip -9n >"$folder/changelog.gz" <<END
barebpf ($version) unstable; urgency=medium

  * See the history of the repository.

 -- barebpf developers <barebpf@users.noreply.github.com>  Thu, 01 Jan 2026 00:00:00 +0000
END

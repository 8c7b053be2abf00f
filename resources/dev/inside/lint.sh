#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs clang-tidy on every source; needs the compile commands of build/dev.
set -eu
cd "$(dirname "$0")/../../.."
resources/dev/inside/build.sh dev >/dev/null
find engine helper gui -name '*.cpp' | xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p build/dev

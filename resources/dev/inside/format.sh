#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cd "$(dirname "$0")/../../.."
find engine helper gui tests -name '*.cpp' -o -name '*.h' | xargs clang-format -i

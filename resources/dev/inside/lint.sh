#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lint.sh [FILE...]: runs clang-tidy on these sources, or on all of them; runs in the development root. The commands are
# those of the preset tidy, where each source is compiled by itself, and of which only generated headers are built.
set -eu
cd "$(dirname "$0")/../../.."
mkdir -p build/tidy
cmake --preset tidy -DCMAKE_GLOBAL_AUTOGEN_TARGET=ON >build/tidy/configure.log 2>&1 || {
    cat build/tidy/configure.log >&2
    echo "dev: CMake could not configure build/tidy: see above" >&2
    exit 1
}
cmake --build --preset tidy --target autogen >/dev/null
[ $# -gt 0 ] || set -- $(find engine helper gui -name '*.cpp' | sort)
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 clang-tidy --quiet --warnings-as-errors='*' -p build/tidy 2>build/tidy/progress.log || {
    echo "dev: clang-tidy has something to say: see above" >&2
    exit 1
}

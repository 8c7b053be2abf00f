#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lint.sh [FILE...]: runs clang-tidy on these sources, or on all of them; runs in the development root. The commands are
# those of the preset tidy, where each source is compiled by itself, and of which only generated headers are built.
set -eu
cd "$(dirname "$0")/../../.."
mkdir -p build/tidy
cmake --preset tidy -DCMAKE_GLOBAL_AUTOGEN_TARGET=ON -DCMAKE_AUTOGEN_ORIGIN_DEPENDS=OFF >build/tidy/configure.log 2>&1 || {
    cat build/tidy/configure.log >&2
    echo "dev: CMake could not configure build/tidy: see above" >&2
    exit 1
}
cmake --build --preset tidy --target autogen >/dev/null
[ $# -gt 0 ] || set -- $(find engine helper gui -name '*.cpp' | sort)

# What clang-tidy says of a source is one piece of output. Its other output counts the warnings that it suppressed.
findings=build/tidy/findings
rm -f "$findings"
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 sh -c '
    said=$(clang-tidy --quiet --warnings-as-errors="*" -p build/tidy "$2" 2>/dev/null) || {
        printf "%s\n" "${said:-$2: clang-tidy could not read it}" | tee -a "$1"
    }
    echo "dev: $2"' sh "$findings" | awk -v of=$# '/^dev: / { printf "[%d/%d] %s\n", ++n, of, $2; fflush(); next } { print }'
[ ! -s "$findings" ] || {
    echo "dev: clang-tidy has something to say of $(grep -c ' error: ' "$findings") places: build/tidy/findings has them" >&2
    exit 1
}

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# build.sh [PRESET [TARGET]]: configure and build; runs in the development root.
set -eu
preset=${1:-dev}
cd "$(dirname "$0")/../../.."
# A checkout elsewhere finds the same objects; and a file that is not in the cache is read only once.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1
case $preset in dev | asan | tsan | release | fuzz | tidy) ;; *)
    echo "dev: there is no preset '$preset'; use dev, asan, tsan, release, fuzz or tidy" >&2
    exit 1
    ;;
esac
werror=OFF
[ -z "${CI:-}" ] || werror=ON
log=build/$preset/configure.log
mkdir -p "build/$preset"
cmake --preset "$preset" -DLAMELLA_WERROR=$werror >"$log" 2>&1 || {
    cat "$log" >&2
    echo "dev: CMake could not configure build/$preset: see above" >&2
    exit 1
}
cmake --build --preset "$preset" --target "${2:-all}" || {
    echo "dev: the build failed: the first error above says where" >&2
    exit 1
}
[ -z "${DEV_UID:-}" ] || chown -R "$DEV_UID" build

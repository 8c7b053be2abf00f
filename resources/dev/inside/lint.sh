#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lint.sh [FILE...]: runs clang-tidy on these sources, or on all of them; runs in the development root. The commands are
# those of the preset tidy, of which only generated headers are built. A source that is named is read by itself; all of
# them are read as the unity build puts them together, which takes a third of the time.
set -eu
cd "$(dirname "$0")/../../.."
build=build/tidy
together=OFF
if [ $# -eq 0 ]; then
    build=build/tidy-all
    together=ON
fi
mkdir -p "$build"
# Without ORIGIN_DEPENDS generated headers do not wait for the libraries of those who include them.
cmake --preset tidy -B "$build" -DCMAKE_UNITY_BUILD=$together -DCMAKE_GLOBAL_AUTOGEN_TARGET=ON \
    -DCMAKE_AUTOGEN_ORIGIN_DEPENDS=OFF >"$build/configure.log" 2>&1 || {
    cat "$build/configure.log" >&2
    echo "dev: CMake could not configure $build: see above" >&2
    exit 1
}
cmake --build "$build" --target autogen \
    $(ninja -C "$build" -t targets all | sed -n 's/^\([^:]*_\(adaptor\|proxies\)\.h\): CUSTOM_COMMAND$/\1/p') >/dev/null
[ $# -gt 0 ] || set -- $(sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$build/compile_commands.json" |
    grep -E "^$PWD/($build/)?(engine|helper|gui)/" | grep -vE '/(moc|mocs|qrc)_[^/]*$|_(adaptors?|proxies)\.cpp$|\.c$' | sort -u)

# What clang-tidy says of a source is one piece of output. Its other output counts the warnings that it suppressed.
findings=$build/findings
rm -f "$findings"
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 sh -c '
    said=$(clang-tidy --quiet --warnings-as-errors="*" -p "$1" "$2" 2>/dev/null) || {
        printf "%s\n" "${said:-$2: clang-tidy could not read it}" | tee -a "$1/findings"
    }
    echo "dev: $2"' sh "$build" | {
    done=0
    while IFS= read -r line; do
        case $line in
            "dev: "*)
                done=$((done + 1))
                line="[$done/$#] ${line#"dev: $PWD/"}"
                ;;
        esac
        printf '%s\n' "$line"
    done
}
[ ! -s "$findings" ] || {
    echo "dev: clang-tidy has something to say of $(grep -c ' error: ' "$findings") places: $findings has them" >&2
    exit 1
}

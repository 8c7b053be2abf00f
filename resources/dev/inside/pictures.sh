#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# pictures.sh: builds, lets the demo run on the real helper under Xvfb, light and dark, and puts the pictures that the
# README shows into resources/pictures; runs in the development root. LAMELLA_BIN: programs that are
# built already; LAMELLA_PICTURES: a directory for all pictures of the demo.
set -eu
cd "$(dirname "$0")/../../.."
[ -n "${LAMELLA_BIN:-}" ] || resources/dev/inside/build.sh dev product
bin=${LAMELLA_BIN:-$PWD/build/dev/bin}
export LAMELLA_BIN="$bin"
taken=$(mktemp -d)
started=
cleanUp() {
    for pid in $started; do
        kill "$pid" 2>/dev/null || true
    done
    [ -z "${LAMELLA_PICTURES:-}" ] || cp -r "$taken/light" "$taken/dark" "$LAMELLA_PICTURES" 2>/dev/null || true
    rm -rf "$taken"
}
trap cleanUp EXIT

# waitFor FILE PATTERN: until the file has a line like that, whose group it prints.
waitFor() {
    for _ in $(seq 100); do
        found=$(sed -n "s/$2/\\1/p" "$1" | head -n 1)
        [ -z "$found" ] || { echo "$found" && return; }
        sleep 0.1
    done
    echo "pictures: $1 never said what was waited for" >&2
    return 1
}

# A registry of this machine, as slow as one far away, with an image of three layers; sets $image to its name.
registry() {
    printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "127.0.0.1:0"}\n' "$taken/blobs" >"$taken/registry.yml"
    docker-registry serve "$taken/registry.yml" >"$taken/registry.log" 2>&1 &
    started="$started $!"
    near=$(waitFor "$taken/registry.log" '.*listening on 127\.0\.0\.1:\([0-9]*\).*')
    umoci init --layout "$taken/layout"
    cd /
    umoci new --image "$taken/layout:1.2"
    for part in usr/bin/busybox usr/lib/python3.* usr/share/zoneinfo; do
        tar -C / -cf "$taken/layer.tar" "$part"
        umoci raw add-layer --image "$taken/layout:1.2" "$taken/layer.tar"
    done
    cd - >/dev/null
    umoci config --image "$taken/layout:1.2" --config.cmd /bin/busybox --config.cmd sh
    skopeo copy --quiet --dest-tls-verify=false "oci:$taken/layout:1.2" "docker://127.0.0.1:$near/demo/tools:1.2"
    python3 resources/dev/inside/slow_proxy.py "$near" 1500000 >"$taken/proxy.log" &
    started="$started $!"
    image=localhost:$(waitFor "$taken/proxy.log" '^\([0-9][0-9]*\)$')/demo/tools:1.2
}

# demo SCHEME: runs the demo, whose pictures go below $taken/SCHEME.
demo() {
    mkdir "$taken/$1"
    XDG_RUNTIME_DIR=$taken resources/dev/inside/session.sh -- \
        xvfb-run -a -s "-screen 0 1440x900x24 -nolisten tcp" "$bin/lamella" \
        --demo --pictures "$taken/$1" --demo-pull "$image" --size 1280x800 --color-scheme "$1"
}

registry
demo light
demo dark
mkdir -p resources/pictures
for name in overview changes processes layers files stats terminal images activity; do
    cp "$taken"/light/*-$name.png resources/pictures/$name.png
done
cp "$taken"/dark/*-overview.png resources/pictures/overview-dark.png
echo "dev: the pictures are in resources/pictures"

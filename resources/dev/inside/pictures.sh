#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# pictures.sh: builds, lets the demo run on the real helper under Xvfb, light and dark, and puts the pictures that the
# README shows into resources/pictures; runs in the development root.
set -eu
cd "$(dirname "$0")/../../.."
resources/dev/inside/build.sh dev product
bin=${LAMELLA_BIN:-$PWD/build/dev/bin}
export LAMELLA_BIN="$bin"
taken=$(mktemp -d)
trap 'rm -rf "$taken"' EXIT

# demo SCHEME: runs the demo, whose pictures go below $taken/SCHEME.
demo() {
    mkdir "$taken/$1"
    XDG_RUNTIME_DIR=$taken resources/dev/inside/session.sh -- \
        xvfb-run -a -s "-screen 0 1440x900x24 -nolisten tcp" "$bin/lamella" \
        --demo --pictures "$taken/$1" --size 1280x800 --color-scheme "$1"
}

demo light
demo dark
mkdir -p resources/pictures
for name in overview changes processes layers stats terminal; do
    cp "$taken"/light/*-$name.png resources/pictures/$name.png
done
cp "$taken"/dark/*-overview.png resources/pictures/overview-dark.png
echo "dev: the pictures are in resources/pictures"

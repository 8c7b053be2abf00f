#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# demo.sh PICTURES [ARGUMENTS OF LAMELLA]: runs the demo beside a bus, polkitd and a helper of its own, under Xvfb.
set -eu
pictures=$1
shift
mkdir -p "$pictures"
XDG_RUNTIME_DIR=$(mktemp -d)
export XDG_RUNTIME_DIR
trap 'rm -rf "$XDG_RUNTIME_DIR"' EXIT
"$LAMELLA_SOURCE/resources/dev/inside/session.sh" -- \
    xvfb-run -a -s "-screen 0 1440x900x24 -nolisten tcp" "$LAMELLA_BIN/lamella" --demo --pictures "$pictures" "$@"
for picture in 01-image 02-run 12-terminal 13-top 14-stopped 15-commit 16-images 17-trash 17-remove 18-removed; do
    [ -s "$pictures/$picture.png" ] || { echo "demo: there is no picture $picture" >&2 && exit 1; }
done

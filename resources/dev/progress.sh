#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Shows a long log as one moving line on a terminal, and as a few lines elsewhere. (Not with awk: mawk waits until it has
# read a whole buffer.)
if [ -t 1 ]; then
    while IFS= read -r line; do printf '\r\033[K  %.70s' "$line"; done
    printf '\r\033[K'
else
    while IFS= read -r line; do
        case $line in
            I:*) printf '  %s\n' "$line" ;;
        esac
    done
fi

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Shows a long log as one moving line on a terminal, and as a few lines elsewhere.
if [ -t 1 ]; then
    awk '{ printf "\r\033[K  %.70s", $0; fflush() } END { printf "\r\033[K" }'
else
    awk '/^I:/ { print "  " $0; fflush() }'
fi

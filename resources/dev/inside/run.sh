#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh [ARGUMENTS OF LAMELLA]: build, bring up a helper where there is none, and show the window; runs in the
# development root.
set -eu
cd "$(dirname "$0")/../../.."
project=$PWD
resources/dev/inside/build.sh dev product
cache=${LAMELLA_CACHE:-${HOME:-/root}/.cache/lamella}
user=${DEV_UID:-$(id -u)}

# Whether this machine has the helper: on its bus already, or started by the bus when it is called.
installed() {
    [ -S /run/dbus/system_bus_socket ] || return 1
    for list in ListNames ListActivatableNames; do
        dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.$list 2>/dev/null |
            grep -q '"org.lamella.Lamella1"' && return 0
    done
    return 1
}

set -- "$project/build/dev/bin/lamella" "$@"
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    echo "dev: there is no display: the window is shown on a virtual one (Xvfb)"
    set -- xvfb-run -a -s "-screen 0 1440x900x24 -nolisten tcp" "$@"
fi

# The window's settings, and a runtime directory, where the user's own are not in reach.
home=$cache/home
mkdir -p "$home"
[ -n "${XDG_RUNTIME_DIR:-}" ] || { XDG_RUNTIME_DIR=$(mktemp -d /tmp/lamella-runtime-XXXXXX) && chown "$user" "$XDG_RUNTIME_DIR"; }
[ "$user" = 0 ] || chown "$user" "$home"
export HOME="$home" XDG_RUNTIME_DIR

if installed; then
    echo "dev: this machine has a Lamella helper: the window uses it"
    [ "$user" != "$(id -u)" ] || exec "$@"
    exec setpriv --reuid="$user" --regid="$user" --clear-groups "$@"
fi
echo "dev: no Lamella helper on this machine's system bus: a bus, polkitd and the helper are started for this run"
echo "dev: images and containers are kept in $cache/state"
exec resources/dev/inside/session.sh --state "$cache/state" --user "$user" -- "$@"

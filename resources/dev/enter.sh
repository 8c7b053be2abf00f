#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# enter.sh ROOT PROJECT CACHE [-p] COMMAND...: run COMMAND in the development root, as root.
#
# It gets a mount namespace of its own and pivot_root(2): in a chroot the kernel refuses user namespaces
# (user_namespaces(7)). The command is exec'd, so Ctrl-C, exit status and job control are the caller's own.
# With -p it runs in a pid namespace of its own below tini, so that everything it started ends with it.
set -eu
export DEV_ROOT=$1 DEV_PROJECT=$2 DEV_CACHE=$3 DEV_PWD=$PWD DEV_PIDNS=
shift 3
if [ "$1" = -p ]; then
    DEV_PIDNS=1
    shift
fi
exec unshare --mount --propagation private -- /bin/sh -euc '
    mount --bind "$DEV_ROOT" "$DEV_ROOT"
    for tree in proc sys dev; do mount --rbind "/$tree" "$DEV_ROOT/$tree"; done
    mount -t tmpfs -o mode=755,nosuid,nodev lamella-run "$DEV_ROOT/run"
    mount -t tmpfs -o mode=1777 lamella-tmp "$DEV_ROOT/tmp"
    mkdir -p "$DEV_ROOT/run/lock" "$DEV_ROOT/run/user"
    for file in /etc/resolv.conf /etc/hosts; do
        [ -e "$file" ] || continue
        [ -e "$DEV_ROOT$file" ] || : >"$DEV_ROOT$file"
        mount --bind "$(readlink -f "$file")" "$DEV_ROOT$file"
    done
    # What a window needs of the caller: its display, and the system bus where there is one.
    share="$DEV_PROJECT $DEV_CACHE"
    [ ! -d /tmp/.X11-unix ] || share="$share /tmp/.X11-unix"
    [ -z "${XDG_RUNTIME_DIR:-}" ] || [ ! -d "$XDG_RUNTIME_DIR" ] || share="$share $XDG_RUNTIME_DIR"
    [ ! -S /run/dbus/system_bus_socket ] || share="$share /run/dbus"
    for tree in $share; do
        mkdir -p "$DEV_ROOT$tree"
        mount --rbind "$tree" "$DEV_ROOT$tree"
    done
    if [ -n "${XAUTHORITY:-}" ] && [ -e "$XAUTHORITY" ]; then
        mkdir -p "$DEV_ROOT$(dirname "$XAUTHORITY")"
        : >>"$DEV_ROOT$XAUTHORITY"
        mount --bind "$XAUTHORITY" "$DEV_ROOT$XAUTHORITY"
    fi
    cd "$DEV_ROOT"
    pivot_root . .
    umount -l .
    cd "$DEV_PWD" 2>/dev/null || cd /
    set -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        TERM="${TERM:-dumb}" LAMELLA_CACHE="$DEV_CACHE" CCACHE_DIR="$DEV_CACHE/ccache" \
        ${CI:+CI="$CI"} ${DISPLAY:+DISPLAY="$DISPLAY"} ${WAYLAND_DISPLAY:+WAYLAND_DISPLAY="$WAYLAND_DISPLAY"} \
        ${XAUTHORITY:+XAUTHORITY="$XAUTHORITY"} ${XDG_RUNTIME_DIR:+XDG_RUNTIME_DIR="$XDG_RUNTIME_DIR"} \
        ${SUDO_UID:+DEV_UID="$SUDO_UID"} "$@"
    [ -z "$DEV_PIDNS" ] || set -- unshare --pid --fork --kill-child --mount-proc tini -s -- "$@"
    exec "$@"
' enter "$@"

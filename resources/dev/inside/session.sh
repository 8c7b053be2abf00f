#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# session.sh [--state DIR] [--user UID] [--grant UID]... [--no-helper] [--log-level LEVEL] COMMAND...
#
# Runs COMMAND beside a system bus, polkitd and lamella-helper of its own: in private mount and pid namespaces, so that
# nothing of it outlives the command. Its exit status is the command's. Needs root.
#   --state DIR    the helper's state, kept afterwards; otherwise a new directory below /var/tmp that is removed
#   --user UID     the command runs as this user, who may look at and manage what is his; otherwise as root
#   --grant UID    this user may do that too
#   --no-helper    bus and polkitd only
# The command finds in its environment:
#   LAMELLA_SESSION  a directory with helper.log, and the program `helper` that starts the helper as this script did
#   LAMELLA_STATE    the helper's state; LAMELLA_HELPER_PID where it runs
# LAMELLA_BIN is where the programs are; otherwise bin in LAMELLA_BUILD, or in build/dev.
set -eu
project=$(cd "$(dirname "$0")/../../.." && pwd -P)

fail() {
    echo "session: $*" >&2
    exit 1
}

if [ -z "${LAMELLA_SESSION_INSIDE:-}" ]; then
    [ "$(id -u)" = 0 ] || fail "this makes namespaces and needs root: run it through ./dev"
    export LAMELLA_SESSION_INSIDE=1
    exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc tini -s -- "$0" "$@"
fi
unset LAMELLA_SESSION_INSIDE

state= user=0 granted= helper=1 level=${LAMELLA_LOG_LEVEL:-info}
while [ $# -gt 0 ]; do
    case $1 in
        --state) state=$2 && shift 2 ;;
        --user) user=$2 && shift 2 ;;
        --grant) granted="$granted $2" && shift 2 ;;
        --log-level) level=$2 && shift 2 ;;
        --no-helper) helper= && shift ;;
        --) shift && break ;;
        -*) fail "there is no option $1" ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || fail "there is no command to run"
bin=${LAMELLA_BIN:-$project/${LAMELLA_BUILD:-build/dev}/bin}
LAMELLA_SESSION=/run/lamella-session
export LAMELLA_SESSION

# What is written below /run is this session's own, also where /run is the machine's.
for tree in dbus polkit-1 lamella lamella-session; do
    mkdir -p "/run/$tree"
    mount -t tmpfs -o mode=755,nosuid,nodev "lamella-$tree" "/run/$tree"
done
chmod 700 /run/lamella
if [ -z "$state" ]; then
    state=$(mktemp -d /var/tmp/lamella-session-XXXXXX)
    remove_state=1
else
    mkdir -p "$state"
    remove_state=
fi
chmod 700 "$state"
case $(stat -f -c %T "$state") in
    overlayfs | tmpfs) fail "the state directory $state must be on a disk's file system, such as ext4 (overlay needs it)" ;;
esac
export LAMELLA_STATE="$state"

# polkit names users: give a name to a uid that has none here. The rule's list of users comes of it.
names=
cp /etc/passwd $LAMELLA_SESSION/passwd
mount --bind $LAMELLA_SESSION/passwd /etc/passwd
for uid in $user $granted; do
    name=$(getent passwd "$uid" | cut -d: -f1)
    if [ -z "$name" ]; then
        name=lamella-$uid
        echo "$name:x:$uid:$uid::/nonexistent:/bin/sh" >>$LAMELLA_SESSION/passwd
    fi
    names="$names\"$name\", "
done

startBus() {
    sed "s#@PROJECT@#$project#" "$project/resources/dev/inside/bus.conf.in" >/run/dbus/lamella.conf
    dbus-daemon --config-file=/run/dbus/lamella.conf --nofork --nopidfile --nosyslog >$LAMELLA_SESSION/bus.log 2>&1 </dev/null &
    bus=$!
    until [ -S /run/dbus/system_bus_socket ]; do
        kill -0 $bus 2>/dev/null || { cat $LAMELLA_SESSION/bus.log >&2 && fail "dbus-daemon did not start"; }
        sleep .02
    done
    unset DBUS_SYSTEM_BUS_ADDRESS
}

# owned NAME PID LOG: waits until NAME is on the bus or the process has ended.
owned() {
    tries=0
    until dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner "string:$1" \
        2>/dev/null | grep -q true; do
        tries=$((tries + 1))
        kill -0 "$2" 2>/dev/null && [ $tries -lt 500 ] || { tail -n 20 "$3" >&2 && fail "$1 did not come up"; }
        sleep .02
    done
}

startPolkit() {
    mkdir -p /run/polkit-1/rules.d /run/polkit-1/actions
    cp "$project/resources/polkit/org.lamella.policy" /run/polkit-1/actions/
    # Without a session manager nobody is "active"; the users of this run may do what an active user may.
    cat >/run/polkit-1/rules.d/49-lamella-session.rules <<RULES
polkit.addRule(function (action, subject) {
    if ((action.id == "org.lamella.read" || action.id == "org.lamella.manage") && [$names].indexOf(subject.user) >= 0)
        return polkit.Result.YES;
});
RULES
    cp "${LAMELLA_POLKIT_RULES:-/dev/null}" /run/polkit-1/rules.d/48-lamella-command.rules
    chmod -R a+rX /run/polkit-1
    setpriv --reuid=polkitd --regid=polkitd --init-groups /usr/lib/polkit-1/polkitd --no-debug \
        >$LAMELLA_SESSION/polkit.log 2>&1 </dev/null &
    owned org.freedesktop.PolicyKit1 $! $LAMELLA_SESSION/polkit.log
}

startHelper() {
    cat >$LAMELLA_SESSION/helper <<HELPER
#!/bin/sh
exec '$bin/lamella-helper' --root '$state' --programs '$bin' \\
    --seccomp-profile '$project/resources/seccomp/default.json' --log-level '$level' "\$@"
HELPER
    chmod 755 $LAMELLA_SESSION/helper
    [ -n "$helper" ] || return 0
    $LAMELLA_SESSION/helper >$LAMELLA_SESSION/helper.log 2>&1 </dev/null &
    LAMELLA_HELPER_PID=$!
    export LAMELLA_HELPER_PID
    owned org.lamella.Lamella1 $LAMELLA_HELPER_PID $LAMELLA_SESSION/helper.log
}

# cgroups: the directories of this session's containers, in whichever trees the machine has.
cgroups() {
    for container in "$state"/containers/*; do
        [ -d "$container" ] || continue
        for directory in /sys/fs/cgroup/lamella/"${container##*/}" /sys/fs/cgroup/*/lamella/"${container##*/}"; do
            [ ! -d "$directory" ] || echo "$directory"
        done
    done
}

# Ends the containers, so that their shims write down how they ended and remove their cgroups; then what is left of them.
stopContainers() {
    for try in $(seq 100); do
        left=$(cgroups)
        [ -n "$left" ] || return 0
        for directory in $left; do
            { echo THAWED >"$directory/freezer.state"; } 2>/dev/null || :
            { echo 0 >"$directory/cgroup.freeze"; } 2>/dev/null || :
            { echo 1 >"$directory/cgroup.kill"; } 2>/dev/null || :
            for pid in $(cat "$directory/cgroup.procs" 2>/dev/null); do kill -KILL "$pid" 2>/dev/null || :; done
            [ "$try" -lt 50 ] || find "$directory" -depth -type d -exec rmdir {} + 2>/dev/null || :
        done
        sleep .05
    done
    echo "session: these cgroups could not be removed: $left" >&2
}

leave() {
    stopContainers
    [ -z "${LAMELLA_HELPER_PID:-}" ] || kill "$LAMELLA_HELPER_PID" 2>/dev/null || :
    [ -z "$remove_state" ] || rm -rf "$state" 2>/dev/null || :
}

trap 'leave' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
startBus
startPolkit
startHelper
if [ "$user" = 0 ]; then
    "$@"
else
    setpriv --reuid="$user" --regid="$(getent passwd "$user" | cut -d: -f4)" --clear-groups --no-new-privs "$@"
fi

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# bench.sh [NAME] [ARGUMENTS]: build for release and run a bench beside a helper of its own; without a name, list them.
set -eu
cd "$(dirname "$0")/../../.."
if [ $# -eq 0 ]; then
    echo "benches (./dev bench NAME [--rounds N] [--pause MS] [--json FILE] [--only PREFIX]):"
    sed -n 's/^lamella_bench(\([a-z_]*\).*ABOUT "\(.*\)".*/  \1  \2/p' tests/bench/CMakeLists.txt
    exit 0
fi
name=$1
shift
grep -q "^lamella_bench($name " tests/bench/CMakeLists.txt || {
    echo "dev: there is no bench '$name'; ./dev bench lists them" >&2
    exit 1
}
resources/dev/inside/build.sh release "bench_$name"
# crun refuses to start where the v2 tree beside v1 lists a controller: hide it, from all contenders. What crun makes in its
# place stays in a tmpfs of this run.
if mountpoint -q /sys/fs/cgroup/unified; then
    umount /sys/fs/cgroup/unified
    mount -t tmpfs lamella-hide /sys/fs/cgroup/unified
fi
exec env LAMELLA_BUILD=build/release resources/dev/inside/session.sh build/release/bin/bench_"$name" "$@"

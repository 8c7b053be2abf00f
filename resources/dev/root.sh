# SPDX-License-Identifier: GPL-3.0-or-later
# The development root: a Debian 13 tree with everything that Lamella needs, made once and shared by all checkouts.
# Sourced by ./dev; uses $project, sets $cache, $root and $asRoot.

cache=${LAMELLA_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/lamella}
suite=trixie
packages=$project/resources/dev/packages
asRoot=

# list SET: the packages of a set, one a line.
list() {
    sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$packages/$1.list"
}

requireRoot() {
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null 2>&1 ||
        fail "'$1' makes namespaces and mounts and so needs root: run it as root, or install sudo"
    asRoot="sudo --preserve-env=DISPLAY,WAYLAND_DISPLAY,XAUTHORITY,XDG_RUNTIME_DIR,TERM,CI,LAMELLA_CACHE"
}

# What a set of packages is: the hash of its list.
fingerprint() {
    list "$1" | sha256sum | cut -c1-12
}

installMmdebstrap() {
    command -v mmdebstrap >/dev/null 2>&1 && return
    command -v apt-get >/dev/null 2>&1 ||
        fail "mmdebstrap is missing: install it with this system's package manager and try again"
    echo "dev: installing mmdebstrap"
    { $asRoot apt-get -qq update && $asRoot apt-get -qq install -y mmdebstrap; } >/dev/null ||
        fail "mmdebstrap could not be installed with apt-get: see the lines above"
}

# Makes $root unless it is there. It is built under a temporary name and renamed, so a broken one is never used.
prepareRoot() {
    root=$cache/root-$suite-$(fingerprint build)
    [ ! -e "$root/etc/debian_version" ] || return 0
    mkdir -p "$cache"
    installMmdebstrap
    lock=$cache/root.lock
    exec 9>"$lock"
    command -v flock >/dev/null 2>&1 && flock 9
    if [ ! -e "$root/etc/debian_version" ]; then
        $asRoot rm -rf "$cache"/root-"$suite"-*.partial
        partial=$root.$$.partial
        log=$cache/mmdebstrap.log
        echo "dev: making the Debian 13 development root in $root (once, a minute or two)"
        trap '$asRoot rm -rf "$partial"; exit 130' INT TERM
        if ! $asRoot mmdebstrap --variant=apt --mode=root --aptopt='APT::Install-Recommends "false"' \
            --include="$(list build | paste -sd,)" "$suite" "$partial" 2>&1 | tee "$log" | "$project/resources/dev/progress.sh" ||
            [ ! -e "$partial/usr/bin/ninja" ]; then
            tail -n 20 "$log" >&2
            $asRoot rm -rf "$partial"
            fail "the development root could not be made; the whole log is $log"
        fi
        $asRoot sh -c "head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' > '$partial/etc/machine-id'; mkdir -p '$partial/var/lib/dev-sets'"
        $asRoot mv "$partial" "$root"
        trap - INT TERM
    fi
    exec 9>&-
}

# addPackages SET: adds a package set to the root when it is needed for the first time.
addPackages() {
    mark=$root/var/lib/dev-sets/$1-$(fingerprint "$1")
    [ ! -e "$mark" ] || return 0
    echo "dev: adding the packages for '$1' to the development root"
    exec 9>"$cache/root.lock"
    command -v flock >/dev/null 2>&1 && flock 9
    log=$cache/packages-$1.log
    if ! $asRoot "$project/resources/dev/enter.sh" "$root" "$project" "$cache" sh -c '
        export DEBIAN_FRONTEND=noninteractive
        apt-get -q update && apt-get -q install -y --no-install-recommends "$@"' sh $(list "$1") >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        fail "the packages for '$1' could not be installed; the whole log is $log"
    fi
    $asRoot touch "$mark"
    exec 9>&-
}

# checkNative SETS: --native needs Debian 13 or newer with the packages installed.
checkNative() {
    version=$(cut -d. -f1 /etc/debian_version 2>/dev/null || echo 0)
    case $version in
        trixie/sid | forky/sid) version=13 ;;
    esac
    [ "$version" -ge 13 ] 2>/dev/null || fail "--native needs Debian 13 or newer; without it ./dev brings a Debian 13 root of its own"
    missing=
    for package in $(list build) $(for set in $1; do list "$set"; done); do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -z "$missing" ] || fail "--native needs these packages: apt-get install$missing"
}

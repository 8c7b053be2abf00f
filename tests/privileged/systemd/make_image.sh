#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# make_image.sh BUILD RELEASE GUEST IMAGE: the disk of tst_systemd's virtual machine.
#
# Debian as this system has it installed, but only what a machine with systemd and our programs needs; our files as
# `cmake --install` puts them there; and the program GUEST as a service. RELEASE is the kernel's, for its modules.
set -eu
build=$1 release=$2 guest=$3 image=$4
tree=$image.tree
mkdir "$tree"
trap 'rm -rf "$tree"' EXIT

# The packages and what they depend on, as far as they are installed here (apt lists alternatives, too).
packages() {
    apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
        --no-enhances base-files base-passwd bash coreutils dbus kmod libpam-modules libpam-systemd mount polkitd systemd \
        systemd-sysv util-linux | grep '^[a-z0-9]' | sort -u | while read -r name; do
        dpkg-query -W -f '${db:Status-Abbrev} ${binary:Package}\n' "$name" 2>/dev/null || :
    done | sed -n 's/^ii *//p'
}

# What the programs given load: the libraries by the names that they have in them.
libraries() {
    for program; do ldd "$program" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p'; done | sort -u
}

# The directories that Debian has merged into /usr are links.
files() {
    dpkg -L $(packages) | grep -Ev '^/usr/share/(doc|man|info|locale|lintian|bug)/'
    libraries "$guest" "$build"/bin/lamella-helper "$build"/bin/lamella-worker | while read -r library; do
        echo "$library"
        readlink -f "$library"
    done
    for module in autofs overlayfs; do find "/usr/lib/modules/$release/kernel/fs/$module" -type f; done
    find "/usr/lib/modules/$release" -maxdepth 1 -name 'modules.*'
    find /etc
}

files | sed -E 's#^/(bin|sbin|lib|lib64)/#/usr/\1/#; s#^/##; /^\.?$/d' | sort -u |
    while read -r path; do [ ! -e "/$path" ] && [ ! -L "/$path" ] || echo "$path"; done |
    tar -C / -c --no-recursion --files-from - | tar -C "$tree" -x
mkdir -p "$tree/dev" "$tree/proc" "$tree/run" "$tree/sys" "$tree/tmp" "$tree/var/tmp"

DESTDIR=$tree cmake --install "$build" >/dev/null

# Our part: two people, and the service that tries everything and restarts the machine, which ends it.
cp "$guest" "$tree/usr/bin/systemd_guest"
for person in ada:1000 bob:1001; do
    echo "${person%:*}:x:${person#*:}:${person#*:}::/:/bin/sh" >>"$tree/etc/passwd"
    echo "${person%:*}:x:${person#*:}:" >>"$tree/etc/group"
    echo "${person%:*}:*:20000:0:99999:7:::" >>"$tree/etc/shadow"
done
cat >"$tree/etc/systemd/system/systemd_guest.service" <<'UNIT'
[Unit]
Description=The test
[Service]
ExecStart=/usr/bin/systemd_guest
ExecStopPost=-/bin/sh -c '[ "$SERVICE_RESULT" = success ] || systemctl --force --force reboot'
Environment=LAMELLA_BIN=/usr/bin LC_ALL=C.UTF-8
StandardOutput=file:/dev/console
StandardError=file:/dev/console
UNIT
ln -s ../systemd_guest.service "$tree/etc/systemd/system/multi-user.target.wants/"
# Nobody logs in, and nothing is done by the clock.
for unit in getty.target timers.target apt-daily.timer serial-getty@ttyS0.service; do
    rm -f "$tree/etc/systemd/system/$unit"
    ln -s /dev/null "$tree/etc/systemd/system/$unit"
done

truncate -s 640M "$image"
mke2fs -q -t ext4 -O ^has_journal -E root_owner=0:0,lazy_itable_init=1 -d "$tree" "$image"

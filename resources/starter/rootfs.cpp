// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/starter/rootfs.h"

namespace lamella::starter {

namespace {

constexpr unsigned kUser = 1000;

TarMember directory(std::string name, unsigned mode = 0755, unsigned owner = 0)
{
    return {.type = '5', .name = std::move(name), .link = {}, .data = {}, .mode = mode, .uid = owner, .gid = owner};
}

TarMember file(std::string name, std::string data, unsigned mode = 0644, unsigned owner = 0)
{
    return {.type = '0',
            .name = std::move(name),
            .link = {},
            .data = std::move(data),
            .mode = mode,
            .uid = owner,
            .gid = owner};
}

TarMember symlink(std::string name, std::string target)
{
    return {.type = '2', .name = std::move(name), .link = std::move(target), .data = {}, .mode = 0777};
}

LayerContent base()
{
    return {
        "lamella-mkstarter: directories and accounts",
        {
            directory("./"),
            directory("bin/"),
            directory("dev/"),
            directory("etc/"),
            directory("home/"),
            directory("proc/"),
            directory("root/", 0700),
            directory("run/"),
            directory("sys/"),
            directory("tmp/", 01777),
            directory("usr/"),
            directory("var/"),
            directory("var/log/"),
            symlink("sbin", "bin"),
            symlink("usr/bin", "../bin"),
            file("etc/passwd",
                 "root:x:0:0:root:/root:/bin/sh\n"
                 "nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n"
                 "user:x:1000:1000:user:/home/user:/bin/sh\n"),
            file("etc/group", "root:x:0:\nnogroup:x:65534:\nuser:x:1000:\n"),
            file("etc/shadow", "root:*:::::::\nnobody:*:::::::\nuser:*:::::::\n", 0640),
            file("etc/profile",
                 "export PATH=/usr/local/bin:/usr/bin:/bin\n"
                 "PS1='\\u@\\h:\\w\\$ '\n"
                 "[ -r /etc/motd ] && cat /etc/motd\n"),
            file("etc/os-release",
                 "NAME=\"Lamella starter\"\nID=lamella-starter\nPRETTY_NAME=\"Lamella starter image\"\n"),
            file("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"),
        },
    };
}

LayerContent programs(const std::string& busybox, const std::vector<std::string>& applets)
{
    LayerContent layer{"lamella-mkstarter: busybox and its applets",
                       {directory("bin/"), file("bin/busybox", busybox, 0755)}};
    for (const auto& applet : applets) {
        if (applet != "busybox")
            layer.members.push_back(symlink("bin/" + applet, "busybox"));
    }
    return layer;
}

constexpr const char* kReadme = R"(This is the image that comes with Lamella: busybox, and three layers to look at.

  sh demo.sh     writes, changes and deletes files: watch the Changes tab
  vi README      an editor
  top            the processes of this container, and only they

What you change is kept in this container's own writable layer. The image stays as it is.
)";

constexpr const char* kDemo = R"(#!/bin/sh
# Writes, changes and deletes files, so that there is something to see in the Changes tab.
set -e
cd "$HOME"

echo "writing notes/ with three files"
mkdir -p notes
for name in first second third; do
    echo "The $name note, written at $(date)." >"notes/$name.txt"
done

echo "writing a file of one megabyte"
dd if=/dev/zero of=notes/zeros.bin bs=1024 count=1024 2>/dev/null

echo "changing README"
echo "Changed by demo.sh." >>README

echo "making old.txt executable, which changes its attributes alone"
chmod +x old.txt

echo "deleting trash.txt and the second note"
rm -f trash.txt notes/second.txt
echo "done"
)";

LayerContent home()
{
    return {
        "lamella-mkstarter: a welcome and something to try",
        {
            directory("etc/"),
            file("etc/motd", "Welcome to a container. Try: sh ~/demo.sh\n"),
            directory("home/"),
            directory("home/user/", 0755, kUser),
            file("home/user/README", kReadme, 0644, kUser),
            file("home/user/demo.sh", kDemo, 0755, kUser),
            file("home/user/old.txt", "An old file. Its content never changes.\n", 0644, kUser),
            file("home/user/trash.txt", "Nobody needs this file.\n", 0644, kUser),
            directory("root/", 0700),
            symlink("root/demo.sh", "../home/user/demo.sh"),
            file("root/README", kReadme),
            file("root/old.txt", "An old file. Its content never changes.\n"),
            file("root/trash.txt", "Nobody needs this file.\n"),
        },
    };
}

} // namespace

std::vector<LayerContent> layers(const std::string& busybox, const std::vector<std::string>& applets)
{
    return {base(), programs(busybox, applets), home()};
}

} // namespace lamella::starter

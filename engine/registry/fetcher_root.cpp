// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/fetcher_root.h"

#include "engine/image/confinement.h"
#include "engine/image/limits.h"
#include "engine/os/file.h"
#include "engine/os/mount.h"
#include "engine/registry/fetcher_filter.h"

#include <sys/mount.h>
#include <unistd.h>

#include <array>

namespace lamella::registry {

namespace {

// What resolver(5), nsswitch.conf(5) and the certificate store read. A link's target counts: resolv.conf is often one.
constexpr std::array kCopied
    = {"resolv.conf", "hosts", "nsswitch.conf", "host.conf", "gai.conf", "services", "ld.so.cache"};
constexpr std::array kShown = {"usr", "etc/ssl", "etc/pki", "etc/ca-certificates", "etc/crypto-policies"};
constexpr std::array kLibraries = {"lib", "lib64", "lib32", "bin", "sbin"}; // links into /usr, or directories
constexpr std::size_t kCopyLimit = 4u << 20;

// One user for each fetcher, by its PID, in a range that nobody gives away (systemd's UIDS-GIDS: unused from here on):
// no other process is of this user, so it can signal and trace none.
constexpr uid_t kFirstUser = 0x70000000;

bool exists(const std::string& path)
{
    return ::access(path.c_str(), F_OK) == 0;
}

Result<void> copyFile(BorrowedFd etc, const std::string& name)
{
    const auto text = TRY(os::readFile("/etc/" + name, kCopyLimit));
    const auto copy = TRY(os::openAt(etc, name, O_WRONLY | O_CREAT | O_EXCL, 0444));
    return os::writeAll(copy.borrow(), text, name);
}

Result<void> makeDirectoryAt(BorrowedFd root, const std::string& name)
{
    if (::mkdirat(root.get(), name.c_str(), 0755) != 0 && errno != EEXIST)
        return systemFailure(std::format("cannot make /{} for the fetcher", name));
    return {};
}

Result<void> show(BorrowedFd root, const std::string& name)
{
    const auto source = TRY(os::open("/" + name, O_PATH | O_DIRECTORY));
    const auto mount = TRY(os::cloneMount(source.borrow(), "", false));
    TRY(os::setMountAttributes(mount.borrow(), MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID, 0, false,
                               "/" + name));
    TRY(makeDirectoryAt(root, name));
    const auto target = TRY(os::openAt(root, name, O_PATH | O_DIRECTORY));
    return os::attachMount(mount.borrow(), target.borrow(), "/" + name);
}

Result<void> showLibraries(BorrowedFd root, const std::string& name)
{
    std::array<char, 256> target{};
    const auto length = ::readlink(("/" + name).c_str(), target.data(), target.size() - 1);
    if (length < 0)
        return exists("/" + name) ? show(root, name) : Result<void>{};
    if (::symlinkat(target.data(), root.get(), name.c_str()) != 0)
        return systemFailure(std::format("cannot make /{} for the fetcher", name));
    return {};
}

Result<void> fill(BorrowedFd root)
{
    TRY(makeDirectoryAt(root, "etc"));
    const auto etc = TRY(os::openAt(root, "etc", O_PATH | O_DIRECTORY));
    for (const std::string name : kCopied) {
        if (exists("/etc/" + name))
            TRY(copyFile(etc.borrow(), name));
    }
    for (const std::string name : kShown) {
        if (exists("/" + name))
            TRY(show(root, name));
    }
    for (const std::string name : kLibraries)
        TRY(showLibraries(root, name));
    return {};
}

} // namespace

Result<void> confine()
{
    auto context = TRY(os::FileSystem::open("tmpfs"));
    TRY(context.set("size", "16m"));
    TRY(context.set("mode", "0755"));
    const auto root = TRY(context.mount(MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID));
    TRY(image::enterRoot(root.borrow(), image::Network::Kept, [&root] { return fill(root.borrow()); }));
    TRY(os::setMountAttributes(root.borrow(), MOUNT_ATTR_RDONLY, 0, false, "the fetcher's root"));
    TRY(image::dropRights(image::Rights::Fetch, kFirstUser + static_cast<uid_t>(::getpid()), image::limits::kBlob));
    return loadFetcherFilter();
}

} // namespace lamella::registry

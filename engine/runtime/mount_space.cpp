// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/mount_space.h"

#include "engine/oci/validate.h"
#include "engine/os/file.h"
#include "engine/os/mount.h"

namespace lamella::runtime {

namespace {

Result<UniqueFd> makeTmpfs()
{
    os::FileSystem tmpfs = TRY(os::FileSystem::open("tmpfs"));
    return tmpfs.mount();
}

Result<void> needDetachedTrees()
{
    const UniqueFd below = TRY(makeTmpfs());
    const UniqueFd above = TRY(makeTmpfs());
    if (!os::attachMount(above.borrow(), below.borrow(), "a tmpfs"))
        return failure(ErrorKind::Unsupported,
                       "linux.namespaces: a container without a mount namespace of its own needs Linux 6.15: this "
                       "kernel cannot mount its file systems without mounting them on the machine");
    return {};
}

Result<bool> isOwn(BorrowedFd space, const std::string& path)
{
    constexpr const char* kOwn = "/proc/self/ns/mnt";
    const UniqueFd own = TRY(os::open(kOwn, O_RDONLY));
    const struct stat mine = TRY(os::status(own.borrow(), kOwn));
    const struct stat other = TRY(os::status(space, path));
    return mine.st_dev == other.st_dev && mine.st_ino == other.st_ino;
}

} // namespace

Result<MountSpace> planMountSpace(const oci::Spec& spec)
{
    const oci::Namespace* mount = oci::findNamespace(spec, oci::NamespaceType::Mount);
    if (mount != nullptr && mount->path.empty())
        return MountSpace{};
    if (mount != nullptr) {
        UniqueFd space = TRY(os::open(mount->path, O_RDONLY));
        if (!TRY(isOwn(space.borrow(), mount->path)))
            return MountSpace{MountSpaceKind::Joined, std::move(space)};
    }
    TRY(needDetachedTrees());
    return MountSpace{MountSpaceKind::Shared, {}};
}

} // namespace lamella::runtime

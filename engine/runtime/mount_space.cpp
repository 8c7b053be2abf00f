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

/// Whether this kernel mounts on what is mounted nowhere.
Result<bool> hasDetachedTrees()
{
    const UniqueFd below = TRY(makeTmpfs());
    const UniqueFd above = TRY(makeTmpfs());
    return os::attachMount(above.borrow(), below.borrow(), "a tmpfs").has_value();
}

Result<bool> isSame(BorrowedFd space, const std::string& path, const char* known)
{
    const UniqueFd opened = TRY(os::open(known, O_RDONLY));
    const struct stat one = TRY(os::status(opened.borrow(), known));
    const struct stat other = TRY(os::status(space, path));
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/// Before Linux 6.15 what is joined is changed for good: the container's root lies on top of its root, and programs are
/// looked up there.
Result<void> mayBeJoined(BorrowedFd space, const std::string& path, const oci::Spec& spec)
{
    if (TRY(isSame(space, path, "/proc/1/ns/mnt")))
        return failure(ErrorKind::Unsupported,
                       "linux.namespaces: the machine's mount namespace is not joined: its root would be covered");
    if (!spec.hooks.createContainer.empty())
        return failure(ErrorKind::Unsupported,
                       "hooks.createContainer: not with a mount namespace that is joined: its programs would be the "
                       "other container's");
    return {};
}

} // namespace

Result<MountSpace> planMountSpace(const oci::Spec& spec)
{
    const oci::Namespace* mount = oci::findNamespace(spec, oci::NamespaceType::Mount);
    if (mount != nullptr && mount->path.empty())
        return MountSpace{};
    if (mount != nullptr) {
        UniqueFd space = TRY(os::open(mount->path, O_RDONLY));
        if (!TRY(isSame(space.borrow(), mount->path, "/proc/self/ns/mnt"))) {
            TRY(mayBeJoined(space.borrow(), mount->path, spec));
            return MountSpace{MountSpaceKind::Joined, std::move(space), TRY(hasDetachedTrees())};
        }
    }
    if (!TRY(hasDetachedTrees()))
        return failure(ErrorKind::Unsupported,
                       "linux.namespaces: a container without a mount namespace of its own needs Linux 6.15: this "
                       "kernel cannot mount its file systems without mounting them on the machine");
    return MountSpace{MountSpaceKind::Shared, {}, true};
}

} // namespace lamella::runtime

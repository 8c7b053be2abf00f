// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/overlay.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"
#include "engine/os/mount.h"
#include "engine/os/namespace.h"
#include "engine/rootfs/bind.h"

#include <chrono>
#include <ranges>
#include <string_view>
#include <sys/statvfs.h>
#include <thread>

namespace lamella::rootfs {

namespace {

/// linux/limits of overlayfs: OVL_MAX_STACK.
constexpr std::size_t kMaxLayers = 500;

/// The upper directory is another overlay's until that has gone, a moment after the container's last process and those
/// that looked at its files: a second in all.
constexpr int kMostAgain = 20;
constexpr std::chrono::milliseconds kBusyPause{50};

Result<std::string> annotation(const oci::Spec& spec, std::string_view name)
{
    const auto found = spec.annotations.find(std::string{name});
    if (found == spec.annotations.end() || !found->second.starts_with('/'))
        return failure(ErrorKind::InvalidArgument, compose("the annotation {} is not an absolute path", name));
    return found->second;
}

Result<UniqueFd> openAnnotated(const oci::Spec& spec, std::string_view name)
{
    const std::string path = TRY(annotation(spec, name));
    return os::open(path, O_PATH | O_DIRECTORY);
}

/// Gives overlay a directory by descriptor. Kernels before 6.13 know only its path, and say EINVAL, or EBADF because it
/// is an O_PATH one.
Result<void> addDirectory(os::FileSystem& overlay, const char* key, BorrowedFd directory)
{
    auto set = overlay.setDescriptor(key, directory);
    if (set || (set.error().errnum != EINVAL && set.error().errnum != EBADF))
        return set;
    return overlay.set(key, os::descriptorPath(directory));
}

Result<void> addLayer(os::FileSystem& overlay, const std::filesystem::path& relative, BorrowedFd layers)
{
    const UniqueFd layer
        = TRY(os::openBeneath(layers, relative.native(), O_PATH | O_DIRECTORY, 0, RESOLVE_NO_SYMLINKS));
    return addDirectory(overlay, "lowerdir+", layer.borrow());
}

Result<void> addLayers(os::FileSystem& overlay, std::string_view lower, const std::filesystem::path& above,
                       BorrowedFd layers)
{
    std::size_t count = 0;
    for (const auto part : std::views::split(lower, ':')) {
        const std::filesystem::path path{std::string_view{part}};
        const std::filesystem::path relative = path.lexically_relative(above);
        if (++count > kMaxLayers)
            return failure(ErrorKind::LimitExceeded, compose("there are more than {} layers", kMaxLayers));
        if (relative.empty() || *relative.begin() == "..")
            return failure(ErrorKind::InvalidArgument,
                           compose("the layer {} is not below {}", path.native(), above.native()));
        TRY_WITHIN(compose("layer {}", path.native()), addLayer(overlay, relative, layers));
    }
    return {};
}

/// When its work directory fails, overlay mounts all the same, read-only, and only the kernel's log says so.
Result<void> mustBeWritable(BorrowedFd mount)
{
    struct statvfs info{};
    if (::fstatvfs(mount.get(), &info) != 0)
        return systemFailure("cannot look at the overlay");
    if ((info.f_flag & ST_RDONLY) != 0)
        return failure(ErrorKind::Failed, "the kernel mounts the overlay read-only: its upper or work directory fails");
    return {};
}

/// index and nfs_export let one fanotify mark see the changes; what would spread a file over upper and lower is off.
Result<void> setFeatures(os::FileSystem& overlay)
{
    TRY(overlay.set("redirect_dir", "off"));
    TRY(overlay.set("metacopy", "off"));
    TRY(overlay.set("index", "on"));
    return overlay.set("nfs_export", "on");
}

enum class LayersAre { Detached, Attached };

/// The directory above the layers, with the ids of `userNamespace` where there is one; then attached onto itself, in
/// this process's mount namespace, which must be a private one.
Result<UniqueFd> openLayers(const std::filesystem::path& above, BorrowedFd userNamespace, LayersAre layersAre)
{
    UniqueFd directory = TRY(os::open(above, O_PATH | O_DIRECTORY));
    if (!userNamespace)
        return directory;
    UniqueFd layers = TRY(os::cloneMount(directory.borrow(), "", false));
    TRY(os::idMapMount(layers.borrow(), userNamespace, above.native()));
    if (layersAre == LayersAre::Attached)
        TRY(os::attachMount(layers.borrow(), directory.borrow(), above.native()));
    return layers;
}

Result<Overlay> mountOverlay(const oci::Spec& spec, BorrowedFd userNamespace, LayersAre layersAre)
{
    const std::string lower = TRY(annotation(spec, oci::kAnnotationLower));
    const std::filesystem::path above = TRY(annotation(spec, oci::kAnnotationLayers));
    // Upper and work first: they may lie below `above`, and must not be reached through its idmapped mount.
    const UniqueFd upper = TRY(openAnnotated(spec, oci::kAnnotationUpper));
    const UniqueFd work = TRY(openAnnotated(spec, oci::kAnnotationWork));
    UniqueFd layers = TRY(openLayers(above, userNamespace, layersAre));

    os::FileSystem overlay = TRY(os::FileSystem::open("overlay"));
    TRY(overlay.set("source", "overlay"));
    TRY(addLayers(overlay, lower, above, layers.borrow()));
    TRY(addDirectory(overlay, "upperdir", upper.borrow()));
    TRY(addDirectory(overlay, "workdir", work.borrow()));
    TRY(setFeatures(overlay));
    if (!spec.linux.mountLabel.empty())
        TRY(overlay.set("context", spec.linux.mountLabel));
    // Device nodes of an image serve nobody in a user namespace: that must not hang on the cgroup's device rules alone.
    UniqueFd mount = TRY(overlay.mount(userNamespace ? std::uint64_t{MOUNT_ATTR_NODEV} : 0));
    TRY(mustBeWritable(mount.borrow()));
    return Overlay{std::move(mount), std::move(layers)};
}

/// Before Linux 6.15 overlay takes no layer on a detached mount, and says EINVAL.
Result<Overlay> makeOverlayOnce(const oci::Spec& spec, std::optional<BorrowedFd> userNamespace)
{
    auto made = mountOverlay(spec, userNamespace.value_or(BorrowedFd{}), LayersAre::Detached);
    if (made || !userNamespace || made.error().errnum != EINVAL)
        return made;
    Overlay overlay;
    TRY(os::callWithPrivateMounts([&]() -> Result<void> {
        overlay.mount = TRY(mountOverlay(spec, *userNamespace, LayersAre::Attached)).mount;
        return {};
    }));
    return overlay;
}

} // namespace

bool hasOverlay(const oci::Spec& spec)
{
    return spec.annotations.contains(std::string{oci::kAnnotationLower});
}

Result<Overlay> makeOverlay(const oci::Spec& spec, std::optional<BorrowedFd> userNamespace)
{
    auto made = makeOverlayOnce(spec, userNamespace);
    for (int again = 0; again < kMostAgain && !made && made.error().errnum == EBUSY; ++again) {
        std::this_thread::sleep_for(kBusyPause);
        made = makeOverlayOnce(spec, userNamespace);
    }
    return made;
}

Result<UniqueFd> makeReadOnlyOverlay(const std::vector<std::filesystem::path>& directories)
{
    os::FileSystem overlay = TRY(os::FileSystem::open("overlay"));
    TRY(overlay.set("source", "overlay"));
    for (const auto& path : directories) {
        const UniqueFd directory = TRY(os::open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW));
        TRY_WITHIN(path.native(), addDirectory(overlay, "lowerdir+", directory.borrow()));
    }
    // With an index, one that another overlay writes to is refused.
    TRY(overlay.set("index", "off"));
    TRY(overlay.set("redirect_dir", "off"));
    TRY(overlay.set("metacopy", "off"));
    return overlay.mount(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
}

Result<UniqueFd> makeRootBind(const oci::Spec& spec, const std::filesystem::path& bundle)
{
    const std::filesystem::path path = bundle / spec.rootPath;
    const UniqueFd directory = TRY(os::open(path, O_PATH | O_DIRECTORY));
    return copyTree(directory.borrow(), spec.linux.rootfsPropagation, path.native());
}

} // namespace lamella::rootfs

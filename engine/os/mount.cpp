// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/mount.h"

#include "engine/base/compose.h"

#include <array>
#include <fcntl.h>

namespace lamella::os {

Result<FileSystem> FileSystem::open(const std::string& type)
{
    const int fd = ::fsopen(type.c_str(), FSOPEN_CLOEXEC);
    if (fd < 0)
        return systemFailure(compose("cannot use the file system {}", type));
    return FileSystem{UniqueFd{fd}, type};
}

Result<void> FileSystem::set(const std::string& key, const std::string& value)
{
    if (::fsconfig(m_context.get(), FSCONFIG_SET_STRING, key.c_str(), value.c_str(), 0) != 0)
        return explain(compose("cannot set {}={}", key, value));
    return {};
}

Result<void> FileSystem::setFlag(const std::string& key)
{
    if (::fsconfig(m_context.get(), FSCONFIG_SET_FLAG, key.c_str(), nullptr, 0) != 0)
        return explain(compose("cannot set {}", key));
    return {};
}

Result<void> FileSystem::setDescriptor(const std::string& key, BorrowedFd fd)
{
    if (::fsconfig(m_context.get(), FSCONFIG_SET_FD, key.c_str(), nullptr, fd.get()) != 0)
        return explain(compose("cannot set {}", key));
    return {};
}

Result<UniqueFd> FileSystem::mount(std::uint64_t attributes)
{
    if (::fsconfig(m_context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
        return explain("cannot mount");
    const int fd = ::fsmount(m_context.get(), FSMOUNT_CLOEXEC, static_cast<unsigned>(attributes));
    if (fd < 0)
        return explain("cannot mount");
    return UniqueFd{fd};
}

/// Adds the kernel's own words, which reading from the context gives ("e overlay: …").
std::unexpected<Error> FileSystem::explain(std::string_view what) const
{
    const int errnum = errno;
    std::string text = compose("{} ({})", what, m_type);
    std::array<char, 512> line{};
    const ssize_t n = ::read(m_context.get(), line.data(), line.size());
    if (n > 2)
        text += compose(" [{}]", std::string_view{line.data() + 2, static_cast<std::size_t>(n) - 2});
    return systemFailure(text, errnum);
}

Result<UniqueFd> cloneMount(BorrowedFd directory, const std::string& path, bool recursive)
{
    unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
    if (path.empty())
        flags |= AT_EMPTY_PATH;
    if (recursive)
        flags |= AT_RECURSIVE;
    const int fd = ::open_tree(directory.get(), path.c_str(), flags);
    if (fd < 0)
        return systemFailure(compose("cannot copy the mount of {}", path));
    return UniqueFd{fd};
}

Result<void> setMountAttributes(BorrowedFd mount, std::uint64_t set, std::uint64_t clear, bool recursive,
                                std::string_view what)
{
    mount_attr attributes{};
    attributes.attr_set = set;
    attributes.attr_clr = clear;
    const unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
    if (::mount_setattr(mount.get(), "", flags, &attributes, sizeof attributes) != 0)
        return systemFailure(compose("cannot set the attributes of the mount of {}", what));
    return {};
}

Result<void> setMountPropagation(BorrowedFd mount, std::uint64_t type, bool recursive, std::string_view what)
{
    mount_attr attributes{};
    attributes.propagation = type;
    const unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
    if (::mount_setattr(mount.get(), "", flags, &attributes, sizeof attributes) != 0)
        return systemFailure(compose("cannot set the propagation of the mount of {}", what));
    return {};
}

Result<void> idMapMount(BorrowedFd mount, BorrowedFd userNamespace, std::string_view what, bool recursive)
{
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_IDMAP;
    attributes.userns_fd = static_cast<std::uint64_t>(userNamespace.get());
    const unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
    if (::mount_setattr(mount.get(), "", flags, &attributes, sizeof attributes) != 0)
        return systemFailure(compose("cannot map the owners of {}", what));
    return {};
}

Result<void> attachMount(BorrowedFd mount, BorrowedFd target, std::string_view what)
{
    if (::move_mount(mount.get(), "", target.get(), "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
        return systemFailure(compose("cannot mount on {}", what));
    return {};
}

} // namespace lamella::os

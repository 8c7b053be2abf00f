// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/layout_output.h"

#include "engine/layer/directory_names.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <fcntl.h>
#include <format>
#include <linux/openat2.h>
#include <memory>
#include <ranges>
#include <sys/stat.h>
#include <unistd.h>

namespace lamella::image {

namespace {

constexpr mode_t kFileMode = 0644;
constexpr mode_t kDirectoryMode = 0755;

// The directory that a path of ours lies in.
Result<UniqueFd> openParent(BorrowedFd root, const std::string& path)
{
    const std::string parent{layer::splitPath(path).parent};
    return os::openBeneath(root, parent.empty() ? "." : parent, O_PATH | O_DIRECTORY, 0, RESOLVE_NO_SYMLINKS);
}

} // namespace

Result<void> TarOutput::begin(const std::string& path, Bytes size)
{
    layer::TarEntry entry;
    entry.path = path;
    entry.mode = kFileMode;
    entry.size = size.value;
    entry.chunks = {{0, size.value}};
    return m_tar.begin(entry);
}

DirectoryOutput::DirectoryOutput(BorrowedFd directory, Owner user)
    : m_directory(directory)
    , m_user(std::move(user))
{
}

Result<std::unique_ptr<DirectoryOutput>> DirectoryOutput::make(BorrowedFd directory, Owner user)
{
    const auto names = layer::directoryNames(directory, 1);
    if (!names && names.error().kind != ErrorKind::LimitExceeded)
        return std::unexpected(names.error());
    if (!names || !names->empty())
        return failure(ErrorKind::InvalidArgument, "the directory is not empty: choose one with nothing in it");
    std::unique_ptr<DirectoryOutput> output{new DirectoryOutput{directory, std::move(user)}};
    TRY(output->makeDirectory("blobs"));
    TRY(output->makeDirectory("blobs/sha256"));
    return output;
}

Result<void> DirectoryOutput::makeDirectory(const std::string& path)
{
    const auto acting = TRY(OwnerRights::enter(m_user));
    const auto parent = TRY(openParent(m_directory, path));
    const std::string name{layer::splitPath(path).name};
    if (::mkdirat(parent.get(), name.c_str(), kDirectoryMode) != 0
        || ::fchmodat(parent.get(), name.c_str(), kDirectoryMode, 0) != 0) // whatever the umask is
        return systemFailure(std::format("cannot make {} in the directory", path));
    m_made.push_back(path);
    return {};
}

Result<void> DirectoryOutput::begin(const std::string& path, Bytes)
{
    const auto acting = TRY(OwnerRights::enter(m_user));
    m_file = TRY(
        os::openBeneath(m_directory, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, kFileMode, RESOLVE_NO_SYMLINKS));
    m_made.push_back(path);
    if (::fchmod(m_file.get(), kFileMode) != 0)
        return systemFailure(std::format("cannot set the mode of {}", path));
    return {};
}

Result<void> DirectoryOutput::data(std::span<const std::byte> bytes)
{
    return os::writeAll(m_file.borrow(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                        "a file of the layout");
}

Result<void> DirectoryOutput::end()
{
    m_file.reset();
    return {};
}

Result<void> DirectoryOutput::finish()
{
    m_finished = true;
    return {};
}

DirectoryOutput::~DirectoryOutput()
{
    if (m_finished)
        return;
    const auto acting = OwnerRights::enter(m_user);
    if (!acting)
        return;
    for (const auto& path : m_made | std::views::reverse) {
        const auto parent = openParent(m_directory, path);
        const std::string name{layer::splitPath(path).name};
        if (parent && ::unlinkat(parent->get(), name.c_str(), 0) != 0)
            ::unlinkat(parent->get(), name.c_str(), AT_REMOVEDIR);
    }
}

} // namespace lamella::image

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/container_files.h"

#include "engine/container/names.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <array>
#include <fcntl.h>
#include <format>
#include <system_error>
#include <unistd.h>

namespace lamella::container {

namespace {

constexpr char kMaking[] = ".making-";
constexpr char kRemoved[] = ".removed-";

Result<UniqueFd> openDirectory(const std::filesystem::path& path)
{
    return os::open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

Result<void> makeIn(BorrowedFd parent, const std::string& name, mode_t mode, std::uint32_t owner)
{
    if (::mkdirat(parent.get(), name.c_str(), mode) != 0
        || ::fchownat(parent.get(), name.c_str(), owner, owner, AT_SYMLINK_NOFOLLOW) != 0
        || ::fchmodat(parent.get(), name.c_str(), mode, 0) != 0)
        return systemFailure(std::format("cannot make the container's directory {}", name));
    return {};
}

Result<void> writeIn(BorrowedFd parent, const std::string& name, const std::string& content, mode_t mode,
                     std::uint32_t owner)
{
    const UniqueFd file = TRY(os::openAt(parent, name, O_WRONLY | O_CREAT | O_EXCL, mode));
    if (::fchmod(file.get(), mode) != 0 || ::fchown(file.get(), owner, owner) != 0)
        return systemFailure(std::format("cannot set the owner of {}", name));
    TRY(os::writeAll(file.borrow(), content, name));
    if (::fsync(file.get()) != 0)
        return systemFailure(std::format("cannot sync {}", name));
    return {};
}

Result<void> sync(BorrowedFd directory)
{
    if (::fsync(directory.get()) != 0)
        return systemFailure("cannot sync the container's directory");
    return {};
}

std::vector<std::string> namesIn(const std::filesystem::path& directory)
{
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error))
        names.push_back(entry.path().filename());
    return names;
}

std::vector<std::string> idsIn(const std::filesystem::path& directory)
{
    std::vector<std::string> ids = namesIn(directory);
    std::erase_if(ids, [](const std::string& name) { return !isId(name); });
    return ids;
}

Result<void> removeBelow(const std::filesystem::path& parent, const std::string& name)
{
    const UniqueFd directory = TRY(openDirectory(parent));
    return layer::removeTree(directory.borrow(), name);
}

} // namespace

ContainerFiles::ContainerFiles(std::filesystem::path root, std::filesystem::path run)
    : m_root(std::move(root))
    , m_run(std::move(run))
{
}

Result<void> ContainerFiles::prepare() const
{
    TRY(os::makeDirectories(m_root, 0700));
    TRY(os::makeDirectories(m_run, 0700));
    TRY(os::makeDirectory(m_root / "containers", 0700));
    TRY(os::makeDirectory(m_run / "containers", 0700));
    TRY(os::makeDirectory(skeleton(), 0755));
    for (const char* directory : {"dev", "etc", "proc", "sys"})
        TRY(os::makeDirectory(skeleton() / directory, 0755));
    for (const char* file : {"hostname", "hosts", "resolv.conf"}) {
        const UniqueFd made = TRY(os::open(skeleton() / "etc" / file, O_WRONLY | O_CREAT | O_NOFOLLOW, 0644));
        if (::fchmod(made.get(), 0644) != 0)
            return systemFailure(std::format("cannot set the mode of {}", (skeleton() / "etc" / file).string()));
    }
    return {};
}

Result<void> ContainerFiles::make(const std::string& id, const std::string& config,
                                  const std::vector<std::pair<std::string, std::string>>& etc, const IdRange& ids) const
{
    const UniqueFd containers = TRY(openDirectory(m_root / "containers"));
    const std::string temporary = kMaking + id;
    TRY(makeIn(containers.borrow(), temporary, 0700, 0));
    const auto fill = [&]() -> Result<void> {
        const UniqueFd own = TRY(os::openAt(containers.borrow(), temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
        TRY(makeIn(own.borrow(), "rootfs", 0700, 0));
        // Its mode and owner are those of the container's "/".
        TRY(makeIn(own.borrow(), "upper", 0755, ids.base));
        TRY(makeIn(own.borrow(), "work", 0700, 0));
        for (const auto& [name, content] : etc)
            TRY(writeIn(own.borrow(), name, content, 0644, ids.base));
        TRY(writeIn(own.borrow(), "config.json", config, 0600, 0));
        TRY(sync(own.borrow()));
        if (::renameat(containers.get(), temporary.c_str(), containers.get(), id.c_str()) != 0)
            return systemFailure(std::format("cannot rename the directory of the container {}", id));
        return sync(containers.borrow());
    };
    auto filled = fill();
    if (!filled) [[maybe_unused]]
        auto removed = layer::removeTree(containers.borrow(), temporary);
    return filled;
}

Result<void> ContainerFiles::setAside(const std::string& id) const
{
    const UniqueFd containers = TRY(openDirectory(m_root / "containers"));
    if (::renameat(containers.get(), id.c_str(), containers.get(), (kRemoved + id).c_str()) != 0 && errno != ENOENT)
        return systemFailure(std::format("cannot set the directory of the container {} aside", id));
    return sync(containers.borrow());
}

Result<void> ContainerFiles::discard(const std::string& id) const
{
    TRY(removeBelow(m_run / "containers", id));
    return removeBelow(m_root / "containers", kRemoved + id);
}

std::vector<std::string> ContainerFiles::idsOnDisk() const
{
    return idsIn(m_root / "containers");
}

std::vector<std::string> ContainerFiles::idsInRun() const
{
    return idsIn(m_run / "containers");
}

std::vector<std::string> ContainerFiles::leftovers() const
{
    std::vector<std::string> names = namesIn(m_root / "containers");
    std::erase_if(names,
                  [](const std::string& name) { return !name.starts_with(kMaking) && !name.starts_with(kRemoved); });
    return names;
}

Result<void> ContainerFiles::removeLeftovers(const std::vector<std::string>& names) const
{
    const UniqueFd containers = TRY(openDirectory(m_root / "containers"));
    for (const std::string& name : names)
        TRY(layer::removeTree(containers.borrow(), name));
    return {};
}

} // namespace lamella::container

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/merged_lower.h"

#include "engine/layer/directory_names.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <fcntl.h>
#include <sys/xattr.h>

#include <algorithm>
#include <format>

namespace lamella::layer {

bool isOpaque(BorrowedFd directory)
{
    char value = 0;
    return ::getxattr(os::descriptorPath(directory).c_str(), "trusted.overlay.opaque", &value, 1) == 1 && value == 'y';
}

Result<MergedLower> MergedLower::open(const std::vector<std::filesystem::path>& layers)
{
    MergedLower merged;
    for (const auto& layer : layers)
        merged.m_layers.push_back(TRY(os::open(layer, O_PATH | O_DIRECTORY)));
    return merged;
}

MergedLower::Stack MergedLower::root() const
{
    Stack stack;
    for (auto index = static_cast<int>(m_layers.size()) - 1; index >= 0; --index)
        stack.push_back(index);
    return stack;
}

std::optional<MergedLower::Found> MergedLower::find(const Stack& stack, const std::string& directory,
                                                    const std::string& name) const
{
    std::optional<Found> found;
    const auto path = directory.empty() ? name : std::format("{}/{}", directory, name);
    for (const int index : stack) {
        struct stat status{};
        if (::fstatat(layer(index).get(), path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        const bool isDirectory = S_ISDIR(status.st_mode);
        if (isWhiteout(status) || (found && !isDirectory))
            break;
        if (!found)
            found = Found{status, index, {}};
        if (!isDirectory)
            break;
        found->stack.push_back(index);
        const auto fd = openInside(layer(index), path, O_RDONLY | O_DIRECTORY);
        if (fd && isOpaque(fd->borrow()))
            break;
    }
    return found;
}

std::optional<MergedLower::Found> MergedLower::locate(std::string_view path) const
{
    auto found = std::optional{Found{{}, m_layers.empty() ? -1 : static_cast<int>(m_layers.size()) - 1, root()}};
    if (m_layers.empty() || ::fstat(layer(found->layer).get(), &found->status) != 0)
        return std::nullopt;
    std::string directory;
    while (!path.empty() && found) {
        const std::string name{path.substr(0, path.find('/'))};
        path.remove_prefix(std::min(path.size(), name.size() + 1));
        found = find(found->stack, directory, name);
        directory += directory.empty() ? name : '/' + name;
    }
    return found;
}

Result<std::set<std::string>> MergedLower::names(const Stack& stack, const std::string& directory,
                                                 std::size_t limit) const
{
    std::set<std::string> seen;
    std::set<std::string> hidden;
    for (const int index : stack) {
        const auto fd = openInside(layer(index), directory, O_RDONLY | O_DIRECTORY);
        if (!fd)
            continue;
        for (const auto& name : TRY(directoryNames(fd->borrow(), limit))) {
            struct stat status{};
            if (seen.contains(name) || hidden.contains(name)
                || ::fstatat(fd->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
                continue;
            (isWhiteout(status) ? hidden : seen).insert(name);
        }
    }
    return seen;
}

} // namespace lamella::layer

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/layer_stack.h"

#include "engine/layer/merged_lower.h"
#include "engine/os/file.h"

#include <array>
#include <deque>
#include <fcntl.h>
#include <format>
#include <memory>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace lamella::container {

namespace {

constexpr int kMaxSymlinks = 40;
constexpr std::size_t kMaxComponents = 256;

/// A directory as overlay merges it: the same path in several layers, from the top.
using Merged = std::vector<std::shared_ptr<UniqueFd>>;

/// What a name in a merged directory is.
struct StackedEntry {
    Merged directories; ///< for a directory
    std::shared_ptr<UniqueFd> file; ///< for everything else, O_PATH
    struct stat status{};
};

/// Looks `name` up in each layer of `parent` from the top, as overlay does.
Result<std::optional<StackedEntry>> lookUp(const Merged& parent, const std::string& name)
{
    StackedEntry entry;
    for (const auto& layer : parent) {
        UniqueFd found{::openat(layer->get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
        if (!found) {
            if (errno == ENOENT)
                continue;
            return systemFailure(std::format("cannot look up {}", name));
        }
        struct stat status{};
        if (::fstat(found.get(), &status) != 0)
            return systemFailure(std::format("cannot look up {}", name));
        if (layer::isWhiteout(status))
            break;
        if (!S_ISDIR(status.st_mode)) {
            if (entry.directories.empty())
                return StackedEntry{{}, std::make_shared<UniqueFd>(std::move(found)), status};
            break;
        }
        const bool opaque = layer::isOpaque(found.borrow());
        if (entry.directories.empty())
            entry.status = status;
        entry.directories.push_back(std::make_shared<UniqueFd>(std::move(found)));
        if (opaque)
            break;
    }
    if (entry.directories.empty())
        return std::nullopt;
    return entry;
}

Result<std::string> readLink(BorrowedFd link)
{
    std::array<char, 4096> target;
    const ssize_t length = ::readlinkat(link.get(), "", target.data(), target.size());
    if (length <= 0 || static_cast<std::size_t>(length) == target.size())
        return failure(ErrorKind::InvalidArgument, "a symlink of the image cannot be read");
    return std::string{target.data(), static_cast<std::size_t>(length)};
}

void prepend(std::deque<std::string>& components, const std::string& path)
{
    std::vector<std::string> parts;
    for (const auto& part : std::filesystem::path{path}.relative_path()) {
        if (!part.empty() && part != ".")
            parts.push_back(part.string());
    }
    components.insert(components.begin(), parts.begin(), parts.end());
}

std::unexpected<Error> notFound(const std::string& path)
{
    return failure(ErrorKind::NotFound, std::format("the image has no {}", path));
}

/// Follows `path` from the root; a walk that goes on is a stack of merged directories.
Result<StackedEntry> walk(const Merged& root, const std::string& path)
{
    std::vector<Merged> stack{root};
    std::deque<std::string> left;
    prepend(left, path);
    int symlinks = 0;
    std::size_t taken = 0;
    while (!left.empty()) {
        // All together, symlinks' targets as well: each is looked for in each layer.
        if (++taken > kMaxComponents || left.size() > kMaxComponents)
            return failure(ErrorKind::LimitExceeded, std::format("{} is nested too deeply", path));
        const std::string name = std::move(left.front());
        left.pop_front();
        if (name == "..") {
            if (stack.size() > 1)
                stack.pop_back();
            continue;
        }
        auto entry = TRY(lookUp(stack.back(), name));
        if (!entry)
            return notFound(path);
        if (S_ISLNK(entry->status.st_mode)) {
            if (++symlinks > kMaxSymlinks)
                return failure(ErrorKind::LimitExceeded, std::format("{} has too many symlinks on its way", path));
            const std::string target = TRY(readLink(entry->file->borrow()));
            if (target.starts_with('/'))
                stack.resize(1);
            prepend(left, target);
        } else if (left.empty()) {
            return std::move(*entry);
        } else if (!S_ISDIR(entry->status.st_mode)) {
            return notFound(path);
        } else {
            stack.push_back(std::move(entry->directories));
        }
    }
    return notFound(path);
}

} // namespace

Result<LayerStack> LayerStack::open(const std::vector<std::filesystem::path>& directories)
{
    std::vector<UniqueFd> roots;
    for (const auto& directory : directories)
        roots.push_back(TRY(os::open(directory, O_PATH | O_DIRECTORY | O_NOFOLLOW)));
    return LayerStack{std::move(roots)};
}

Result<std::string> LayerStack::readFile(const std::string& path, std::size_t limit) const
{
    Merged root;
    for (const UniqueFd& directory : m_roots) {
        root.push_back(std::make_shared<UniqueFd>(TRY(os::duplicate(directory.borrow()))));
        if (layer::isOpaque(directory.borrow()))
            break;
    }
    const StackedEntry entry = TRY(walk(root, path));
    if (!S_ISREG(entry.status.st_mode))
        return failure(ErrorKind::InvalidArgument, std::format("{} in the image is not a regular file", path));
    // The same file that was judged, opened again by its descriptor.
    const UniqueFd file = TRY(os::open(os::descriptorPath(entry.file->borrow()), O_RDONLY | O_NOCTTY | O_NONBLOCK));
    return os::readAll(file.borrow(), path, limit);
}

} // namespace lamella::container

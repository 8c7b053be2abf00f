// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/directory_listing.h"

#include "engine/layer/compare.h"
#include "engine/layer/directory_names.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <format>
#include <set>

namespace lamella::layer {

namespace {

/// What a listing compares byte by byte: of one file, and of all of them.
constexpr off_t kMostComparedOfOne = 1 << 20;
constexpr off_t kMostComparedOfAll = 64 << 20;

using Version = OverlayTree::Version;

std::string childPath(std::string_view directory, std::string_view name)
{
    return directory.empty() ? std::string{name} : std::format("{}/{}", directory, name);
}

std::unexpected<Error> isNotThere(std::string_view path)
{
    return failure(ErrorKind::NotFound, std::format("/{} is not there", path));
}

/// The first names behind `after`, of as many as there are.
class FirstNames {
public:
    FirstNames(const std::string& after, std::size_t most, const std::stop_token& stop)
        : m_after(after)
        , m_most(most)
        , m_stop(stop)
    {
    }

    Result<void> addAll(BorrowedFd directory)
    {
        return eachName(directory, [this](std::string_view name) -> Result<void> {
            if (m_stop.stop_requested())
                return failure(ErrorKind::Cancelled, "listing the directory was cancelled");
            add(name);
            return {};
        });
    }

    const std::set<std::string, std::less<>>& names() const { return m_names; }
    /// Some come behind them.
    bool isCut() const { return m_isCut; }

private:
    void add(std::string_view name)
    {
        if (name <= m_after)
            return;
        if (m_names.size() == m_most && name > *m_names.rbegin()) {
            m_isCut = true;
            return;
        }
        m_names.emplace(name);
        if (m_names.size() > m_most) {
            m_names.erase(std::prev(m_names.end()));
            m_isCut = true;
        }
    }

    const std::string& m_after;
    std::size_t m_most;
    const std::stop_token& m_stop;
    std::set<std::string, std::less<>> m_names;
    bool m_isCut = false;
};

class Lister {
public:
    Lister(const OverlayTree& tree, const ListingRequest& request, const std::stop_token& stop)
        : m_tree(tree)
        , m_request(request)
        , m_stop(stop)
    {
    }

    Result<Listing> run()
    {
        TRY(open());
        FirstNames names{m_request.after, m_request.most, m_stop};
        if (m_upper)
            TRY(names.addAll(m_upper.borrow()));
        if (m_showsLower) {
            for (const int index : m_lower) {
                const auto directory = openInside(m_tree.lower().layer(index), path(), O_RDONLY | O_DIRECTORY);
                if (directory)
                    TRY(names.addAll(directory->borrow()));
            }
        }
        Listing listing;
        for (const auto& name : names.names()) {
            if (auto file = TRY(look(name)))
                listing.files.push_back(std::move(*file));
        }
        if (names.isCut() && !names.names().empty())
            listing.next = *names.names().rbegin();
        return listing;
    }

private:
    const std::string& path() const { return m_request.path; }

    Result<void> open()
    {
        const auto below = m_tree.lower().locate(path());
        if (below)
            m_lower = below->stack;
        if (m_request.version == Version::Container) {
            const auto above = m_tree.inUpper(path());
            if (above.isThere && isWhiteout(above.status))
                return isNotThere(path());
            if (above.isThere && !S_ISDIR(above.status.st_mode))
                return isNoDirectory();
            if (above.isThere)
                m_upper = TRY(openInside(m_tree.upper(), path(), O_RDONLY | O_DIRECTORY));
            m_showsLower = !above.hidesLower && (!m_upper || !isOpaque(m_upper.borrow()));
        }
        if (!m_upper && (!below || !m_showsLower))
            return isNotThere(path());
        if (!m_upper && !S_ISDIR(below->status.st_mode))
            return isNoDirectory();
        return {};
    }

    std::unexpected<Error> isNoDirectory() const
    {
        return failure(ErrorKind::InvalidArgument, std::format("/{} is no directory", path()));
    }

    /// Nothing for what is deleted, and for what vanished.
    Result<std::optional<ListedFile>> look(const std::string& name)
    {
        if (m_stop.stop_requested())
            return failure(ErrorKind::Cancelled, "listing the directory was cancelled");
        const auto below = m_tree.lower().find(m_lower, path(), name);
        ListedFile file{name};
        BorrowedFd root = m_tree.upper();
        if (m_upper && ::fstatat(m_upper.get(), name.c_str(), &file.status, AT_SYMLINK_NOFOLLOW) == 0) {
            if (isWhiteout(file.status))
                return std::nullopt;
            file.change = TRY(changeOf(file, below));
            file.isCopiedUp = below && S_ISDIR(file.status.st_mode) && S_ISDIR(below->status.st_mode);
        } else if (below && m_showsLower) {
            file.status = below->status;
            file.layer = below->layer;
            root = m_tree.lower().layer(below->layer);
        } else {
            return std::nullopt;
        }
        if (S_ISLNK(file.status.st_mode)) {
            const auto linkPath = childPath(path(), name);
            if (const auto link = openInside(root, linkPath, O_PATH | O_NOFOLLOW))
                file.target = readLink(link->borrow(), linkPath).value_or(std::string{});
        }
        return file;
    }

    Result<std::optional<ChangeKind>> changeOf(const ListedFile& file, const std::optional<MergedLower::Found>& below)
    {
        if (!below)
            return ChangeKind::Added;
        const auto inside = childPath(path(), file.name);
        const Side now{m_tree.upper(), inside, file.status};
        const Side image{m_tree.lower().layer(below->layer), inside, below->status};
        const bool bothDirectories = S_ISDIR(now.status.st_mode) && S_ISDIR(image.status.st_mode);
        const auto sameContent = bothDirectories ? Result<bool>{true} : hasSameContentSoon(now, image);
        if (!sameContent)
            return passOver(sameContent.error());
        if (!*sameContent)
            return ChangeKind::Modified;
        const auto sameAttributes = hasSameAttributes(now, image, m_tree.idBase());
        if (!sameAttributes)
            return passOver(sameAttributes.error());
        if (!*sameAttributes)
            return ChangeKind::Attributes;
        return bothDirectories ? std::nullopt : std::optional{ChangeKind::Copied};
    }

    Result<bool> hasSameContentSoon(const Side& now, const Side& image)
    {
        const bool bothFiles = S_ISREG(now.status.st_mode) && S_ISREG(image.status.st_mode);
        const auto size = now.status.st_size;
        if (!bothFiles || size != image.status.st_size)
            return hasSameContent(now, image, m_stop);
        if (size > kMostComparedOfOne || size > kMostComparedOfAll - m_compared)
            return now.status.st_mtim.tv_sec == image.status.st_mtim.tv_sec
                && now.status.st_mtim.tv_nsec == image.status.st_mtim.tv_nsec;
        m_compared += size;
        return hasSameContent(now, image, m_stop);
    }

    static Result<std::optional<ChangeKind>> passOver(const Error& error)
    {
        if (error.kind == ErrorKind::Cancelled)
            return std::unexpected(error);
        return std::nullopt; // it vanished
    }

    const OverlayTree& m_tree;
    const ListingRequest& m_request;
    const std::stop_token& m_stop;
    UniqueFd m_upper; ///< none where the writable layer has no such directory
    MergedLower::Stack m_lower; ///< of the image, whether it shows or not
    bool m_showsLower = true;
    off_t m_compared = 0;
};

} // namespace

Result<Listing> listDirectory(const OverlayTree& tree, const ListingRequest& request, const std::stop_token& stop)
{
    return Lister{tree, request, stop}.run();
}

Result<std::string> readLink(BorrowedFd link, std::string_view path)
{
    std::array<char, PATH_MAX> target{};
    const auto length = ::readlinkat(link.get(), "", target.data(), target.size());
    if (length < 0)
        return systemFailure(std::format("cannot read the link /{}", path));
    return std::string(target.data(), static_cast<std::size_t>(length));
}

} // namespace lamella::layer

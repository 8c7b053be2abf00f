// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/changes.h"

#include "engine/layer/compare.h"
#include "engine/layer/directory_names.h"
#include "engine/layer/merged_lower.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <fcntl.h>

#include <algorithm>
#include <climits>
#include <format>
#include <optional>

namespace lamella::layer {

namespace {

/// Names that are held at a time, of a directory and of those above it: a container makes as many as it likes.
constexpr std::size_t kMaxNames = 500'000;

Bytes costOf(const struct stat& status)
{
    return {static_cast<std::uint64_t>(status.st_blocks) * 512}; // stat(2): st_blocks counts 512 bytes
}

std::uint64_t sizeOf(const struct stat& status)
{
    return S_ISREG(status.st_mode) || S_ISLNK(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
}

// A directory of the upper layer with what the layers below show at its path.
struct Directory {
    std::string path; ///< "" or "a/b"
    MergedLower::Stack lower; ///< empty where the layers have no directory here
    bool hidesLower = false; ///< it or one above is opaque: what the layers show here is gone unless it was made again
};

struct Entry {
    std::string name;
    struct stat status{};
};

class Reader {
public:
    Reader(UniqueFd upper, MergedLower lower, std::uint32_t idBase, const std::function<void(const Change&)>& sink,
           std::stop_token stop)
        : m_upper(std::move(upper))
        , m_lower(std::move(lower))
        , m_idBase(idBase)
        , m_sink(sink)
        , m_stop(std::move(stop))
    {
    }

    Result<void> run() { return directory({{}, m_lower.root(), false}); }

private:
    // No descriptor stays open while subdirectories are read: a container may nest them as deep as it likes.
    Result<void> directory(Directory directory)
    {
        std::vector<Entry> entries;
        {
            const auto fd = openInside(m_upper.borrow(), directory.path, O_RDONLY | O_DIRECTORY);
            if (!fd)
                return directory.path.empty() ? Result<void>{std::unexpected(fd.error())} : Result<void>{};
            directory.hidesLower = directory.hidesLower || isOpaque(fd->borrow());
            for (auto& name : TRY(directoryNames(fd->borrow(), room()))) {
                struct stat status{};
                if (::fstatat(fd->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
                    entries.push_back({std::move(name), status});
            }
        }
        m_held += entries.size();
        auto gone = directory.hidesLower ? TRY(m_lower.names(directory.lower, directory.path, room()))
                                         : std::set<std::string>{};
        const std::size_t hidden = gone.size();
        m_held += hidden;
        for (const auto& entry : entries) {
            while (!gone.empty() && *gone.begin() < entry.name)
                deleted(directory, gone.extract(gone.begin()).value());
            gone.erase(entry.name);
            TRY(this->entry(directory, entry));
        }
        for (const auto& name : gone)
            deleted(directory, name);
        m_held -= entries.size() + hidden;
        return {};
    }

    std::size_t room() const { return kMaxNames - std::min(m_held, kMaxNames); }

    void deleted(const Directory& directory, const std::string& name, Bytes cost = {})
    {
        const auto lower = m_lower.find(directory.lower, directory.path, name);
        if (!lower)
            return;
        Change change{std::format("/{}", pathOf(directory, name)), ChangeKind::Deleted, fileTypeOf(lower->status),
                      cost};
        change.size = change.sizeBelow = sizeOf(lower->status);
        change.layer = lower->layer;
        m_sink(change);
    }

    Result<void> entry(const Directory& parent, const Entry& entry)
    {
        if (m_stop.stop_requested())
            return failure(ErrorKind::Cancelled, "reading the changes was cancelled");
        if (isWhiteout(entry.status)) {
            deleted(parent, entry.name, costOf(entry.status));
            return {};
        }
        const auto path = pathOf(parent, entry.name);
        const auto lower = m_lower.find(parent.lower, parent.path, entry.name);
        if (const auto kind = TRY(kindOf(path, entry, lower)))
            report(path, *kind, entry.status, lower);
        if (!S_ISDIR(entry.status.st_mode) || path.size() + 1 >= PATH_MAX)
            return {};
        return directory({path, lower ? lower->stack : MergedLower::Stack{}, parent.hidesLower});
    }

    // Nothing for a directory that is only there because of what is in it, and for what vanished.
    Result<std::optional<ChangeKind>> kindOf(const std::string& path, const Entry& entry,
                                             const std::optional<MergedLower::Found>& lower)
    {
        if (!lower)
            return ChangeKind::Added;
        const Side above{m_upper.borrow(), path, entry.status};
        const Side below{m_lower.layer(lower->layer), path, lower->status};
        const bool bothDirectories = S_ISDIR(entry.status.st_mode) && S_ISDIR(lower->status.st_mode);
        const auto sameContent = bothDirectories ? Result<bool>{true} : hasSameContent(above, below, m_stop);
        if (!sameContent && sameContent.error().kind == ErrorKind::Cancelled)
            return std::unexpected(sameContent.error());
        if (!sameContent)
            return std::nullopt;
        if (!*sameContent)
            return ChangeKind::Modified;
        const auto sameAttributes = hasSameAttributes(above, below, m_idBase);
        if (!sameAttributes)
            return std::nullopt;
        if (!*sameAttributes)
            return ChangeKind::Attributes;
        return bothDirectories ? std::nullopt : std::optional{ChangeKind::Copied};
    }

    static std::string pathOf(const Directory& directory, const std::string& name)
    {
        return directory.path.empty() ? name : std::format("{}/{}", directory.path, name);
    }

    void report(const std::string& path, ChangeKind kind, const struct stat& status,
                const std::optional<MergedLower::Found>& lower) const
    {
        Change change{std::format("/{}", path), kind, fileTypeOf(status), costOf(status)};
        change.size = sizeOf(status);
        change.sizeBelow = lower ? sizeOf(lower->status) : 0;
        change.time = status.st_ctim;
        change.mode = status.st_mode;
        change.uid = status.st_uid - m_idBase;
        change.gid = status.st_gid - m_idBase;
        change.layer = lower ? lower->layer : -1;
        m_sink(change);
    }

    UniqueFd m_upper;
    MergedLower m_lower;
    std::uint32_t m_idBase;
    const std::function<void(const Change&)>& m_sink;
    std::stop_token m_stop;
    std::size_t m_held = 0;
};

} // namespace

FileType fileTypeOf(const struct stat& status)
{
    switch (status.st_mode & S_IFMT) {
    case S_IFDIR:
        return FileType::Directory;
    case S_IFLNK:
        return FileType::Symlink;
    case S_IFIFO:
        return FileType::Fifo;
    case S_IFSOCK:
        return FileType::Socket;
    case S_IFCHR:
        return FileType::CharDevice;
    case S_IFBLK:
        return FileType::BlockDevice;
    default:
        return FileType::File;
    }
}

Result<void> readChanges(const std::filesystem::path& upper, const std::vector<std::filesystem::path>& layers,
                         std::uint32_t idBase, const std::function<void(const Change&)>& sink, std::stop_token stop)
{
    auto top = TRY(os::open(upper, O_PATH | O_DIRECTORY));
    auto lower = TRY(MergedLower::open(layers));
    return Reader{std::move(top), std::move(lower), idBase, sink, std::move(stop)}.run();
}

} // namespace lamella::layer

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/revert.h"

#include "engine/layer/changes.h"
#include "engine/layer/directory_names.h"
#include "engine/layer/overlay_index.h"
#include "engine/layer/path_selection.h"
#include "engine/layer/restorer.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <format>
#include <random>

namespace lamella::layer {

namespace {

constexpr std::size_t kMaxRevertedNames = 500'000; // of a directory

std::string joinPath(std::string_view directory, const std::string& name)
{
    return directory.empty() ? name : std::format("{}/{}", directory, name);
}

constexpr char kMark[] = "mark";

/// The scratch directory: it says which unfinished file there is, and takes what leaves the writable layer.
class RevertScratch {
public:
    static Result<RevertScratch> make(const std::filesystem::path& path)
    {
        TRY(os::makeDirectory(path, 0700));
        return RevertScratch{path, TRY(os::open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))};
    }

    /// Of the unfinished file.
    const std::string& name() const { return m_name; }

    Result<void> mark(const std::string& path)
    {
        auto place = joinPath(splitPath(path).parent, m_name);
        if (place == m_marked)
            return {};
        TRY(os::replaceFile(m_path / kMark, place, 0600, os::Sync::No));
        m_marked = std::move(place);
        return {};
    }

    /// In one step, however much lies in it.
    Result<void> take(BorrowedFd parent, const std::string& name)
    {
        const auto here = std::to_string(m_count++);
        if (::renameat(parent.get(), name.c_str(), m_directory.get(), here.c_str()) != 0 && errno != ENOENT)
            return systemFailure(std::format("cannot undo {}", name));
        return {};
    }

private:
    RevertScratch(std::filesystem::path path, UniqueFd directory)
        : m_path(std::move(path))
        , m_directory(std::move(directory))
        , m_name(std::format(".lamella-undo-{:08x}", std::random_device{}()))
    {
    }

    std::filesystem::path m_path;
    UniqueFd m_directory;
    std::string m_name;
    std::string m_marked;
    std::uint64_t m_count = 0;
};

Restorer makeRestorer(const OverlayTree& tree, std::uint32_t idBase, BorrowedFd into, RevertScratch& scratch,
                      const RevertOptions& options)
{
    return Restorer{tree.lower(),
                    into,
                    {.idBase = idBase,
                     .temporaryName = scratch.name(),
                     .mark = [&scratch](const std::string& path) { return scratch.mark(path); },
                     .copied =
                         [&options, sum = Bytes{}](Bytes bytes) mutable {
                             sum += bytes;
                             if (options.progress)
                                 options.progress(sum);
                         },
                     .stop = options.stop}};
}

/// The file that the mark tells of, in the tree below `root`.
Result<void> removeUnfinished(BorrowedFd root, const std::filesystem::path& scratch)
{
    const auto said = os::readFile(scratch / kMark);
    if (!said)
        return said.error().kind == ErrorKind::NotFound ? Result<void>{} : std::unexpected(said.error());
    const auto path = TRY(insidePath(*said));
    const auto [directory, name] = splitPath(path);
    const auto parent = openInside(root, directory, O_RDONLY | O_DIRECTORY);
    if (parent && ::unlinkat(parent->get(), std::string{name}.c_str(), 0) != 0 && errno != ENOENT)
        return systemFailure(std::format("cannot remove /{}", path));
    return {};
}

/// Of a container that does not run.
class UpperReverter {
public:
    UpperReverter(const OverlayTree& tree, RevertScratch& scratch, Restorer& restorer, const std::stop_token& stop)
        : m_tree(tree)
        , m_scratch(scratch)
        , m_restorer(restorer)
        , m_stop(stop)
    {
    }

    Result<void> revert(const std::string& path)
    {
        if (m_stop.stop_requested())
            return failure(ErrorKind::Cancelled, "undoing was cancelled");
        if (path.empty())
            return revertAll();
        const auto above = m_tree.inUpper(path);
        const bool isMissing = above.hidesLower && m_tree.lower().locate(path).has_value();
        if (!above.hasParent)
            return above.hidesLower
                ? Result<void>{failure(ErrorKind::NotFound,
                                       std::format("/{} was removed as well: undo that first", splitPath(path).parent))}
                : Result<void>{};
        if (isMissing) {
            // What was added in it goes, too.
            if (above.isThere && S_ISDIR(above.status.st_mode))
                TRY(remove(path));
            return m_restorer.restore(path);
        }
        if (above.isThere)
            TRY(remove(path));
        return {};
    }

private:
    Result<void> remove(const std::string& path)
    {
        const auto [directory, name] = splitPath(path);
        const auto parent = TRY(openInside(m_tree.upper(), directory, O_RDONLY | O_DIRECTORY));
        return m_scratch.take(parent.borrow(), std::string{name});
    }

    Result<void> revertAll()
    {
        const auto root = TRY(os::openAt(m_tree.upper(), ".", O_RDONLY | O_DIRECTORY));
        for (const auto& name : TRY(directoryNames(root.borrow(), kMaxRevertedNames)))
            TRY(revert(name));
        return {};
    }

    const OverlayTree& m_tree;
    RevertScratch& m_scratch;
    Restorer& m_restorer;
    std::stop_token m_stop;
};

/// Of a container that runs: one change after another, in the order of the tree.
class MergedReverter {
public:
    MergedReverter(BorrowedFd merged, Restorer& restorer, const std::vector<std::string>& mounts)
        : m_merged(merged)
        , m_restorer(restorer)
        , m_mounts(mounts)
    {
    }

    Result<void> revert(const Change& change)
    {
        const std::string path = change.path.substr(1);
        if (!m_done.empty() && isWithin(path, m_done))
            return {};
        // Taking away or replacing where something is mounted would take the mount along, out of this mount namespace.
        if (std::ranges::any_of(m_mounts,
                                [&](const auto& mount) { return isWithin(mount, path) || isWithin(path, mount); }))
            return {};
        switch (change.kind) {
        case ChangeKind::Added:
            m_done = path;
            return remove(path);
        case ChangeKind::Attributes:
            return change.type == FileType::Directory || change.type == FileType::File
                ? passOver(m_restorer.restoreAttributes(path))
                : m_restorer.restore(path);
        case ChangeKind::Deleted:
        case ChangeKind::Modified:
            m_done = path;
            return m_restorer.restore(path);
        case ChangeKind::Copied:
            break; // nothing differs, and its copy cannot be taken away under a mounted overlay
        }
        return {};
    }

private:
    static Result<void> passOver(Result<void> done)
    {
        return !done && done.error().kind == ErrorKind::NotFound ? Result<void>{} : std::move(done);
    }

    Result<void> remove(const std::string& path)
    {
        const auto [directory, name] = splitPath(path);
        const auto parent = openInside(m_merged, directory, O_RDONLY | O_DIRECTORY);
        if (!parent)
            return passOver(std::unexpected(parent.error()));
        return removeTree(parent->borrow(), std::string{name});
    }

    BorrowedFd m_merged;
    Restorer& m_restorer;
    const std::vector<std::string>& m_mounts;
    std::string m_done; ///< with all below it
};

Result<std::vector<Change>> changesWithin(const OverlayDirectories& directories, const PathSelection& selection,
                                          std::stop_source stop)
{
    constexpr std::size_t kMost = 500'000;
    std::vector<Change> changes;
    bool isTooMuch = false;
    const auto read = readChanges(
        directories.upper, directories.layers, directories.idBase,
        [&](const Change& change) {
            const auto path = std::string_view{change.path}.substr(1);
            if (change.kind == ChangeKind::Copied || selection.of(path) != PathSelection::Part::Within)
                return;
            if (changes.size() < kMost)
                return changes.push_back(change);
            isTooMuch = true;
            stop.request_stop();
        },
        stop.get_token());
    if (isTooMuch)
        return failure(ErrorKind::LimitExceeded,
                       std::format("there are more than {} changes: undo some of its directories first", kMost));
    TRY(read);
    return changes;
}

} // namespace

Result<void> revert(const OverlayDirectories& directories, const std::vector<std::string>& paths,
                    const RevertOptions& options)
{
    const auto tree = TRY(OverlayTree::open(directories));
    TRY(finishRevert(directories, options.scratch));
    auto scratch = TRY(RevertScratch::make(options.scratch));
    auto restorer = makeRestorer(tree, directories.idBase, tree.upper(), scratch, options);
    UpperReverter reverter{tree, scratch, restorer, options.stop};
    Result<void> done;
    for (std::size_t i = 0; i < paths.size() && done; ++i)
        done = reverter.revert(paths[i]);
    TRY(finishRevert(directories, options.scratch));
    return done;
}

Result<void> revertMerged(const OverlayDirectories& directories, BorrowedFd merged,
                          const std::vector<std::string>& paths, const RevertOptions& options)
{
    for (const auto& path : paths) {
        if (std::ranges::any_of(options.mounts, [&](const auto& mount) { return isWithin(path, mount); }))
            return failure(
                ErrorKind::Busy,
                std::format("something is mounted at /{}: it can be undone when the container has ended", path));
    }
    const auto tree = TRY(OverlayTree::open(directories));
    std::stop_source reading;
    const std::stop_callback passOn{options.stop, [&reading] { reading.request_stop(); }};
    const auto changes = TRY(changesWithin(directories, PathSelection{paths}, reading));
    TRY(finishRevertMerged(merged, options.scratch));
    auto scratch = TRY(RevertScratch::make(options.scratch));
    auto restorer = makeRestorer(tree, directories.idBase, merged, scratch, options);
    MergedReverter reverter{merged, restorer, options.mounts};
    Result<void> done;
    for (const auto& change : changes) {
        if (options.stop.stop_requested())
            done = failure(ErrorKind::Cancelled, "undoing was cancelled");
        else
            done = reverter.revert(change);
        if (!done)
            break;
    }
    TRY(finishRevertMerged(merged, options.scratch));
    return done;
}

Result<void> finishRevertMerged(BorrowedFd merged, const std::filesystem::path& scratch)
{
    TRY(removeUnfinished(merged, scratch));
    const auto above = TRY(os::open(scratch.parent_path(), O_RDONLY | O_DIRECTORY));
    return removeTree(above.borrow(), scratch.filename());
}

// What was taken away first: the index has links to it. As long as the scratch directory is there, all of this is due.
Result<void> finishRevert(const OverlayDirectories& directories, const std::filesystem::path& scratch)
{
    const auto directory = os::open(scratch, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!directory)
        return directory.error().kind == ErrorKind::NotFound ? Result<void>{} : std::unexpected(directory.error());
    const auto upper = TRY(os::open(directories.upper, O_PATH | O_DIRECTORY | O_NOFOLLOW));
    TRY(removeUnfinished(upper.borrow(), scratch));
    // Before they go: that they were links can then no more be seen.
    TRY(forgetLinks(directory->borrow(), directories.work));
    for (const auto& name : TRY(directoryNames(directory->borrow(), kMaxRevertedNames)))
        TRY(removeTree(directory->borrow(), name));
    TRY(forgetRemoved(directories.work));
    return finishRevertMerged(upper.borrow(), scratch);
}

} // namespace lamella::layer

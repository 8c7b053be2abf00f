// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"
#include "engine/layer/extractor.h"
#include "engine/os/file.h"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace lamella::image {

/// A layer that is being unpacked under a temporary name; removed with this object unless it was published. Move-only.
class StagedLayer {
public:
    /// Takes over the directory `name` in `layers`.
    StagedLayer(UniqueFd layers, std::string name);
    StagedLayer(StagedLayer&& other) noexcept = default;
    StagedLayer& operator=(StagedLayer&&) = delete;
    ~StagedLayer();

    /// Makes what the worker fills: diff, and the files that describe it.
    Result<void> makeFiles();

    /// Makes the file for the layer's archive instead, which is unpacked later.
    Result<void> makeArchive();
    bool isArchive() const { return static_cast<bool>(m_archive); }
    BorrowedFd archive() const { return m_archive.borrow(); }

    /// Writes the archive to the disk.
    Result<void> syncArchive() const;

    /// The directory that becomes layers/<chainID>/diff.
    BorrowedFd diff() const { return m_diff.borrow(); }

    /// The files that become layers/<chainID>/index (file_index.h) and headers (headers_format.h).
    BorrowedFd index() const { return m_index.borrow(); }
    BorrowedFd headers() const { return m_headers.borrow(); }
    const std::string& name() const { return m_name; }

    /// Does what the worker had no right or knowledge to do: marks opaque directories, and gives those that the archive
    /// did not speak of the owner and mode that they have in the layers `below` (from the bottom).
    Result<void> complete(const layer::Extracted& extracted, const std::vector<std::filesystem::path>& below) const;

    /// Writes everything to the disk.
    Result<void> sync() const;

    /// Leaves the mark that the disk need not have it: see UnsyncedLayers.
    Result<void> markUnsynced(const std::string& boot) const;

    /// Gives it its final name, in the place of what may be there, which goes: nobody can be using it.
    Result<void> publish(const std::string& chainId, os::Sync sync = os::Sync::Yes);

    /// Takes the place of what has the name, which goes. Errors: NotFound (nothing has it).
    Result<void> replace(const std::string& chainId, os::Sync sync = os::Sync::Yes);

private:
    Result<void> syncNames() const;

    UniqueFd m_layers;
    std::string m_name; ///< of what goes with this object; empty once published
    UniqueFd m_diff;
    UniqueFd m_index;
    UniqueFd m_headers;
    UniqueFd m_archive;
};

/// layers/ and blobs/ below the root directory. Names are made of digests alone.
class LayerDirectories {
public:
    explicit LayerDirectories(std::filesystem::path root);

    /// Makes the directories (mode 0700).
    Result<void> prepare() const;

    std::filesystem::path diff(const std::string& chainId) const;
    std::filesystem::path diff(const StagedLayer& staged) const;

    /// True where its files are there.
    bool has(const std::string& chainId) const;

    /// What the worker wrote beside a layer's diff. Errors: NotFound (a layer that an older version unpacked).
    Result<UniqueFd> openIndex(const std::string& chainId) const;
    Result<UniqueFd> openHeaders(const std::string& chainId) const;
    /// What a layer is unpacked from that is not yet. Errors: NotFound.
    Result<UniqueFd> openArchive(const std::string& chainId) const;

    Result<StagedLayer> stage() const;
    Result<StagedLayer> stageArchive() const;

    /// The directory of all layers.
    Result<UniqueFd> openLayers() const;

    /// What markUnsynced() left with the layer; nothing where there is no such mark, or no such layer.
    Result<std::optional<std::string>> mark(const std::string& chainId) const;
    Result<void> removeMark(const std::string& chainId) const;

    /// Moves a layer out of the way; what comes back is to be given to removeLeftOver().
    Result<std::string> moveAway(const std::string& chainId) const;
    Result<void> removeLeftOver(const std::string& name) const;

    /// What lies in layers/ besides the directories of those that are known (by their chainIDs).
    Result<std::vector<std::string>> leftOvers(const std::map<std::string, std::string>& known) const;

    /// Writes documents under their digests, and waits until the disk has them.
    Result<void> writeBlobs(const std::vector<std::pair<std::string, std::string_view>>& blobs) const;

    Result<std::string> readBlob(const std::string& digest) const;
    Result<UniqueFd> openBlob(const std::string& digest) const;

    /// Removes what lies in blobs/sha256 besides `digests` and what is just being written.
    Result<void> keepBlobs(const std::set<std::string>& digests) const;

    /// Removes what was being written when a helper ended. Nobody may be writing any.
    Result<void> removeUnfinishedBlobs() const;

    /// An empty file beside the layers that goes when it is closed.
    Result<UniqueFd> namelessFile() const;

    /// Bytes that a load may still write: what is free, less what it leaves to others.
    Result<Bytes> room() const;

private:
    Result<StagedLayer> stageEmpty() const;
    std::filesystem::path layers() const { return m_root / "layers"; }
    std::filesystem::path blobs() const { return m_root / "blobs" / "sha256"; }

    std::filesystem::path m_root;
};

} // namespace lamella::image

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/container/id_ranges.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace lamella::container {

/// Where a container's files are, and how they come and go. Below the storage root:
///   containers/<id>/config.json rootfs/ upper/ work/ undo/ log exit hostname hosts resolv.conf    everything 0700
///   skeleton/      the lowest layer of every container: what is mounted over, so that no mount leaves a change behind
/// and below the run directory containers/<id>/, which is the shim's.
class ContainerFiles {
public:
    ContainerFiles(std::filesystem::path root, std::filesystem::path run);

    /// Makes the directories that are shared. Errors: system errors.
    Result<void> prepare() const;

    std::filesystem::path directory(const std::string& id) const { return m_root / "containers" / id; }
    std::filesystem::path upper(const std::string& id) const { return directory(id) / "upper"; }
    std::filesystem::path work(const std::string& id) const { return directory(id) / "work"; }
    std::filesystem::path undo(const std::string& id) const { return directory(id) / "undo"; }
    std::filesystem::path log(const std::string& id) const { return directory(id) / "log"; }
    std::filesystem::path exitRecord(const std::string& id) const { return directory(id) / "exit"; }
    std::filesystem::path config(const std::string& id) const { return directory(id) / "config.json"; }
    std::filesystem::path runDirectory(const std::string& id) const { return m_run / "containers" / id; }
    std::filesystem::path skeleton() const { return m_root / "skeleton"; }
    const std::filesystem::path& root() const { return m_root; }

    /// Makes the container's directory: under a temporary name, synced, renamed. `etc`: name and content of the files
    /// that are mounted on its /etc. The writable layer and these files belong to the first id of `ids`.
    Result<void> make(const std::string& id, const std::string& config,
                      const std::vector<std::pair<std::string, std::string>>& etc, const IdRange& ids) const;

    /// Takes the directory away from its name at once; discard() removes what it is. Nothing there is well.
    Result<void> setAside(const std::string& id) const;

    /// Removes what setAside() left, and the run directory. Takes as long as there are files. Any thread.
    Result<void> discard(const std::string& id) const;

    /// The ids that have a directory here, and those that have one in the run directory.
    std::vector<std::string> idsOnDisk() const;
    std::vector<std::string> idsInRun() const;

    /// The directories with a temporary name that a crash has left, and their removal, which takes as long as there are
    /// files (any thread).
    std::vector<std::string> leftovers() const;
    Result<void> removeLeftovers(const std::vector<std::string>& names) const;

private:
    std::filesystem::path m_root, m_run;
};

} // namespace lamella::container

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/cgroup/layout.h"

namespace lamella::cgroup {

/// A cgroup in the unified tree (the kernel's Documentation/admin-guide/cgroup-v2.rst), with its directory held open.
class V2Cgroup final : public Cgroup {
public:
    /// Makes it, with those controllers of the tree that we use enabled in each cgroup above it that is ours to divide,
    /// and denies it all devices but those of `resources` and the default ones. Errors: Busy where a cgroup above has
    /// processes of its own.
    static Result<std::unique_ptr<Cgroup>> create(TreesPointer trees, std::string path, const Resources& resources);
    static Result<std::unique_ptr<Cgroup>> open(TreesPointer trees, std::string path);

    Result<void> apply(const Resources& resources) override;
    Result<std::vector<UniqueFd>> joinDescriptors(const SubCgroups& below) const override;
    std::optional<BorrowedFd> cloneInto() const override { return m_directory.borrow(); }
    bool needsJoin() const override { return false; }
    Result<UniqueFd> openWith(pid_t pid) const override { return openUnifiedWith(*m_trees, m_path, pid); }
    Result<Usage> usage() const override;
    Result<std::vector<pid_t>> processes() const override;
    Result<void> freeze(bool frozen) override;
    Result<bool> frozen() const override;
    Result<void> killAll() override;
    Result<void> remove() override;

private:
    V2Cgroup(TreesPointer trees, std::string path, UniqueFd directory)
        : m_trees(std::move(trees))
        , m_path(std::move(path))
        , m_directory(std::move(directory))
    {
    }

    static Result<void> refuseV1Only(const Resources& resources);
    Result<void> write(std::string_view file, std::string_view value) const;
    Result<std::string> read(std::string_view file) const;
    Result<bool> writeIfThere(std::string_view file, std::string_view value) const;
    Result<void> applyMemory(const Resources& resources);
    Result<void> applySwap(const Resources& resources);
    Result<void> applyCpu(const Resources& resources);
    Result<void> applyQuota(const Resources& resources);
    Result<void> applyBlockIo(const oci::BlockIoResources& blockIo);
    Result<void> applyWeight(std::string_view device, std::uint16_t weight);
    Result<void> applyHugepages(const std::vector<oci::HugepageLimit>& limits);
    Result<void> applyRdma(const std::map<std::string, oci::RdmaLimit>& limits);
    Result<void> signalAll() const;
    Result<bool> waitForEvent(std::string_view key, std::uint64_t value) const;

    TreesPointer m_trees;
    std::string m_path; // relative to the tree's root
    UniqueFd m_directory;
};

} // namespace lamella::cgroup

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/cgroup/layout.h"

namespace lamella::cgroup {

/// A cgroup in each of the v1 trees (the kernel's Documentation/admin-guide/cgroup-v1), and in those beside them that
/// limit nothing (Trees::tracking()). For v1 it keeps no descriptor of its own: the trees' roots are shared and a path
/// below a root costs one look-up.
class V1Cgroup final : public Cgroup {
public:
    /// Makes it in every tree that is always used or that `resources` need, or in none.
    static Result<std::unique_ptr<Cgroup>> create(TreesPointer trees, std::string path, const Resources& resources);
    static Result<std::unique_ptr<Cgroup>> open(TreesPointer trees, std::string path);

    Result<void> apply(const Resources& resources) override;
    Result<std::vector<UniqueFd>> joinDescriptors(const SubCgroups& below) const override;
    std::optional<BorrowedFd> cloneInto() const override
    {
        return m_unified ? std::optional{m_unified.borrow()} : std::nullopt;
    }
    bool needsJoin() const override { return true; }
    Result<UniqueFd> openWith(pid_t pid) const override { return openUnifiedWith(*m_trees, m_path, pid); }
    Result<Usage> usage() const override;
    Result<std::vector<pid_t>> processes() const override;
    Result<void> freeze(bool frozen) override;
    Result<bool> frozen() const override;
    Result<void> killAll() override;
    Result<void> remove() override;

private:
    V1Cgroup(TreesPointer trees, std::string path);

    static Result<void> refuseV2Only(const Resources& resources);
    Result<BorrowedFd> tree(std::string_view controller) const;
    Result<void> write(std::string_view controller, std::string_view file, std::string_view value) const;
    Result<std::string> read(std::string_view controller, std::string_view file) const;
    Result<std::uint64_t> number(std::string_view controller, std::string_view file) const;
    std::string file(std::string_view name) const;
    Result<void> limitKernelMemory(std::int64_t bytes);
    Result<void> applyMemory(const Resources& resources);
    Result<void> applyMemoryLimits(const Resources& resources);
    Result<void> applyCpu(const Resources& resources);
    Result<void> applyRealtime(const Resources& resources);
    Result<void> applyCpuset(const Resources& resources);
    Result<void> applyBlockIo(const oci::BlockIoResources& blockIo);
    Result<void> writeWeight(std::string_view name, std::string_view value) const;
    Result<void> applyHugepages(const std::vector<oci::HugepageLimit>& limits);
    Result<void> applyNetwork(const oci::NetworkResources& network);
    Result<void> applyRdma(const std::map<std::string, oci::RdmaLimit>& limits);
    Result<void> signalAll() const;

    TreesPointer m_trees;
    std::string m_path; // relative to each root
    UniqueFd m_unified; // the directory in the v2 tree beside v1; none where it has no part in that
};

} // namespace lamella::cgroup

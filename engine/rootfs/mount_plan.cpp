// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/mount_plan.h"

#include "engine/base/compose.h"
#include "engine/oci/paths.h"
#include "engine/oci/validate.h"
#include "engine/rootfs/bind.h"
#include "engine/rootfs/cgroup_mounts.h"
#include "engine/rootfs/dev_plan.h"
#include "engine/rootfs/file_systems.h"
#include "engine/rootfs/id_maps.h"
#include "engine/rootfs/place.h"

#include <algorithm>
#include <sys/mount.h>
#include <sys/stat.h>

namespace lamella::rootfs {

namespace {

class Planner {
public:
    Planner(const oci::Spec& spec, const std::filesystem::path& bundle, const CgroupPlace& cgroup)
        : m_spec(spec)
        , m_bundle(bundle)
        , m_cgroup(cgroup)
        , m_owner(containerRoot(spec))
        , m_idMaps(spec)
        , m_dev(planDev(spec))
    {
    }

    Result<void> add(const oci::Mount& mount)
    {
        oci::MountOptions options = TRY(oci::parseMountOptions(mount));
        if (oci::isChange(mount, options))
            addChange(mount, options);
        else if (options.bind)
            TRY(addBind(mount, options));
        else if (mount.type == "cgroup" || mount.type == "cgroup2")
            TRY(addCgroups(mount, options));
        else
            TRY(addFileSystem(mount, std::move(options)));
        return {};
    }

    /// The devices that are not in a /dev of ours.
    Result<void> addNodes()
    {
        m_plan.devLinks = m_dev.links;
        if (m_dev.outside.empty())
            return {};
        std::vector<UniqueFd> mounts = TRY(makeNodeMounts(m_dev.outside));
        for (std::size_t i = 0; i < mounts.size(); ++i) {
            const DeviceNode& node = m_dev.outside[i];
            PlannedMount planned;
            planned.target = node.path;
            planned.mount = std::move(mounts[i]);
            planned.directory = false;
            planned.expected = node.byDefault ? Expected::Anything : Expected::Device;
            planned.deviceType = node.mode & S_IFMT;
            planned.deviceNumber = node.number;
            push(std::move(planned));
        }
        return {};
    }

    MountPlan take() { return std::move(m_plan); }

private:
    static PlannedMount begin(const oci::Mount& mount, const oci::MountOptions& options)
    {
        PlannedMount planned;
        planned.target = mount.destination.substr(1);
        planned.type = mount.type;
        planned.source = sourceOf(mount);
        planned.propagation = options.propagation;
        planned.overProc = oci::isAtOrBelow(mount.destination, "/proc");
        planned.noSymlinks = mount.destination == "/proc";
        return planned;
    }

    void push(PlannedMount planned)
    {
        planned.place = placeOf(planned.target, m_plan.mounts);
        m_plan.coversRoot = m_plan.coversRoot || (planned.target.empty() && !planned.changes);
        m_plan.mounts.push_back(std::move(planned));
    }

    void addChange(const oci::Mount& mount, const oci::MountOptions& options)
    {
        PlannedMount planned = begin(mount, options);
        planned.changes = true;
        planned.data = options.data;
        planned.own = options.own;
        planned.tree = options.tree;
        push(std::move(planned));
    }

    Result<void> addBind(const oci::Mount& mount, const oci::MountOptions& options)
    {
        PlannedMount planned = begin(mount, options);
        const auto userNamespace = TRY(m_idMaps.namespaceFor(mount, options));
        Bind bind = TRY(makeBind(mount, options, m_bundle, m_spec.linux.rootfsPropagation, userNamespace));
        planned.mount = std::move(bind.mount);
        planned.directory = bind.directory;
        planned.isTrusted = bind.ofKernel;
        push(std::move(planned));
        return {};
    }

    Result<void> addFileSystem(const oci::Mount& mount, oci::MountOptions options)
    {
        addContext(mount.type, m_spec.linux.mountLabel, options);
        PlannedMount planned = begin(mount, options);
        const bool isDev = &mount == m_dev.mount;
        const bool isTmpfs = mount.type == "tmpfs";
        planned.noSymlinks = planned.noSymlinks || isDev || mount.type == "proc" || mount.type == "sysfs";
        planned.own = options.own;
        planned.copyUp = options.copyUp;
        planned.isTrusted = isOfKernel(mount.type) && !options.copyUp;
        planned.readonlyAtEnd = isTmpfs && (options.own.set & MOUNT_ATTR_RDONLY) != 0;
        if (planned.readonlyAtEnd)
            planned.own.set &= ~std::uint64_t{MOUNT_ATTR_RDONLY};
        if (isDev) {
            planned.mount = TRY(makeDevices(mount, options, m_owner, m_dev.inside));
            planned.listedAnew
                = std::ranges::any_of(m_plan.mounts, [](const auto& one) { return !one.mount && !one.changes; });
        } else if (isMadeByHost(mount.type, m_spec)) {
            planned.mount = TRY(makeHostFileSystem(mount, options));
        } else {
            planned.data = dataOf(mount, options);
            planned.takesMode = isTmpfs && !std::ranges::contains(options.data, "mode", [](const auto& option) {
                                    return std::string_view{option.first};
                                });
        }
        push(std::move(planned));
        return {};
    }

    /// Without a cgroup namespace of its own a container's cgroup has its full name inside, and is looked for under it.
    bool seesWholeUnifiedTree() const
    {
        using enum oci::NamespaceType;
        return oci::findNamespace(m_spec, Cgroup) == nullptr && oci::findNamespace(m_spec, User) == nullptr;
    }

    Result<void> addCgroups(const oci::Mount& mount, const oci::MountOptions& options)
    {
        CgroupMounts cgroups = TRY(makeCgroupMounts({.own = m_cgroup,
                                                     .unifiedOnly = mount.type == "cgroup2",
                                                     .wholeUnified = seesWholeUnifiedTree(),
                                                     .attributes = options.own.set & MOUNT_ATTR_RDONLY},
                                                    m_owner));
        if (!cgroups.base && cgroups.trees.empty())
            return failure(ErrorKind::Unsupported, "the machine mounts no such cgroup tree below /sys/fs/cgroup");
        if (cgroups.base) {
            PlannedMount base = begin(mount, options);
            base.mount = std::move(cgroups.base);
            base.isTrusted = true;
            push(std::move(base));
        }
        for (CgroupMounts::Tree& tree : cgroups.trees) {
            PlannedMount planned = begin(mount, options);
            if (!tree.name.empty())
                planned.target += "/" + tree.name;
            planned.mount = std::move(tree.mount);
            planned.isTrusted = true;
            push(std::move(planned));
        }
        return {};
    }

    const oci::Spec& m_spec;
    const std::filesystem::path& m_bundle;
    const CgroupPlace& m_cgroup;
    Owner m_owner;
    IdMaps m_idMaps;
    DevPlan m_dev;
    MountPlan m_plan;
};

} // namespace

Result<MountPlan> planMounts(const oci::Spec& spec, const std::filesystem::path& bundle, const CgroupPlace& cgroup)
{
    Planner planner{spec, bundle, cgroup};
    for (const oci::Mount& mount : spec.mounts)
        TRY_WITHIN(compose("cannot prepare the mount of {}", mount.destination), planner.add(mount));
    TRY_WITHIN("cannot prepare the devices", planner.addNodes());
    MountPlan plan = planner.take();
    plan.masked = protectedPaths(spec.linux.maskedPaths, plan.mounts);
    plan.readonly = protectedPaths(spec.linux.readonlyPaths, plan.mounts);
    plan.rootReadonly = spec.rootReadonly;
    // All is private until then, and "private" leaves alone what the mounts' own options made.
    plan.rootPropagation = oci::propagationOf(spec.linux.rootfsPropagation);
    if (plan.rootPropagation && plan.rootPropagation->type == MS_PRIVATE)
        plan.rootPropagation.reset();
    return plan;
}

} // namespace lamella::rootfs

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/mount_plan.h"

#include "engine/oci/validate.h"
#include "engine/os/mount.h"
#include "engine/rootfs/bind.h"
#include "engine/rootfs/cgroup_mounts.h"
#include "engine/rootfs/devices.h"

#include <format>

namespace lamella::rootfs {

namespace {

class Planner {
public:
    Planner(const oci::Spec& spec, const std::filesystem::path& bundle, const std::string& cgroupPath)
        : m_spec(spec)
        , m_bundle(bundle)
        , m_cgroupPath(cgroupPath)
        , m_owner(containerRoot(spec))
    {
    }

    Result<void> add(const oci::Mount& mount)
    {
        const oci::MountOptions options = TRY(oci::parseMountOptions(mount));
        PlannedMount planned;
        planned.target = mount.destination.substr(1);
        planned.attributes = options.set;
        if (options.bind) {
            Bind bind = TRY(makeBind(mount, options, m_bundle));
            planned.mount = std::move(bind.mount);
            planned.directory = bind.directory;
        } else if (mount.type == "cgroup" || mount.type == "cgroup2") {
            return addCgroups(mount);
        } else if (mount.type == "tmpfs" && mount.destination == "/dev") {
            planned.mount = TRY(makeDevices(options, m_owner));
            planned.noSymlinks = true;
        } else if (mount.type == "sysfs" && sharesNetwork()) {
            planned.mount = TRY(makeSysfs(options.set));
            planned.noSymlinks = true;
        } else {
            planned.type = mount.type;
            planned.data = options.data;
            planned.noSymlinks = mount.type == "proc" || mount.type == "sysfs";
        }
        m_plan.mounts.push_back(std::move(planned));
        return {};
    }

    MountPlan take() { return std::move(m_plan); }

private:
    /// A user namespace that does not own the network namespace may not mount its sysfs: the host does it, and is in
    /// that namespace while it plans.
    bool sharesNetwork() const
    {
        const oci::Namespace* network = oci::findNamespace(m_spec, oci::NamespaceType::Network);
        return network == nullptr || !network->path.empty();
    }

    static Result<UniqueFd> makeSysfs(std::uint64_t attributes)
    {
        os::FileSystem sysfs = TRY(os::FileSystem::open("sysfs"));
        TRY(sysfs.set("source", "sysfs"));
        return sysfs.mount(attributes);
    }

    Result<void> addCgroups(const oci::Mount& mount)
    {
        CgroupMounts cgroups = TRY(makeCgroupMounts(m_cgroupPath, m_owner));
        const std::string target = mount.destination.substr(1);
        if (cgroups.base) {
            PlannedMount base;
            base.target = target;
            base.mount = std::move(cgroups.base);
            m_plan.mounts.push_back(std::move(base));
        }
        for (CgroupMounts::Tree& tree : cgroups.trees) {
            PlannedMount planned;
            planned.target = tree.name.empty() ? target : std::format("{}/{}", target, tree.name);
            planned.mount = std::move(tree.mount);
            m_plan.mounts.push_back(std::move(planned));
        }
        return {};
    }

    const oci::Spec& m_spec;
    const std::filesystem::path& m_bundle;
    const std::string& m_cgroupPath;
    Owner m_owner;
    MountPlan m_plan;
};

std::vector<std::string> relative(const std::vector<std::string>& paths)
{
    std::vector<std::string> out;
    out.reserve(paths.size());
    for (const auto& path : paths)
        out.push_back(path.substr(1));
    return out;
}

} // namespace

Result<MountPlan> planMounts(const oci::Spec& spec, const std::filesystem::path& bundle, const std::string& cgroupPath)
{
    Planner planner{spec, bundle, cgroupPath};
    for (const oci::Mount& mount : spec.mounts)
        TRY_WITHIN(std::format("cannot prepare the mount of {}", mount.destination), planner.add(mount));
    MountPlan plan = planner.take();
    plan.masked = relative(spec.linux.maskedPaths);
    plan.readonly = relative(spec.linux.readonlyPaths);
    plan.rootReadonly = spec.rootReadonly;
    return plan;
}

} // namespace lamella::rootfs

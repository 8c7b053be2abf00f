// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/spec_template.h"

#include "engine/cgroup/layout.h"
#include "engine/runtime/state_document.h"

namespace lamella::runtime::cli {

namespace {

oci::Process shell()
{
    const std::vector<std::string> capabilities{"CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"};
    oci::Process process;
    process.terminal = true;
    process.args = {"sh"};
    process.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"};
    process.capabilities = oci::Capabilities{capabilities, capabilities, {}, capabilities, {}};
    process.rlimits = {{"RLIMIT_NOFILE", 1024, 1024}};
    process.noNewPrivileges = true;
    return process;
}

std::vector<oci::Mount> usualMounts(const oci::Mount& sys, const std::vector<std::string>& ptsOptions)
{
    return {{"/proc", "proc", "proc", {}},
            {"/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}},
            {"/dev/pts", "devpts", "devpts", ptsOptions},
            {"/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
            {"/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}},
            sys,
            {"/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime", "ro"}}};
}

oci::Spec common()
{
    oci::Spec spec;
    spec.ociVersion = kOciVersion;
    spec.process = shell();
    spec.rootPath = "rootfs";
    spec.rootReadonly = true;
    spec.hostname = "lamella";
    spec.linux.maskedPaths
        = {"/proc/acpi",       "/proc/asound",      "/proc/kcore",       "/proc/keys",    "/proc/latency_stats",
           "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi"};
    spec.linux.readonlyPaths = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
    return spec;
}

/// With a cgroup namespace where there is one tree of them (v2), as runc has it.
void addNamespaces(oci::Spec& spec, std::initializer_list<oci::NamespaceType> types)
{
    for (const auto type : types)
        spec.linux.namespaces.push_back({type, {}});
    const auto trees = cgroup::machineTrees();
    if (trees && (*trees)->mode == cgroup::Mode::V2)
        spec.linux.namespaces.push_back({oci::NamespaceType::Cgroup, {}});
}

} // namespace

oci::Spec specTemplate()
{
    oci::Spec spec = common();
    spec.mounts = usualMounts({"/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}},
                              {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"});
    using enum oci::NamespaceType;
    addNamespaces(spec, {Pid, Network, Ipc, Uts, Mount});
    return spec;
}

oci::Spec rootlessTemplate(uid_t uid, gid_t gid)
{
    oci::Spec spec = common();
    // Without a network namespace of its own there is no sysfs to mount; and one id has no group 5 of terminals.
    spec.mounts = usualMounts({"/sys", "none", "/sys", {"rbind", "nosuid", "noexec", "nodev", "ro"}},
                              {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"});
    using enum oci::NamespaceType;
    addNamespaces(spec, {Pid, Ipc, Uts, Mount, User});
    spec.linux.uidMappings = {{0, uid, 1}};
    spec.linux.gidMappings = {{0, gid, 1}};
    return spec;
}

} // namespace lamella::runtime::cli

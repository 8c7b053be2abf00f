// SPDX-License-Identifier: GPL-3.0-or-later
#include "default_spec.h"

namespace lamella::test {

namespace {

std::vector<std::string> defaultCapabilities()
{
    return {"CAP_CHOWN",   "CAP_DAC_OVERRIDE", "CAP_FSETID",      "CAP_FOWNER",          "CAP_MKNOD",
            "CAP_NET_RAW", "CAP_SETGID",       "CAP_SETUID",      "CAP_SETFCAP",         "CAP_SETPCAP",
            "CAP_KILL",    "CAP_SYS_CHROOT",   "CAP_AUDIT_WRITE", "CAP_NET_BIND_SERVICE"};
}

std::vector<oci::Mount> defaultMounts()
{
    return {
        {"/proc", "proc", "proc", {}},
        {"/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}},
        {"/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}},
        {"/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
        {"/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}},
        {"/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}},
        {"/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime", "ro"}}};
}

} // namespace

oci::Spec defaultSpec()
{
    oci::Spec spec;
    spec.ociVersion = "1.0.2";
    spec.rootPath = "rootfs";
    spec.hostname = "box";
    spec.process.env = {"PATH=/bin", "HOME=/root"};
    const auto capabilities = defaultCapabilities();
    spec.process.capabilities = oci::Capabilities{capabilities, capabilities, {}, capabilities, {}};
    spec.process.noNewPrivileges = true;
    spec.mounts = defaultMounts();
    using enum oci::NamespaceType;
    for (const auto type : {Pid, Network, Mount, Ipc, Uts, Cgroup})
        spec.linux.namespaces.push_back({type, {}});
    spec.linux.maskedPaths
        = {"/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/scsi", "/sys/firmware"};
    spec.linux.readonlyPaths = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
    return spec;
}

void mapIds(oci::Spec& spec)
{
    spec.linux.namespaces.push_back({oci::NamespaceType::User, {}});
    spec.linux.uidMappings = spec.linux.gidMappings = {{0, kFirstId, 65536}};
}

} // namespace lamella::test

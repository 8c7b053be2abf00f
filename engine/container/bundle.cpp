// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/bundle.h"

#include "engine/cgroup/cpu_weight.h"
#include "engine/os/signals.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <format>
#include <string_view>
#include <sys/resource.h>

namespace lamella::container {

namespace {

constexpr std::string_view kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr char kInitInside[] = "/dev/lamella-init";
constexpr std::uint64_t kCpuPeriodUsec = 100000;
constexpr rlim_t kOpenFiles = 1024;
constexpr rlim_t kMaxOpenFiles = 524288;

std::string nameOf(const std::string& variable)
{
    return variable.substr(0, variable.find('='));
}

/// The helper's own hard limit is the most that a container can get.
oci::Rlimit openFilesLimit()
{
    rlimit own{};
    ::getrlimit(RLIMIT_NOFILE, &own);
    const rlim_t hard = std::min(own.rlim_max, kMaxOpenFiles);
    return {"RLIMIT_NOFILE", std::min(kOpenFiles, hard), hard};
}

oci::Process makeProcess(const BundleInput& input, std::vector<std::string> command)
{
    const CreateRequest& request = input.request;
    oci::Process process;
    process.terminal = request.terminal;
    process.user
        = {.uid = input.user.uid, .gid = input.user.gid, .umask = {}, .additionalGids = input.user.additionalGids};
    if (request.init)
        process.args = {kInitInside, "--"};
    std::ranges::move(command, std::back_inserter(process.args));
    std::vector<std::string> defaults{std::string{kPath}, std::format("HOSTNAME={}", request.hostname.value_or("")),
                                      std::format("HOME={}", input.user.home)};
    if (request.terminal)
        defaults.emplace_back("TERM=xterm-256color");
    process.env = mergeEnvironment(request.env, input.image.env, defaults);
    process.cwd = request.workingDir.value_or(input.image.workingDir);
    if (process.cwd.empty())
        process.cwd = "/";
    const auto& capabilities = defaultCapabilities();
    process.capabilities = {.bounding = capabilities,
                            .effective = capabilities,
                            .inheritable = {},
                            .permitted = capabilities,
                            .ambient = {}};
    process.rlimits = {openFilesLimit()};
    process.noNewPrivileges = true;
    process.oomScoreAdj = 0;
    return process;
}

/// runtime-spec, config-linux.md, "Default Filesystems", as every engine mounts them.
std::vector<oci::Mount> makeMounts(const BundleInput& input)
{
    std::vector<oci::Mount> mounts{
        {"/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}},
        {"/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}},
        {"/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}},
        {"/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
        {"/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}},
        {"/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}},
        {"/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime", "ro"}},
    };
    for (const auto& [name, content] : etcFiles({}))
        mounts.push_back({"/etc/" + name, "bind", input.directory / name, {"bind", "nosuid", "nodev"}});
    if (input.request.init)
        mounts.push_back({kInitInside, "bind", input.initProgram, {"bind", "ro", "nosuid", "nodev"}});
    return mounts;
}

oci::LinuxResources makeResources(const CreateRequest& request)
{
    oci::LinuxResources resources;
    if (request.memoryLimit.value > 0) {
        resources.memory.limit = static_cast<std::int64_t>(request.memoryLimit.value);
        resources.memory.swap
            = resources.memory.limit; // memory and swap together: what is limited does not swap instead
    }
    resources.cpu.shares = cgroup::sharesFromWeight(request.cpuWeight);
    if (request.cpuQuota > 0) {
        resources.cpu.period = kCpuPeriodUsec;
        resources.cpu.quota = std::llround(request.cpuQuota * static_cast<double>(kCpuPeriodUsec));
    }
    resources.pidsLimit = static_cast<std::int64_t>(request.pidsMax);
    return resources;
}

oci::Linux makeLinux(const BundleInput& input)
{
    using enum oci::NamespaceType;
    oci::Linux result;
    for (const oci::NamespaceType type : {Pid, Network, Mount, Ipc, Uts, User, Cgroup})
        result.namespaces.push_back({type, {}});
    result.uidMappings = {{0, input.ids.base, input.ids.count}};
    result.gidMappings = result.uidMappings;
    result.cgroupsPath = input.cgroupsPath;
    result.resources = makeResources(input.request);
    result.seccomp = input.seccomp;
    result.maskedPaths = {"/proc/acpi",
                          "/proc/asound",
                          "/proc/interrupts",
                          "/proc/kcore",
                          "/proc/keys",
                          "/proc/latency_stats",
                          "/proc/sched_debug",
                          "/proc/scsi",
                          "/proc/timer_list",
                          "/proc/timer_stats",
                          "/sys/devices/virtual/powercap",
                          "/sys/firmware"};
    result.readonlyPaths = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
    return result;
}

std::string joined(const std::vector<std::filesystem::path>& paths)
{
    std::string result;
    for (const auto& path : paths)
        result += (result.empty() ? "" : ":") + path.string();
    return result;
}

} // namespace

const std::vector<std::string>& defaultCapabilities()
{
    static const std::vector<std::string> list{
        "CAP_AUDIT_WRITE", "CAP_CHOWN",   "CAP_DAC_OVERRIDE", "CAP_FOWNER",    "CAP_FSETID",
        "CAP_KILL",        "CAP_MKNOD",   "CAP_NET_RAW",      "CAP_SETGID",    "CAP_NET_BIND_SERVICE",
        "CAP_SETFCAP",     "CAP_SETPCAP", "CAP_SETUID",       "CAP_SYS_CHROOT"};
    return list;
}

Result<std::vector<std::string>> commandOf(const image::Image& image, const std::vector<std::string>& command)
{
    std::vector<std::string> result = image.entrypoint;
    const auto& rest = command.empty() ? image.cmd : command;
    result.insert(result.end(), rest.begin(), rest.end());
    if (result.empty() || result.front().empty())
        return failure(ErrorKind::InvalidArgument, "the image names no command to run: give one");
    return result;
}

std::vector<std::string> mergeEnvironment(const std::vector<std::string>& own, const std::vector<std::string>& base,
                                          const std::vector<std::string>& defaults)
{
    std::vector<std::string> result;
    const auto replaceOrAdd = [&result](const std::string& variable) {
        const auto same = std::ranges::find(result, nameOf(variable), nameOf);
        if (same == result.end())
            result.push_back(variable);
        else
            *same = variable;
    };
    for (const auto* list : {&defaults, &base, &own})
        std::ranges::for_each(*list, replaceOrAdd);
    return result;
}

Result<int> stopSignalOf(const image::Image& image)
{
    if (image.stopSignal.empty())
        return SIGTERM;
    return os::signalNumber(image.stopSignal);
}

Result<oci::Spec> makeSpec(const BundleInput& input)
{
    oci::Spec spec;
    spec.ociVersion = "1.2.0";
    spec.process = makeProcess(input, TRY(commandOf(input.image, input.request.command)));
    spec.rootPath = "rootfs";
    spec.hostname = input.request.hostname.value_or("");
    spec.mounts = makeMounts(input);
    spec.linux = makeLinux(input);
    spec.annotations = {{std::string{oci::kAnnotationLower}, joined(input.lower)},
                        {std::string{oci::kAnnotationUpper}, input.directory / "upper"},
                        {std::string{oci::kAnnotationWork}, input.directory / "work"},
                        {std::string{oci::kAnnotationLayers}, input.layersRoot}};
    if (input.request.init)
        spec.annotations.emplace(oci::kAnnotationInit, "true");
    if (!input.image.stopSignal.empty())
        spec.annotations.emplace(oci::kAnnotationStopSignal, input.image.stopSignal);
    return spec;
}

oci::Process makeExecProcess(const oci::Process& container, const ExecRequest& request,
                             const std::optional<ResolvedUser>& user)
{
    oci::Process process = container;
    process.terminal = request.terminal;
    process.args = request.command;
    std::vector<std::string> defaults;
    if (request.terminal) {
        process.consoleSize = oci::ConsoleSize{request.rows, request.columns};
        defaults.emplace_back("TERM=xterm-256color");
    }
    std::vector<std::string> own = request.env;
    if (user) {
        process.user = {.uid = user->uid, .gid = user->gid, .umask = {}, .additionalGids = user->additionalGids};
        own.insert(own.begin(), std::format("HOME={}", user->home));
    }
    process.env = mergeEnvironment(own, container.env, defaults);
    if (request.workingDir)
        process.cwd = *request.workingDir;
    return process;
}

std::vector<std::pair<std::string, std::string>> etcFiles(const std::string& hostname)
{
    return {{"hostname", hostname + "\n"},
            {"hosts",
             std::format("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\t{}\n", hostname)},
            {"resolv.conf", "# This container has no network.\n"}};
}

} // namespace lamella::container

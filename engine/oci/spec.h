// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/oci/resources.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

/// The OCI runtime specification's config.json as types: config.md and config-linux.md. Field names are the
/// specification's in camelCase. What we do not support and what would weaken a container if ignored is refused when
/// parsed.
namespace lamella::oci {

struct User {
    uid_t uid = 0;
    gid_t gid = 0;
    std::optional<mode_t> umask;
    std::vector<gid_t> additionalGids;
};

struct Capabilities {
    std::vector<std::string> bounding, effective, inheritable, permitted, ambient;
};

struct Rlimit {
    std::string type;
    std::uint64_t soft = 0;
    std::uint64_t hard = 0;
};

struct ConsoleSize {
    std::uint16_t height = 0;
    std::uint16_t width = 0;
};

/// config.md, "Scheduler": what sched_setattr(2) takes.
struct Scheduler {
    std::string policy; ///< SCHED_OTHER, …
    std::int32_t nice = 0;
    std::int32_t priority = 0; ///< of SCHED_FIFO and SCHED_RR
    std::vector<std::string> flags; ///< SCHED_FLAG_RESET_ON_FORK, …
    std::uint64_t runtime = 0, deadline = 0, period = 0; ///< nanoseconds, of SCHED_DEADLINE
};

/// What ioprio_set(2) takes.
struct IoPriority {
    std::string ioClass; ///< IOPRIO_CLASS_BE, …
    std::int32_t priority = 0;
};

/// The processors of a program that is run in a container, as lists like "0-3,7"; empty: left as they are.
struct CpuAffinity {
    std::string initial; ///< before it joins the container's cgroup
    std::string final; ///< after that
};

struct Process {
    bool terminal = false;
    std::optional<ConsoleSize> consoleSize;
    User user;
    std::vector<std::string> args;
    std::vector<std::string> env;
    std::string cwd = "/"; ///< empty: a document does not say it, which no process may do
    std::optional<Capabilities> capabilities;
    std::vector<Rlimit> rlimits;
    bool noNewPrivileges = false;
    std::optional<int> oomScoreAdj;
    std::string apparmorProfile;
    std::string selinuxLabel;
    std::optional<Scheduler> scheduler;
    std::optional<IoPriority> ioPriority;
    CpuAffinity execCpuAffinity;
};

struct IdMapping {
    std::uint32_t containerId = 0;
    std::uint32_t hostId = 0;
    std::uint32_t size = 0;
};

enum class NamespaceType { Pid, Network, Mount, Ipc, Uts, User, Cgroup, Time };

/// config.md, "Mounts".
struct Mount {
    std::string destination; ///< in the container: absolute and clean (paths.h)
    std::string type;
    std::string source;
    std::vector<std::string> options;
    std::vector<IdMapping> uidMappings = {}, gidMappings = {}; ///< of the file system's ids to the host's
};

/// config-linux.md, "Devices".
struct Device {
    std::string path; ///< in the container: absolute and clean (paths.h)
    std::string type; ///< "c" and "u", "b", "p"
    unsigned major = 0;
    unsigned minor = 0;
    std::optional<mode_t> fileMode = std::nullopt;
    std::optional<uid_t> uid = std::nullopt; ///< in the container
    std::optional<gid_t> gid = std::nullopt;
};

struct Namespace {
    NamespaceType type;
    std::string path; ///< empty: a new one
};

/// How far a clock of a new time namespace is ahead of the machine's: time_namespaces(7).
struct TimeOffset {
    std::int64_t secs = 0;
    std::uint32_t nanosecs = 0;
};

/// What set_mempolicy(2) takes.
struct MemoryPolicy {
    std::string mode; ///< MPOL_BIND, …
    std::string nodes; ///< a list like "0-1"
    std::vector<std::string> flags; ///< MPOL_F_STATIC_NODES, …
};

struct SeccompArg {
    unsigned index = 0;
    std::uint64_t value = 0;
    std::uint64_t valueTwo = 0;
    std::string op;
};

struct SeccompSyscalls {
    std::vector<std::string> names;
    std::string action;
    std::optional<unsigned> errnoRet;
    std::vector<SeccompArg> args;
};

/// config-linux.md, "Seccomp".
struct Seccomp {
    std::string defaultAction;
    std::optional<unsigned> defaultErrnoRet;
    std::vector<std::string> architectures;
    std::vector<std::string> flags;
    std::string listenerPath; ///< a Unix socket that gets the descriptor of SCMP_ACT_NOTIFY
    std::string listenerMetadata; ///< goes with it as it stands
    std::vector<SeccompSyscalls> syscalls;
};

/// Whether a rule hands calls to a listener.
bool usesNotify(const Seccomp& seccomp);

struct Linux {
    std::vector<Namespace> namespaces;
    std::vector<IdMapping> uidMappings, gidMappings;
    std::string cgroupsPath;
    LinuxResources resources;
    std::optional<Seccomp> seccomp;
    std::vector<Device> devices; ///< beside the default ones
    std::vector<std::string> maskedPaths, readonlyPaths; ///< absolute and clean (paths.h)
    std::map<std::string, std::string> sysctl;
    std::string rootfsPropagation;
    std::map<std::string, TimeOffset> timeOffsets; ///< of "monotonic" and "boottime"
    std::map<std::string, std::string> netDevices; ///< a network device of the runtime's -> its name in the container
    std::string personality; ///< "LINUX" or "LINUX32"; empty: the runtime's
    std::string mountLabel;
    std::optional<MemoryPolicy> memoryPolicy;
};

/// config.md, "POSIX-platform Hooks".
struct Hook {
    std::string path;
    std::vector<std::string> args; ///< as execv(3) takes them; empty: the path alone
    std::optional<std::vector<std::string>> env; ///< none: that of who runs it
    std::optional<std::int32_t> timeout; ///< seconds; none: as long as it takes
};

struct Hooks {
    std::vector<Hook> prestart, createRuntime, createContainer, startContainer, poststart, poststop;
};

struct Spec {
    std::string ociVersion;
    bool hasProcess = true; ///< without one the container can be created but not started
    Process process;
    std::string rootPath; ///< as written: relative to the bundle, or absolute
    bool rootReadonly = false;
    std::string hostname;
    std::string domainname;
    std::vector<Mount> mounts;
    Hooks hooks;
    std::map<std::string, std::string> annotations;
    Linux linux;
};

/// Our own root file system: where these annotations stand in config.json the runtime mounts an overlay, in the
/// container's mount namespace only, instead of binding root.path. (Another runtime expects it mounted on root.path.)
///   org.lamella.rootfs.lower   directories separated by ':', the lowest last, as overlay's lowerdir
///   org.lamella.rootfs.upper   org.lamella.rootfs.work   directories
///   org.lamella.rootfs.layers  the directory above all lower ones; it is mounted once with the container's id map
inline constexpr std::string_view kAnnotationLower = "org.lamella.rootfs.lower";
inline constexpr std::string_view kAnnotationUpper = "org.lamella.rootfs.upper";
inline constexpr std::string_view kAnnotationWork = "org.lamella.rootfs.work";
inline constexpr std::string_view kAnnotationLayers = "org.lamella.rootfs.layers";
/// The program is lamella-init, and args.at(2) is what it runs: it says in the runtime's place why that cannot be run.
inline constexpr std::string_view kAnnotationInit = "org.lamella.init";

/// The image's StopSignal (image-spec, conversion.md): what asks the program to end.
inline constexpr std::string_view kAnnotationStopSignal = "org.opencontainers.image.stopSignal";

/// Parses and validates config.json. Errors: InvalidArgument with the JSON path of what is wrong; Unsupported.
Result<Spec> parseSpec(std::string_view json);

/// The reverse, as config.json.
std::string serializeSpec(const Spec& spec);

/// process.json of an exec (the "process" object alone).
Result<Process> parseProcess(std::string_view json);
std::string serializeProcess(const Process& process);

} // namespace lamella::oci

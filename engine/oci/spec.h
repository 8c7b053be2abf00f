// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

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

struct Process {
    bool terminal = false;
    std::optional<ConsoleSize> consoleSize;
    User user;
    std::vector<std::string> args;
    std::vector<std::string> env;
    std::string cwd = "/";
    std::optional<Capabilities> capabilities;
    std::vector<Rlimit> rlimits;
    bool noNewPrivileges = false;
    std::optional<int> oomScoreAdj;
};

struct IdMapping {
    std::uint32_t containerId = 0;
    std::uint32_t hostId = 0;
    std::uint32_t size = 0;
};

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

enum class NamespaceType { Pid, Network, Mount, Ipc, Uts, User, Cgroup };

struct Namespace {
    NamespaceType type;
    std::string path; ///< empty: a new one
};

struct MemoryResources {
    std::optional<std::int64_t> limit, reservation, swap;
};

struct CpuResources {
    std::optional<std::uint64_t> shares, period;
    std::optional<std::int64_t> quota;
    std::string cpus, mems;
};

struct LinuxResources {
    MemoryResources memory;
    CpuResources cpu;
    std::optional<std::int64_t> pidsLimit;
    std::map<std::string, std::string> unified; ///< v2 only: file -> value
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
    std::vector<SeccompSyscalls> syscalls;
};

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
};

struct Spec {
    std::string ociVersion;
    Process process;
    std::string rootPath; ///< as written: relative to the bundle, or absolute
    bool rootReadonly = false;
    std::string hostname;
    std::vector<Mount> mounts;
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

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/log.h"
#include "engine/base/result.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

/// The command line, which is runc's: what drives runc (conmon, containerd, cri-o) drives this.
namespace lamella::runtime::cli {

enum class Command {
    None,
    Create,
    Delete,
    Events,
    Exec,
    Features,
    Kill,
    List,
    Pause,
    Ps,
    Resume,
    Run,
    Spec,
    Start,
    State,
    Update,
};

enum class Format { Table, Json };

/// The user of `exec --user UID[:GID]`.
struct ExecUser {
    uid_t uid = 0;
    std::optional<gid_t> gid;
};

struct Options {
    // Before the command.
    std::filesystem::path root = "/run/lamella/runtime";
    std::filesystem::path logFile; ///< empty: standard error
    log::Format logFormat = log::Format::Text;
    log::Level logLevel = log::Level::Warning;
    bool systemdCgroup = false;
    bool version = false;

    Command command = Command::None;
    bool help = false;

    // create, run and exec.
    std::filesystem::path bundle = ".";
    std::filesystem::path config = "config.json"; ///< below the bundle
    std::filesystem::path consoleSocket;
    std::filesystem::path pidfdSocket;
    std::filesystem::path pidFile;
    unsigned preservedFds = 0; ///< how many descriptors after 2 the program inherits
    bool noPivot = false;
    bool noNewKeyring = false;
    bool detach = false;
    bool keep = false;

    // exec.
    std::filesystem::path process;
    bool terminal = false;
    bool ignorePaused = false;
    bool noNewPrivileges = false;
    std::optional<ExecUser> user;
    std::vector<gid_t> additionalGids;
    std::string cwd;
    std::vector<std::string> env;
    std::vector<std::string> capabilities;
    std::string apparmorProfile;
    std::string selinuxLabel;
    std::vector<std::string> cgroups;

    // kill and delete.
    bool all = false;
    bool force = false;

    // list and ps.
    Format format = Format::Table;
    bool quiet = false;

    // events.
    bool stats = false;
    std::chrono::nanoseconds interval = std::chrono::seconds{5};

    // update: a file, or single settings by the names of their options ("memory", "cpu-quota").
    std::filesystem::path resources;
    std::vector<std::pair<std::string, std::string>> settings;

    // spec.
    bool rootlessSpec = false;

    std::string id;
    std::vector<std::string> rest; ///< what follows the id: a command, a signal, options of ps(1)
};

/// Reads the command line. Errors: InvalidArgument with what is wrong; Unsupported for what runc takes and this does
/// not.
Result<Options> parseOptions(const std::vector<std::string>& arguments);

/// Whether a container may have this id. It names a directory and a cgroup: letters, digits and "_+-.", as runc has it.
Result<void> checkId(const std::string& id);

} // namespace lamella::runtime::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/cgroup/cgroup.h"
#include "engine/oci/spec.h"
#include "engine/rootfs/reporter.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// Makes containers out of OCI bundles (runtime-spec: runtime.md, config.md, config-linux.md). Needs root. No thread
/// may run in the calling process while it forks; the shim and lamella-runtime have one thread.
namespace lamella::runtime {

/// When a step of a start was done, on CLOCK_MONOTONIC.
struct ReachedStep {
    std::string name;
    std::chrono::nanoseconds at;
};

/// The standard streams of a program that has no terminal; kept by the caller.
struct Streams {
    BorrowedFd in;
    BorrowedFd out;
    BorrowedFd err;
};

struct CreateRequest {
    std::string id;
    std::filesystem::path bundle;
    const oci::Spec& spec;
    Streams streams; ///< used where spec.process.terminal is false
    /// Where not empty, the gate is a FIFO in this directory, and another process may start the container
    /// (startFrom()).
    std::filesystem::path gateDirectory = {};
    bool endWithCaller
        = false; ///< PID 1 is killed when the calling process ends (PR_SET_PDEATHSIG; it may clear that itself)
    /// How many descriptors from 3 on the program inherits. They are open in the caller; not together with
    /// lamella-init.
    /// The program's terminal leaves "\n" as it is: whoever shows what it prints has a terminal that adds the "\r".
    bool plainNewlines = false;
    unsigned inheritedFds = 0;
    std::string sessionKeyring = {}; ///< joined or made; empty: the caller's is kept
    bool systemdCgroup = false; ///< systemd makes the cgroup: systemdCgroupPath()
    bool noPivot = false; ///< chroot(2) instead of pivot_root(2), for a root file system that is an initramfs
    std::string* failedStep = nullptr; ///< gets the name of the step that failed, where the caller wants it
    BorrowedFd stop = {}; ///< when it can be read the creation ends (Cancelled)
    /// Told of the container's process as soon as there is one, long before it is ready; its failure is the creation's.
    std::function<Result<void>(pid_t)> onProcess = {};
};

/// A container whose environment is made and whose program waits for start(). It owns what must be given back:
/// destroying it before start() kills the process and removes the cgroup. Move-only.
struct Created {
    Created() = default;
    Created(Created&&) = default;
    Created& operator=(Created&& other) noexcept;
    ~Created();

    /// Leaves the waiting container alone: another process will start it (CreateRequest::gateDirectory).
    void leave() { gate.reset(); }

    pid_t pid = 0; ///< host PID of its PID 1; a child of the caller, which must wait for it
    UniqueFd pidfd;
    UniqueFd console; ///< the PTY's master, with a terminal
    UniqueFd gate; ///< closing it without start() ends the process
    UniqueFd report; ///< the {step, errno} pipe
    std::unique_ptr<cgroup::Cgroup> cgroup;
    std::vector<ReachedStep> steps;
    std::string failedStep; ///< after a start() that failed
    std::string program; ///< what start() runs, and where: for its error
    std::string workingDirectory;
    std::vector<std::string> startHooks; ///< the names of the hooks that start() runs, for its error
    rootfs::Timeline timeline;
    /// What creating it needed: to close its mounts takes the kernel a while, and the program need not wait.
    std::shared_ptr<void> spent;
};

/// Creates the container. On failure nothing of it is left, and the error names the step that failed.
/// The root file system is the overlay that the annotations of oci::OverlayRoot describe, else root.path of the bundle.
Result<Created> create(const CreateRequest& request);

/// Lets the program run; returns when execve(2) has succeeded, with the steps that were left, or with why it did not
/// (NotFound: no such program in the container; NotAuthorized: not executable; WrongState: config.json has no process,
/// or the container was ended before; Cancelled: `stop` could be read).
Result<void> start(Created& container, BorrowedFd stop = {});

/// A container's PID 1 as the host sees it.
struct FirstProcess {
    pid_t pid = 0;
    BorrowedFd pidfd; ///< guards against a reused PID
};

/// Starts a container that another process created with CreateRequest::gateDirectory. Errors: WrongState where it was
/// started already, and those of start().
Result<void> startFrom(const std::filesystem::path& gateDirectory, const oci::Spec& spec, const FirstProcess& process);

/// The cgroup of a container: linux.cgroupsPath, or /lamella/<id> where there is none.
std::string cgroupPath(const oci::Spec& spec, const std::string& id);

struct ExecRequest {
    pid_t pid = 0; ///< the container's PID 1 as the host sees it
    BorrowedFd pidfd; ///< of the same process: guards against a reused PID
    const oci::Spec& spec; ///< the container's: its seccomp profile, namespaces and capabilities hold here too
    const oci::Process& process;
    cgroup::Cgroup& cgroup;
    cgroup::SubCgroups subCgroups = {}; ///< where it joins below that, by controller
    Streams streams; ///< used where process.terminal is false
    bool plainNewlines = false; ///< as CreateRequest has it
    unsigned inheritedFds = 0; ///< as CreateRequest has it
    std::string sessionKeyring = {}; ///< as CreateRequest has it
    std::string id = {}; ///< the container's and its bundle's: what a seccomp listener is told
    std::filesystem::path bundle = {};
};

struct Executed {
    pid_t pid = 0; ///< host PID; a child of the caller
    UniqueFd pidfd;
    UniqueFd console;
};

/// Runs another program in a running container, with the container's confinement. For a moment there are two processes
/// more in its cgroup (v2), which its limit of pids must allow.
Result<Executed> exec(const ExecRequest& request);

} // namespace lamella::runtime

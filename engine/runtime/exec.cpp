// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/oci/validate.h"
#include "engine/os/file.h"
#include "engine/os/process.h"
#include "engine/os/socket.h"
#include "engine/os/terminal.h"
#include "engine/rootfs/child.h"
#include "engine/runtime/await.h"
#include "engine/runtime/channel.h"
#include "engine/runtime/failure.h"
#include "engine/runtime/namespace_visit.h"
#include "engine/runtime/program.h"
#include "engine/runtime/runtime.h"
#include "engine/runtime/settings.h"
#include "engine/runtime/sibling.h"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace lamella::runtime {

namespace {

using rootfs::Reporter;
using rootfs::Step;

/// How long a program may take to begin. A process of the container may have stopped the child on its way, which then
/// says nothing for ever.
constexpr std::chrono::seconds kExecPatience{10};

/// What the child of exec() needs.
struct ExecPlan {
    Program program;
    Scheduling scheduling;
    /// Before and after it joins the cgroup (config.md, "execCPUAffinity").
    Processors initialProcessors, finalProcessors;
    std::vector<UniqueFd> cgroupJoins;
    BorrowedFd pidfd;
    UniqueFd root; ///< the container's root directory, where that is not the root of its mount namespace
    struct Entrance {
        int namespaces = 0; ///< for setns(2) with the pidfd
        bool hasRoot = false; ///< then for chroot(2)
    };
    Entrance first; ///< of who makes the child, which is born there
    Entrance second; ///< of the child
};

/// A process of the container that may trace (CAP_SYS_PTRACE) sees the child's root directory as soon as it is in the
/// pid namespace, which is the container's by then. Only in a user namespace it has no such rights over the child, and
/// the child needs the machine's until it is there, too.
void chooseEntrances(const oci::Spec& spec, ExecPlan& plan)
{
    const bool hasUser = oci::findNamespace(spec, oci::NamespaceType::User) != nullptr;
    for (const oci::Namespace& space : spec.linux.namespaces) {
        const bool isFirst = !hasUser || space.type == oci::NamespaceType::Pid;
        (isFirst ? plan.first : plan.second).namespaces |= cloneFlag(space.type);
    }
    (hasUser ? plan.second : plan.first).hasRoot = bool{plan.root};
}

bool enter(const ExecPlan& plan, const ExecPlan::Entrance& entrance)
{
    return (entrance.namespaces == 0 || ::setns(plan.pidfd.get(), entrance.namespaces) == 0)
        && (!entrance.hasRoot || (::fchdir(plan.root.get()) == 0 && ::chroot(".") == 0));
}

/// While it is still the host's root, who may.
void place(const ExecPlan& plan, const Reporter& reporter)
{
    const auto require = [&](bool ok, Setting what) { reporter.require(ok, Step::Settings, detailOf(what)); };
    require(applyScheduler(plan.scheduling, 0), Setting::Scheduler);
    require(applyIoPriority(plan.scheduling, 0), Setting::IoPriority);
    // A child that is born in its cgroup got them of who made it.
    require(plan.cgroupJoins.empty() || applyProcessors(plan.initialProcessors), Setting::Affinity);
}

void join(const ExecPlan& plan, const Reporter& reporter)
{
    // First the cgroup, so that what follows is accounted there; its namespace is joined with the others.
    for (const UniqueFd& cgroup : plan.cgroupJoins)
        reporter.require(::write(cgroup.get(), "0", 1) == 1, Step::JoinCgroup);
    reporter.reached(Step::JoinCgroup);
    reporter.require(applyProcessors(plan.finalProcessors), Step::Settings, detailOf(Setting::Affinity));
    reporter.require(enter(plan, plan.second), Step::JoinNamespaces);
    // All of the container's root, before anything of the container is opened.
    if ((plan.second.namespaces & CLONE_NEWUSER) != 0) {
        reporter.require(::syscall(SYS_setgroups, 0, nullptr) == 0, Step::JoinNamespaces);
        reporter.require(::syscall(SYS_setresgid, 0, 0, 0) == 0, Step::JoinNamespaces);
        reporter.require(::syscall(SYS_setresuid, 0, 0, 0) == 0, Step::JoinNamespaces);
    }
    reporter.reached(Step::JoinNamespaces);
}

rootfs::Terminal openContainersTerminal(const Program& program, const Reporter& reporter)
{
    const int root = ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    reporter.require(root >= 0, Step::Terminal);
    const rootfs::Terminal terminal = rootfs::openTerminal(root, "dev/pts/ptmx");
    reporter.require(terminal.master >= 0, Step::Terminal);
    reporter.require(::fchown(terminal.slave, program.uid, static_cast<gid_t>(-1)) == 0, Step::Terminal);
    ::close(root);
    return terminal;
}

[[noreturn]] void runExecChild(const ExecPlan& plan, int channel, const Reporter& reporter)
{
    enterChild(plan.program, reporter);
    place(plan, reporter);
    const UniqueFd procfs{plan.program.label.attribute == nullptr ? -1 : rootfs::makeProcfs()};
    const UniqueFd label = openLabel(plan.program.label, procfs.borrow(), reporter);
    join(plan, reporter);
    enterKeyring(plan.program, reporter);
    rootfs::Terminal terminal{-1, -1};
    if (plan.program.terminal) {
        terminal = openContainersTerminal(plan.program, reporter);
        reporter.require(sendMark(channel, kMarkTerminal, terminal.master), Step::Terminal);
        ::close(terminal.master);
    }
    takeStreams(plan.program, terminal.slave, reporter);
    confine(plan.program, label.borrow(), reporter);
    becomeProgram(plan.program, reporter);
}

/// None where setns(2) finds it.
Result<UniqueFd> openRoot(const ExecRequest& request)
{
    const oci::Namespace* mount = oci::findNamespace(request.spec, oci::NamespaceType::Mount);
    if (mount != nullptr && mount->path.empty())
        return UniqueFd{};
    UniqueFd root = TRY(os::open(compose("/proc/{}/root", request.pid), O_PATH | O_DIRECTORY));
    // The PID was still the container's when that was opened.
    TRY(os::sendSignal(request.pidfd, 0));
    return root;
}

Result<ExecPlan> prepare(const ExecRequest& request)
{
    TRY(oci::validate(request.process));
    ExecPlan plan;
    plan.program = TRY(prepareProgram(request.process, request.spec.linux));
    plan.program.plainNewlines = request.plainNewlines;
    plan.program.inheritedFds = request.inheritedFds;
    plan.program.sessionKeyring = request.sessionKeyring;
    if (const auto& seccomp = request.spec.linux.seccomp; seccomp && oci::usesNotify(*seccomp))
        plan.program.listener
            = std::make_unique<Listener>(TRY(Listener::connect(*seccomp,
                                                               {.id = request.id,
                                                                .status = "running",
                                                                .pid = request.pid,
                                                                .bundle = request.bundle,
                                                                .annotations = request.spec.annotations})));
    plan.pidfd = request.pidfd;
    plan.scheduling = prepareScheduling(request.process);
    const oci::CpuAffinity& own = request.process.execCpuAffinity;
    const oci::CpuAffinity& all = request.spec.process.execCpuAffinity;
    plan.initialProcessors = prepareProcessors(own.initial.empty() ? all.initial : own.initial);
    plan.finalProcessors = prepareProcessors(own.final.empty() ? all.final : own.final);
    plan.root = TRY(openRoot(request));
    chooseEntrances(request.spec, plan);
    if (!plan.program.terminal) {
        const std::array<BorrowedFd, 3> streams{request.streams.in, request.streams.out, request.streams.err};
        for (std::size_t i = 0; i < streams.size(); ++i) {
            if (streams[i])
                plan.program.streams[i] = TRY(os::duplicate(streams[i]));
        }
    }
    if (request.cgroup.needsJoin() || !request.subCgroups.empty())
        plan.cgroupJoins = TRY(request.cgroup.joinDescriptors(request.subCgroups));
    return plan;
}

/// The terminal's master, where the child got so far. A container that answers in its place sends no PTY.
Result<UniqueFd> receiveConsole(BorrowedFd channel, Deadline until)
{
    TRY(awaitWord(channel, {}, until));
    auto message = TRY(os::receiveDatagram(channel, 1));
    if (!message || message->descriptors.empty())
        return UniqueFd{};
    if (!os::isTerminalMaster(message->descriptors.front().borrow()))
        return failure(ErrorKind::Failed, "the container's terminal is none");
    return std::move(message->descriptors.front());
}

/// The descriptors that the child has when it is born: a process of the container that may trace sees them, too.
std::vector<int> descriptorsOf(const ExecPlan& plan)
{
    std::vector<int> kept;
    for (const UniqueFd& stream : plan.program.streams)
        kept.push_back(stream.get());
    for (const UniqueFd& cgroup : plan.cgroupJoins)
        kept.push_back(cgroup.get());
    if (plan.program.listener)
        kept.push_back(plan.program.listener->socket().get());
    if (plan.second.namespaces != 0)
        kept.push_back(plan.pidfd.get());
    if (plan.second.hasRoot)
        kept.push_back(plan.root.get());
    return kept;
}

/// `ends`: what the child has more than the plan. It gets its cgroup of the helper, and so no descriptor of it, which
/// would lead to those outside.
Result<os::Child> cloneInto(const ExecPlan& plan, std::optional<BorrowedFd> cgroup, std::array<BorrowedFd, 2> ends,
                            Deadline until)
{
    std::vector<int> kept = descriptorsOf(plan);
    kept.insert(kept.end(), {ends[0].get(), ends[1].get(), -1});
    const auto enterAll = [&](int channel) {
        if (!enter(plan, plan.first))
            return false;
        kept.back() = channel;
        closeOthers(plan.program, kept);
        return true;
    };
    return cloneSibling({.enter = enterAll,
                         .what = "cannot make a process in the container's namespaces",
                         .helperCgroup = cgroup,
                         .until = until});
}

/// A v2 cgroup that hands controllers to its children takes no processes (cgroup-v2.rst, "No Internal Process
/// Constraint"): where the container has divided its own, this goes where its PID 1 has gone.
Result<os::Child> cloneIntoCgroup(const ExecRequest& request, const ExecPlan& plan, std::array<BorrowedFd, 2> ends,
                                  Deadline until)
{
    auto child = cloneInto(plan, request.cgroup.cloneInto(), ends, until);
    if (child || child.error().errnum != EBUSY)
        return child;
    const UniqueFd other = TRY(request.cgroup.openWith(request.pid));
    TRY(os::sendSignal(request.pidfd, 0)); // the PID was still the container's
    return cloneInto(plan, other.borrow(), ends, until);
}

/// A child that is born in its cgroup can only inherit the processors that it begins on: afterwards the kernel refuses
/// those that are none of the cgroup's.
Result<os::Child> cloneOnProcessors(const ExecRequest& request, const ExecPlan& plan, std::array<BorrowedFd, 2> ends,
                                    Deadline until)
{
    if (!plan.initialProcessors || !request.cgroup.cloneInto())
        return cloneIntoCgroup(request, plan, ends, until);
    const Processors home = currentProcessors();
    if (!home || !applyProcessors(plan.initialProcessors))
        return systemFailure("cannot set the processors");
    auto child = cloneIntoCgroup(request, plan, ends, until);
    if (!child || child->pid != 0)
        applyProcessors(home);
    return child;
}

std::string detailOf(const rootfs::Report& report, const Program& program)
{
    const auto step = static_cast<Step>(report.step);
    if (step == Step::Settings)
        return std::string{settingName(report.detail)};
    return step == Step::Exec ? program.args.front() : step == Step::WorkingDirectory ? program.cwd : "";
}

} // namespace

Result<Executed> exec(const ExecRequest& request)
{
    const ExecPlan plan = TRY(prepare(request));
    const rootfs::Timeline timeline = TRY(rootfs::Timeline::make());
    os::Pipe report = TRY(os::makePipe());
    os::SocketPair channel = TRY(os::makeSocketPair(SOCK_SEQPACKET));

    const Deadline until = in(kExecPatience);
    os::Child child = TRY(cloneOnProcessors(request, plan, {report.write.borrow(), channel.second.borrow()}, until));
    if (child.pid == 0)
        runExecChild(plan, channel.second.get(), Reporter{timeline, report.write.borrow()});
    // What starts this may be protected from the OOM killer; the container's programs are not.
    if (const auto score = request.process.oomScoreAdj ? request.process.oomScoreAdj : request.spec.process.oomScoreAdj)
        std::ignore = os::writeControl(compose("/proc/{}/oom_score_adj", child.pid), std::to_string(*score));
    if (plan.program.listener)
        plan.program.listener->tell(child.pid);
    report.write.reset();
    channel.second.reset();

    Executed executed{child.pid, std::move(child.pidfd), {}};
    auto console = plan.program.terminal ? receiveConsole(channel.first.borrow(), until) : Result<UniqueFd>{};
    auto failed = awaitWord(report.read.borrow(), {}, until).and_then([&] { return readReport(report.read.borrow()); });
    if (failed && !*failed && !os::hasCalledExec(executed.pid).value_or(true))
        failed = failure(ErrorKind::WrongState, "the process was ended before it ran its program");
    if (console && failed && !*failed) {
        executed.console = std::move(*console);
        return executed;
    }
    std::ignore = os::sendSignal(executed.pidfd.borrow(), SIGKILL);
    std::ignore = os::waitUntilEnded(executed.pidfd.borrow(), kDying); // in a paused container it ends later
    std::ignore = os::tryWait(executed.pidfd.borrow());
    if (failed && *failed)
        return std::unexpected(errorOf(**failed, detailOf(**failed, plan.program), report.read.borrow()));
    return std::unexpected(failed ? std::move(console).error() : std::move(failed).error());
}

} // namespace lamella::runtime

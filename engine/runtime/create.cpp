// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/oci/validate.h"
#include "engine/oci/validate_namespaces.h"
#include "engine/os/file.h"
#include "engine/os/namespace.h"
#include "engine/os/process.h"
#include "engine/os/socket.h"
#include "engine/rootfs/child.h"
#include "engine/rootfs/overlay.h"
#include "engine/runtime/await.h"
#include "engine/runtime/channel.h"
#include "engine/runtime/create_plan.h"
#include "engine/runtime/early_namespaces.h"
#include "engine/runtime/failure.h"
#include "engine/runtime/gate.h"
#include "engine/runtime/hooks.h"
#include "engine/runtime/joined_user.h"
#include "engine/runtime/namespace_visit.h"
#include "engine/runtime/net_devices.h"
#include "engine/runtime/resources.h"
#include "engine/runtime/runtime.h"
#include "engine/runtime/scheduling.h"
#include "engine/runtime/settings.h"
#include "engine/runtime/systemd_cgroup.h"

#include <csignal>
#include <sched.h>

namespace lamella::runtime {

namespace {

using rootfs::Step;

/// lamella-init and "--", before what it runs.
constexpr std::size_t kInitArguments = 2;

/// How long a child may be silent that runs no hooks: it takes milliseconds, but its mounts may be slow ones.
constexpr std::chrono::seconds kCreatePatience{60};

std::string idMap(const std::vector<oci::IdMapping>& mappings)
{
    std::string text;
    for (const oci::IdMapping& mapping : mappings)
        text += compose("{} {} {}\n", mapping.containerId, mapping.hostId, mapping.size);
    return text;
}

void addNamespaces(const oci::Spec& spec, CreatePlan& plan)
{
    for (const oci::Namespace& space : spec.linux.namespaces) {
        if (!space.path.empty())
            continue;
        if (space.type == oci::NamespaceType::Cgroup)
            plan.newCgroup = true; // made by the child, when it has joined its cgroup
        else if (space.type != oci::NamespaceType::Time) // is made before the clone
            plan.cloneFlags |= static_cast<std::uint64_t>(cloneFlag(space.type));
    }
    plan.newUser = (plan.cloneFlags & CLONE_NEWUSER) != 0;
    plan.awaitParent = plan.newUser || !spec.linux.netDevices.empty();
    plan.inUser = oci::findNamespace(spec, oci::NamespaceType::User) != nullptr;
    plan.newNetwork = (plan.cloneFlags & CLONE_NEWNET) != 0;
    plan.idMapUids = idMap(spec.linux.uidMappings);
    plan.idMapGids = idMap(spec.linux.gidMappings);
}

Result<void> addStreams(const Streams& streams, Program& program)
{
    if (program.terminal)
        return {};
    const std::array<BorrowedFd, 3> wanted{streams.in, streams.out, streams.err};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i])
            program.streams[i] = TRY(os::duplicate(wanted[i]));
    }
    return {};
}

std::string detailName(const CreatePlan& plan, const rootfs::Report& report)
{
    const auto at = [&](const auto& list, std::size_t index, auto name) {
        return index < list.size() ? std::string{name(list[index])} : std::string{};
    };
    const auto path = [](const rootfs::ProtectedPath& one) { return "/" + one.path; };
    switch (static_cast<Step>(report.step)) {
    case Step::Mounts:
        return rootfs::mountName(plan.mounts, report.detail);
    case Step::Hooks:
        return at(plan.hookNames, report.detail, [](const auto& name) { return name; });
    case Step::Protect:
        return report.detail < 0x10000 ? at(plan.mounts.masked, report.detail, path)
                                       : at(plan.mounts.readonly, report.detail - 0x10000, path);
    case Step::Settings:
        if (const auto name = settingName(report.detail); !name.empty())
            return std::string{name};
        return at(plan.sysctls, report.detail, [](const auto& sysctl) { return sysctl.key; });
    case Step::WorkingDirectory:
        return plan.program.cwd;
    case Step::Exec:
        return plan.program.args.front();
    default:
        return {};
    }
}

/// One create() on its way: what it has made goes with it when it fails.
class Creation {
public:
    /// `spec` is the request's, or one that says more of `joinedUser`, the user namespace that it joins by its path.
    Creation(const CreateRequest& request, const oci::Spec& spec, BorrowedFd joinedUser)
        : m_request(request)
        , m_spec(spec)
        , m_joinedUser(joinedUser)
    {
    }

    Result<Created> run()
    {
        m_created.timeline = TRY(rootfs::Timeline::make());
        if (m_spec.hasProcess)
            m_created.program = m_spec.process.args.at(hasInit() ? kInitArguments : 0);
        m_created.workingDirectory = m_spec.process.cwd;
        TRY(startEarly());
        TRY(step(Step::MakeCgroup, makeCgroup()));
        {
            const NamespaceVisit visit = TRY(NamespaceVisit::enter(m_spec));
            TRY(step(Step::Prepare, prepare()));
            TRY(step(Step::Clone, awaitEarly()));
            TRY(step(Step::IdMap, mapEarly()));
            TRY(step(Step::Clone, clone()));
        }
        TRY(step(Step::IdMap, mapIds()));
        TRY(step(Step::Settings, moveDevices()));
        TRY(step(Step::Root, sendRoot()));
        if (m_request.onProcess) // while the child is at work
            TRY(m_request.onProcess(m_created.pid));
        TRY(awaitReady());
        TRY(schedule());
        m_created.steps = stepsOf(m_created.timeline);
        m_created.spent = std::make_shared<CreatePlan>(std::move(m_plan));
        return std::move(m_created);
    }

private:
    /// Notes the step where it is this process that failed in it.
    Result<void> step(Step which, Result<void> result)
    {
        if (result) {
            if (which == Step::MakeCgroup || which == Step::Prepare || which == Step::Clone)
                m_created.timeline.reached(which);
            return result;
        }
        // A child that failed first is why the parent's write to it failed: it said so before it ended. One that waits
        // for its parent says nothing.
        if (auto told = childsReport())
            return std::unexpected(std::move(*told));
        noteFailure(which);
        return std::unexpected(std::move(result).error().within(compose("cannot {}", rootfs::stepAction(which))));
    }

    Result<void> startEarly()
    {
        const int flags = EarlyNamespaces::flagsFor(m_spec);
        if (flags == 0)
            return {};
        auto early = EarlyNamespaces::start(flags);
        if (!early) {
            noteFailure(Step::Clone);
            return std::unexpected(std::move(early).error());
        }
        m_early.emplace(std::move(*early));
        return {};
    }

    void noteFailure(Step which)
    {
        if (m_request.failedStep != nullptr)
            *m_request.failedStep = rootfs::stepName(which);
    }

    Result<void> makeCgroup()
    {
        m_cgroupPath = cgroupPath(m_spec, m_request.id);
        if (m_request.systemdCgroup) {
            m_cgroupPath = TRY(systemdCgroupPath(m_spec, m_request.id));
            m_scope = TRY(startScope(m_spec, m_request.id));
        }
        m_created.cgroup = TRY(cgroup::create(m_cgroupPath, toResources(m_spec.linux.resources)));
        return {};
    }

    Result<void> prepare()
    {
        addNamespaces(m_spec, m_plan);
        m_plan.program = TRY(prepareProgram(m_spec.process, m_spec.linux));
        m_plan.program.endWithParent = m_request.endWithCaller;
        m_plan.program.plainNewlines = m_request.plainNewlines;
        m_plan.program.inheritedFds = m_request.inheritedFds;
        m_plan.program.sessionKeyring = m_request.sessionKeyring;
        if (hasInit() && m_request.inheritedFds != 0)
            return failure(ErrorKind::Unsupported, "a program that lamella-init runs cannot inherit descriptors");
        if (m_spec.linux.seccomp && oci::usesNotify(*m_spec.linux.seccomp))
            m_plan.program.listener = std::make_unique<Listener>(
                TRY(Listener::connect(*m_spec.linux.seccomp, stateAs("creating", kPidToCome))));
        if (hasInit())
            m_plan.program.handReportOn();
        TRY(addStreams(m_request.streams, m_plan.program));
        m_plan.mountSpace = TRY(planMountSpace(m_spec));
        m_plan.mounts = TRY(rootfs::planMounts(m_spec, m_request.bundle, TRY(cgroupPlace())));
        m_plan.noPivot = m_request.noPivot || m_plan.mountSpace.kind != MountSpaceKind::New;
        // In a mount namespace that is others' too, they would lose theirs.
        if (m_request.noPivot && m_plan.mountSpace.kind == MountSpaceKind::New)
            m_plan.mounts.hostSystems = TRY(rootfs::findHostSystems());
        m_plan.hostname = m_spec.hostname;
        planHooks(m_spec, stateAs("creating", kPidToCome), m_plan);
        m_created.startHooks = hookNames("startContainer", m_spec.hooks.startContainer);
        m_plan.domainname = m_spec.domainname;
        for (const auto& [key, value] : m_spec.linux.sysctl)
            m_plan.sysctls.push_back({key, oci::sysctlPath(key), value});
        // Of the runtime's own PID namespace, which is not the container's user namespace's.
        if (m_plan.inUser && oci::findNamespace(m_spec, oci::NamespaceType::Pid) == nullptr)
            m_plan.procfs = TRY(openProcfs());
        if (m_created.cgroup->needsJoin())
            m_plan.cgroupJoins = TRY(m_created.cgroup->joinDescriptors());
        if (!m_plan.newUser)
            m_plan.root = TRY(makeRoot(m_joinedUser ? std::optional{m_joinedUser} : std::nullopt));
        return {};
    }

    Result<rootfs::CgroupPlace> cgroupPlace() const
    {
        rootfs::CgroupPlace place{m_cgroupPath, {}};
        for (const cgroup::MountedTree& tree : TRY(cgroup::mountedTrees()))
            place.trees.push_back({tree.point, tree.isUnified});
        return place;
    }

    /// None where nothing is written to it.
    Result<UniqueFd> openProcfs() const
    {
        UniqueFd procfs{needsProcfs(m_plan) ? rootfs::makeProcfs() : -1};
        if (!procfs && needsProcfs(m_plan))
            return systemFailure("cannot mount a procfs for what is set in it");
        return procfs;
    }

    ContainerState stateAs(const char* status, pid_t pid) const
    {
        return {.id = m_request.id,
                .status = status,
                .pid = pid,
                .bundle = m_request.bundle,
                .annotations = m_spec.annotations};
    }

    bool hasInit() const
    {
        return m_spec.annotations.contains(std::string{oci::kAnnotationInit})
            && m_spec.process.args.size() > kInitArguments;
    }

    Result<UniqueFd> makeRoot(std::optional<BorrowedFd> userNamespace)
    {
        if (!rootfs::hasOverlay(m_spec))
            return rootfs::makeRootBind(m_spec, m_request.bundle);
        rootfs::Overlay overlay = TRY(rootfs::makeOverlay(m_spec, userNamespace));
        m_plan.spentLayers = std::move(overlay.spent);
        return std::move(overlay.mount);
    }

    Result<void> clone()
    {
        os::SocketPair channel = TRY(os::makeSocketPair(SOCK_SEQPACKET));
        Gate gate = TRY(Gate::make(m_request.gateDirectory));
        const auto cgroup = m_created.cgroup->cloneInto();
        const auto runChild = [&] {
            // The parent's ends must end with the parent, or its death would not be noticed here.
            channel.first.reset();
            gate.parent.reset();
            const rootfs::Reporter reporter{m_created.timeline, gate.childReport.borrow()};
            runCreatedChild(m_plan, {channel.second.borrow(), gate.child.borrow()}, reporter);
        };
        os::Child child = TRY(makeChild(cgroup, runChild));
        if (child.pid == 0)
            runChild();
        m_created.pid = child.pid;
        if (m_plan.program.listener)
            m_plan.program.listener->tell(child.pid);
        m_created.pidfd = std::move(child.pidfd);
        m_created.gate = std::move(gate.parent);
        m_created.report = std::move(gate.report);
        m_channel = std::move(channel.first);
        return {};
    }

    Result<os::Child> makeChild(std::optional<BorrowedFd> cgroup, const std::function<void()>& runChild)
    {
        if (m_joinedUser)
            return cloneInUserNamespace(m_joinedUser, m_plan.cloneFlags, cgroup);
        if (!m_early)
            return os::clone(m_plan.cloneFlags, cgroup);
        const auto made = static_cast<std::uint64_t>(EarlyNamespaces::flagsFor(m_spec));
        auto child = m_early->clone(m_plan.cloneFlags & ~made, cgroup, runChild);
        if (child || child.error().errnum != EACCES)
            return child;
        // From inside its user namespace it may not put a process into a cgroup of another user.
        m_early.reset();
        m_plan.awaitParent = m_plan.newUser;
        return os::clone(m_plan.cloneFlags, cgroup);
    }

    Result<void> awaitEarly()
    {
        return m_early ? m_early->await() : Result<void>{};
    }

    Result<void> mapEarly()
    {
        if (!m_early)
            return {};
        m_plan.awaitParent = false;
        return m_plan.newUser ? writeIdMaps(m_early->helper()) : Result<void>{};
    }

    Result<void> writeIdMaps(pid_t process) const
    {
        TRY(os::writeIdMap(process, "uid_map", m_plan.idMapUids));
        return os::writeIdMap(process, "gid_map", m_plan.idMapGids);
    }

    Result<void> mapIds()
    {
        if (m_spec.process.oomScoreAdj)
            setOomScore(*m_spec.process.oomScoreAdj);
        return m_plan.newUser && !m_early ? writeIdMaps(m_created.pid) : Result<void>{};
    }

    /// Before the child goes on: it may set sysctls of the devices.
    Result<void> moveDevices()
    {
        if (!m_spec.linux.netDevices.empty()) {
            const UniqueFd space = TRY(os::openNamespace(m_created.pid, "net"));
            TRY(moveNetDevices(m_spec.linux.netDevices, space.borrow()));
        }
        if (m_plan.awaitParent && !sendMark(m_channel.get(), kMarkMapped, -1))
            return systemFailure("cannot tell the child");
        return {};
    }

    /// Lowering needs CAP_SYS_RESOURCE, which a machine may withhold: not a reason to fail, like a limit.
    void setOomScore(int score) const
    {
        std::ignore = os::writeControl(compose("/proc/{}/oom_score_adj", m_created.pid), std::to_string(score));
    }

    Result<void> sendRoot()
    {
        if (!m_plan.newUser)
            return {};
        const UniqueFd space = TRY(os::openNamespace(m_created.pid, "user"));
        const UniqueFd root = TRY(makeRoot(space.borrow()));
        if (!sendMark(m_channel.get(), kMarkRoot, root.get()))
            return systemFailure("cannot hand over the root file system");
        return {};
    }

    Result<void> awaitChild()
    {
        auto word = awaitWord(m_channel.borrow(), m_request.stop,
                              m_plan.hooks.empty() ? std::optional{in(kCreatePatience)} : std::nullopt);
        if (!word)
            noteFailure(Step::Ready);
        return word;
    }

    Result<void> awaitReady()
    {
        for (;;) {
            TRY(awaitChild());
            auto received = os::receiveDatagram(m_channel.borrow(), 1).value_or(std::nullopt);
            if (!received)
                break;
            if (received->data == std::string_view{&kMarkReady, 1})
                return {};
            if (m_plan.awaitHooks && received->data == std::string_view{&kMarkMounted, 1})
                TRY(step(Step::Hooks, runRuntimeHooks()));
            else if (received->data == std::string_view{&kMarkTerminal, 1} && !received->descriptors.empty())
                m_created.console = std::move(received->descriptors.front());
        }
        // The end of the channel, or a reset where the child left something unread: it has ended.
        if (auto told = childsError())
            return std::unexpected(std::move(*told));
        noteFailure(Step::Ready);
        return failure(ErrorKind::Failed, "the container ended before it was ready");
    }

    /// Last, as a process of SCHED_DEADLINE may not fork for hooks.
    Result<void> schedule()
    {
        auto done = scheduleProcess(m_spec.process, m_created.pid);
        if (!done)
            noteFailure(Step::Settings);
        return done;
    }

    Result<void> runRuntimeHooks()
    {
        const ContainerState state = stateAs("creating", m_created.pid);
        // Without the container they have nothing to do any more.
        const HookEnders enders{m_created.pidfd.borrow(), m_request.stop};
        TRY(runHooks("prestart", m_spec.hooks.prestart, state, enders));
        TRY(runHooks("createRuntime", m_spec.hooks.createRuntime, state, enders));
        if (!sendMark(m_channel.get(), kMarkHooks, -1))
            return systemFailure("cannot tell the child");
        return {};
    }

    /// Why the child has ended, where it said so.
    std::optional<Error> childsError()
    {
        if (!os::waitUntilEnded(m_created.pidfd.borrow(), std::chrono::seconds{5}).value_or(false))
            return std::nullopt;
        return childsReport();
    }

    std::optional<Error> childsReport()
    {
        if (!m_created.pidfd)
            return std::nullopt;
        const auto report = readReportNow(m_created.report.borrow());
        if (!report)
            return std::nullopt;
        noteFailure(static_cast<Step>(report->step));
        return errorOf(*report, detailName(m_plan, *report), m_created.report.borrow());
    }

    const CreateRequest& m_request;
    const oci::Spec& m_spec;
    BorrowedFd m_joinedUser;
    std::string m_cgroupPath;
    std::optional<cgroup::SystemdScope> m_scope; ///< until the container's process is in it
    std::optional<EarlyNamespaces> m_early;
    CreatePlan m_plan;
    UniqueFd m_channel;
    Created m_created;
};

} // namespace

std::string cgroupPath(const oci::Spec& spec, const std::string& id)
{
    return spec.linux.cgroupsPath.empty() ? "/lamella/" + id : spec.linux.cgroupsPath;
}

Result<Created> create(const CreateRequest& request)
{
    const oci::Namespace* user = oci::findNamespace(request.spec, oci::NamespaceType::User);
    if (user == nullptr || user->path.empty())
        return Creation{request, request.spec, {}}.run();
    const UniqueFd space = TRY(os::open(user->path, O_RDONLY));
    const oci::Spec mapped = TRY(withMappingsOf(request.spec, space.borrow()));
    return Creation{request, mapped, space.borrow()}.run();
}

} // namespace lamella::runtime

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/v1.h"

#include "engine/cgroup/files.h"
#include "engine/cgroup/wait.h"

#include <csignal>
#include <fcntl.h>

namespace lamella::cgroup {

namespace {

// What an older or smaller kernel does not have counts as 0.
template <class T>
Result<T> orNone(Result<T> result)
{
    if (!result && (result.error().kind == ErrorKind::NotFound || result.error().kind == ErrorKind::Unsupported))
        return T{};
    return result;
}

} // namespace

V1Cgroup::V1Cgroup(TreesPointer trees, std::string path)
    : m_trees(std::move(trees))
    , m_path(std::move(path))
{
    if (m_trees->unified)
        m_unified = openPlain(m_trees->unified.borrow(), m_path, O_PATH | O_DIRECTORY);
}

Result<BorrowedFd> V1Cgroup::tree(std::string_view controller) const
{
    const auto* found = m_trees->tree(controller);
    if (!found)
        return failure(ErrorKind::Unsupported,
                       "this machine mounts no cgroup v1 " + std::string{controller} + " controller");
    return found->root.borrow();
}

std::string V1Cgroup::file(std::string_view name) const
{
    std::string path;
    path.reserve(m_path.size() + 1 + name.size());
    return path.append(m_path).append("/").append(name);
}

Result<void> V1Cgroup::write(std::string_view controller, std::string_view name, std::string_view value) const
{
    const BorrowedFd root = TRY(tree(controller));
    auto result = writeAt(root, file(name), value);
    if (!result && result.error().errnum == ENOENT) {
        result.error().kind = ErrorKind::Unsupported;
        const bool isThere = ::faccessat(root.get(), m_path.c_str(), F_OK, 0) == 0;
        result.error().message = isThere
            ? "this kernel has no " + std::string{name} + " to write \"" + std::string{value} + "\" to"
            : "the cgroup /" + m_path + " has no part in the hierarchy of the controller " + std::string{controller};
    }
    return result;
}

Result<std::string> V1Cgroup::read(std::string_view controller, std::string_view name) const
{
    return readAt(TRY(tree(controller)), file(name));
}

Result<std::uint64_t> V1Cgroup::number(std::string_view controller, std::string_view name) const
{
    return readNumberAt(TRY(tree(controller)), file(name));
}

Result<std::vector<UniqueFd>> V1Cgroup::joinDescriptors(const SubCgroups& below) const
{
    std::map<const Trees::V1*, std::string> paths;
    for (const auto& [controller, path] : below) {
        const auto* tree = m_trees->tree(controller);
        if (!tree)
            return failure(ErrorKind::InvalidArgument, "unknown controller " + controller + ": it is not mounted");
        paths[tree] = TRY(relativePath(m_path + '/' + path));
    }
    std::vector<UniqueFd> descriptors;
    descriptors.reserve(m_trees->v1.size());
    for (const auto& tree : m_trees->v1) {
        const auto other = paths.find(&tree);
        const std::string& path = other == paths.end() ? m_path : other->second;
        UniqueFd fd = openPlain(tree.root.borrow(), path + "/tasks", O_WRONLY);
        if (!fd && errno == ENOENT && tree.isOnDemand() && other == paths.end())
            continue;
        if (!fd)
            return systemFailure("cannot open tasks of /" + path + " (" + tree.controllers.front() + ")");
        descriptors.push_back(std::move(fd));
    }
    if (m_trees->systemd) {
        if (UniqueFd fd = openPlain(m_trees->systemd.borrow(), file("tasks"), O_WRONLY))
            descriptors.push_back(std::move(fd));
    }
    return descriptors;
}

Result<Usage> V1Cgroup::usage() const
{
    Usage usage;
    // This one is everywhere: where it is missing the cgroup is gone, and zeros would be wrong.
    if (m_trees->tree("cpuacct"))
        usage.cpuUsec = TRY(number("cpuacct", "cpuacct.usage")) / 1000;
    usage.throttledUsec = keyedNumber(TRY(orNone(read("cpu", "cpu.stat"))), "throttled_time") / 1000;
    usage.pids = TRY(orNone(number("pids", "pids.current")));
    const std::uint64_t memory = TRY(orNone(number("memory", "memory.usage_in_bytes")));
    const std::string statistics = TRY(orNone(read("memory", "memory.stat")));
    const std::uint64_t inactive = keyedNumber(statistics, "total_inactive_file");
    usage.memory.value = memory > inactive ? memory - inactive : 0;
    usage.memoryAnon.value = keyedNumber(statistics, "total_rss");
    usage.memoryFile.value = keyedNumber(statistics, "total_cache");
    usage.memoryKernel.value = TRY(orNone(number("memory", "memory.kmem.usage_in_bytes")));
    usage.oomKills = keyedNumber(TRY(orNone(read("memory", "memory.oom_control"))), "oom_kill");
    return usage;
}

Result<std::vector<pid_t>> V1Cgroup::processes() const
{
    return processesAt(TRY(tree("freezer")), m_path);
}

// A cgroup may stay in FREEZING while a task is in a place that cannot be frozen; writing again tries again, and a
// short thaw lets such a task go on (cgroup-v1/freezer-subsystem.rst).
Result<void> V1Cgroup::freeze(bool wanted)
{
    const std::string_view state = wanted ? "FROZEN" : "THAWED";
    int attempt = 0;
    const auto reached = [&]() -> Result<bool> {
        if (wanted && ++attempt % 64 == 0)
            TRY(write("freezer", "freezer.state", "THAWED"));
        TRY(write("freezer", "freezer.state", state));
        return TRY(read("freezer", "freezer.state")).starts_with(state);
    };
    if (TRY(waitFor(reached, kPatience)))
        return {};
    TRY(write("freezer", "freezer.state", "THAWED"));
    return failure(ErrorKind::Busy, "cannot freeze the cgroup /" + m_path + ": a process in it does not stop");
}

Result<bool> V1Cgroup::frozen() const
{
    return TRY(read("freezer", "freezer.state")).starts_with("FROZEN");
}

Result<void> V1Cgroup::signalAll() const
{
    for (const pid_t pid : TRY(processes())) {
        if (::kill(pid, SIGKILL) != 0 && errno != ESRCH)
            return systemFailure("cannot kill process " + std::to_string(pid) + " of the cgroup /" + m_path);
    }
    return {};
}

// Frozen tasks cannot fork, so one round reaches all; where freezing fails the rounds go on until nobody is left.
Result<void> V1Cgroup::killAll()
{
    const auto present = processes();
    if (!present && present.error().kind == ErrorKind::NotFound) // made in part only, or removed
        return {};
    if (TRY(Result<std::vector<pid_t>>{present}).empty())
        return {};
    const bool stopped = freeze(true).has_value();
    const auto killed = signalAll();
    TRY(write("freezer", "freezer.state", "THAWED"));
    TRY(Result<void>{killed});
    const auto empty = [&]() -> Result<bool> {
        if (!stopped)
            TRY(signalAll());
        return TRY(processes()).empty();
    };
    if (TRY(waitFor(empty, kPatience)))
        return {};
    return failure(ErrorKind::Busy, "cannot kill all processes of the cgroup /" + m_path + ": one does not end");
}

Result<void> V1Cgroup::remove()
{
    for (const auto& tree : m_trees->v1)
        TRY(removeAt(tree.root.borrow(), m_path));
    for (const BorrowedFd tree : m_trees->tracking())
        std::ignore = removeAt(tree, m_path); // with processes in it, it is also somebody else's
    return {};
}

} // namespace lamella::cgroup

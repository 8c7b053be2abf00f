// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/v2.h"

#include "engine/cgroup/files.h"
#include "engine/cgroup/wait.h"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <limits>
#include <poll.h>

namespace lamella::cgroup {

namespace {

bool isMissing(const Result<void>& result)
{
    return !result && result.error().errnum == ENOENT;
}

} // namespace

Result<void> V2Cgroup::write(std::string_view file, std::string_view value) const
{
    auto result = writeAt(m_directory.borrow(), std::string{file}, value);
    if (result)
        return result;
    if (isMissing(result) && ::faccessat(m_directory.get(), "cgroup.procs", F_OK, 0) == 0) {
        result.error().kind = ErrorKind::Unsupported;
        result.error().message = "it has no " + std::string{file} + " to write \"" + std::string{value}
            + "\" to: the kernel, or the cgroup above it, does not have that";
    }
    return std::unexpected(std::move(result).error().within("the cgroup /" + m_path));
}

Result<bool> V2Cgroup::writeIfThere(std::string_view file, std::string_view value) const
{
    auto result = write(file, value);
    if (isMissing(result))
        return false;
    TRY(std::move(result));
    return true;
}

Result<std::string> V2Cgroup::read(std::string_view file) const
{
    return TRY_WITHIN("the cgroup /" + m_path, readAt(m_directory.borrow(), std::string{file}));
}

Result<std::vector<UniqueFd>> V2Cgroup::joinDescriptors(const SubCgroups& below) const
{
    if (!below.empty())
        return failure(ErrorKind::InvalidArgument,
                       "unknown controller " + below.begin()->first + ": cgroup v2 has one tree for all of them");
    std::vector<UniqueFd> descriptors;
    descriptors.emplace_back(::openat(m_directory.get(), "cgroup.procs", O_WRONLY | O_CLOEXEC));
    if (!descriptors.back())
        return systemFailure("cannot open cgroup.procs of /" + m_path);
    return descriptors;
}

Result<Usage> V2Cgroup::usage() const
{
    // A controller that could not be enabled has no files here and counts as 0.
    const auto text = [&](std::string_view file) { return read(file).value_or(std::string{}); };
    const auto value = [&](const std::string& file) { return readNumberAt(m_directory.borrow(), file).value_or(0); };
    const std::string cpu = TRY(read("cpu.stat"));
    const std::string memory = text("memory.stat");
    const std::uint64_t current = value("memory.current");
    const std::uint64_t inactive = keyedNumber(memory, "inactive_file");
    Usage usage;
    usage.cpuUsec = keyedNumber(cpu, "usage_usec");
    usage.throttledUsec = keyedNumber(cpu, "throttled_usec");
    usage.memory.value = current > inactive ? current - inactive : 0;
    usage.memoryAnon.value = keyedNumber(memory, "anon");
    usage.memoryFile.value = keyedNumber(memory, "file");
    usage.memoryKernel.value = keyedNumber(memory, "kernel");
    usage.pids = value("pids.current");
    usage.oomKills = keyedNumber(text("memory.events"), "oom_kill");
    return usage;
}

Result<std::vector<pid_t>> V2Cgroup::processes() const
{
    return TRY_WITHIN("the cgroup /" + m_path, processesAt(m_directory.borrow(), "."));
}

// cgroup.events wakes a poll(2) for POLLPRI whenever it changes; it is read again at least every 100 ms.
Result<bool> V2Cgroup::waitForEvent(std::string_view key, std::uint64_t value) const
{
    const UniqueFd events{::openat(m_directory.get(), "cgroup.events", O_RDONLY | O_CLOEXEC)};
    if (!events)
        return systemFailure("cannot open cgroup.events of /" + m_path);
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (true) {
        std::array<char, 256> text;
        const ssize_t length = ::pread(events.get(), text.data(), text.size(), 0);
        if (length < 0)
            return systemFailure("cannot read cgroup.events of /" + m_path);
        if (keyedNumber({text.data(), static_cast<std::size_t>(length)}, key) == value)
            return true;
        if (std::chrono::steady_clock::now() >= end)
            return false;
        pollfd waiting{events.get(), POLLPRI, 0};
        ::poll(&waiting, 1, 100);
    }
}

Result<void> V2Cgroup::freeze(bool wanted)
{
    TRY(write("cgroup.freeze", wanted ? "1" : "0"));
    if (TRY(waitForEvent("frozen", wanted ? 1 : 0)))
        return {};
    TRY(write("cgroup.freeze", "0"));
    return failure(ErrorKind::Busy, "cannot freeze the cgroup /" + m_path + ": a process in it does not stop");
}

Result<bool> V2Cgroup::frozen() const
{
    return keyedNumber(TRY(read("cgroup.events")), "frozen") == 1;
}

Result<void> V2Cgroup::signalAll() const
{
    for (const pid_t pid : TRY(processes())) {
        if (::kill(pid, SIGKILL) != 0 && errno != ESRCH)
            return systemFailure("cannot kill process " + std::to_string(pid) + " of the cgroup /" + m_path);
    }
    return {};
}

// cgroup.kill (Linux 5.14) reaches those that fork meanwhile; a kernel without it has the freezer for that.
Result<void> V2Cgroup::killAll()
{
    if (const auto present = processes(); !present && present.error().kind == ErrorKind::NotFound) // removed
        return {};
    const auto killed = write("cgroup.kill", "1");
    if (isMissing(killed)) {
        TRY(freeze(true));
        TRY(signalAll());
    } else {
        TRY(Result<void>{killed});
    }
    const auto thawed = write("cgroup.freeze", "0");
    if (isMissing(thawed))
        return {}; // who made it (systemd) has removed it: nobody is left
    TRY(Result<void>{thawed});
    const auto ended = waitForEvent("populated", 0);
    if (!ended && ended.error().kind == ErrorKind::NotFound)
        return {};
    if (TRY(Result<bool>{ended}))
        return {};
    return failure(ErrorKind::Busy, "cannot kill all processes of the cgroup /" + m_path + ": one does not end");
}

Result<void> V2Cgroup::remove()
{
    return removeAt(m_trees->unified.borrow(), m_path);
}

} // namespace lamella::cgroup

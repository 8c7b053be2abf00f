// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/cgroup.h"
#include "engine/stats/sampler.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fcntl.h>
#include <optional>

namespace lamella::stats {

namespace {

constexpr std::size_t kMostProcesses = 4096;
constexpr std::size_t kLongestFile = 4096; // a page; a longer command line is cut
constexpr uid_t kOverflowUid = 65534;

// A process's directory in /proc, held open: a PID that is used again is not found through it.
class ProcessFiles {
public:
    explicit ProcessFiles(pid_t pid)
        : m_directory(::open(("/proc/" + std::to_string(pid)).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC))
    {
    }

    /// The beginning of the file; nothing where the process has ended.
    std::optional<std::string> read(const char* name) const
    {
        const UniqueFd fd{::openat(m_directory.get(), name, O_RDONLY | O_CLOEXEC)};
        std::array<char, kLongestFile> text;
        if (!fd)
            return std::nullopt;
        const ssize_t length = ::read(fd.get(), text.data(), text.size());
        if (length < 0)
            return std::nullopt;
        return std::string(text.data(), static_cast<std::size_t>(length));
    }

private:
    UniqueFd m_directory;
};

// Numbers between blanks, up to the end of the line.
std::vector<std::uint64_t> numbers(std::string_view line)
{
    std::vector<std::uint64_t> result;
    line = line.substr(0, line.find('\n'));
    while (!line.empty()) {
        const auto start = line.find_first_of("0123456789");
        if (start == line.npos)
            break;
        line.remove_prefix(start);
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
        result.push_back(error == std::errc{} ? value : 0);
        line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    }
    return result;
}

// A line of /proc/PID/status. Name, the only line that the process chooses, is the first and has its newlines escaped.
std::vector<std::uint64_t> statusNumbers(std::string_view status, std::string_view key)
{
    const auto at = status.find(std::string{"\n"}.append(key).append(":"));
    return at == status.npos ? std::vector<std::uint64_t>{} : numbers(status.substr(at + key.size() + 2));
}

// proc_pid_stat(5). The name stands in brackets and may itself hold brackets, blanks and newlines: the last one closes
// it.
bool readStat(std::string_view stat, ProcessInfo& process, std::string& name)
{
    const auto open = stat.find('(');
    const auto close = stat.rfind(')');
    if (open == stat.npos || close == stat.npos || close < open || close + 3 >= stat.size())
        return false;
    name = stat.substr(open + 1, close - open - 1);
    process.state = stat[close + 2];
    // From field 4 on; a negative number loses its sign, and none of ours is negative.
    const auto fields = numbers(stat.substr(close + 3));
    if (fields.size() < 21)
        return false;
    static const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    process.parentHostPid = static_cast<pid_t>(fields[0]);
    process.cpuUsec = (fields[10] + fields[11]) * 1'000'000 / ticks; // utime, stime
    process.resident.value = fields[20] * page;
    return true;
}

std::string commandLine(std::string arguments, const std::string& name)
{
    while (!arguments.empty() && arguments.back() == '\0')
        arguments.pop_back();
    if (arguments.empty())
        return '[' + printable(name) + ']';
    std::ranges::replace(arguments, '\0', ' ');
    return printable(arguments);
}

uid_t containerUid(uid_t hostUid, std::uint32_t base, std::uint32_t count)
{
    if (count == 0)
        return hostUid;
    return hostUid >= base && hostUid - base < count ? hostUid - base : kOverflowUid;
}

std::optional<ProcessInfo> readProcess(pid_t pid, std::uint32_t uidBase, std::uint32_t uidCount)
{
    const ProcessFiles files{pid};
    const auto stat = files.read("stat");
    const auto status = files.read("status");
    const auto arguments = files.read("cmdline");
    ProcessInfo process;
    std::string name;
    if (!stat || !status || !arguments || !readStat(*stat, process, name))
        return std::nullopt;
    const auto uids = statusNumbers(*status, "Uid"); // real, effective, saved, file system
    const auto pids = statusNumbers(*status, "NSpid");
    if (uids.size() < 2 || pids.empty())
        return std::nullopt;
    process.hostPid = pid;
    process.containerPid = static_cast<pid_t>(pids.size() > 1 ? pids[1] : pids[0]);
    process.hostUid = static_cast<uid_t>(uids[1]);
    process.containerUid = containerUid(process.hostUid, uidBase, uidCount);
    process.command = commandLine(*arguments, name);
    return process;
}

} // namespace

Result<std::vector<ProcessInfo>> listProcesses(const std::string& cgroupPath, pid_t shimPid, std::uint32_t hostUidBase,
                                               std::uint32_t hostUidCount)
{
    const auto group = TRY(cgroup::open(cgroupPath));
    std::vector<pid_t> pids = TRY(group->processes());
    std::ranges::sort(pids);
    pids.resize(std::min(pids.size(), kMostProcesses));
    std::vector<ProcessInfo> processes;
    processes.reserve(pids.size() + 1);
    if (shimPid > 0) {
        if (auto shim = readProcess(shimPid, hostUidBase, hostUidCount)) {
            shim->containerPid = 0; // it lives outside
            processes.push_back(std::move(*shim));
        }
    }
    for (const pid_t pid : pids) {
        if (auto process = readProcess(pid, hostUidBase, hostUidCount))
            processes.push_back(std::move(*process));
    }
    return processes;
}

} // namespace lamella::stats

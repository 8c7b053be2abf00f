// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/writers.h"

#include "engine/container/merged_root.h"
#include "engine/os/file.h"
#include "engine/stats/sampler.h"

#include <charconv>
#include <format>
#include <optional>
#include <utility>

namespace lamella::container {

namespace {

constexpr std::size_t kMostKnown = 1024;
/// The PID of a process that has ended is given to another one, but not as soon as this.
constexpr std::chrono::seconds kSamePid{3};
constexpr std::size_t kLongestName = 15; // TASK_COMM_LEN less its zero byte

/// The second number of the line NSpid (proc_pid_status(5)): its PID in the pid namespace below ours. Name, the only
/// line that the process chooses, has its newlines escaped.
pid_t containerPid(std::string_view status)
{
    constexpr std::string_view kKey = "\nNSpid:\t";
    const auto at = status.find(kKey);
    if (at == status.npos)
        return 0;
    const auto line = status.substr(at + kKey.size(), status.find('\n', at + 1) - at - kKey.size());
    const auto second = line.find('\t');
    pid_t pid = 0;
    if (second != line.npos)
        std::from_chars(line.data() + second + 1, line.data() + line.size(), pid);
    return pid;
}

} // namespace

Writers::Writers(BorrowedFd firstProcess, std::string cgroupPath)
    : m_cgroupPath(std::move(cgroupPath))
{
    if (::fstatat(firstProcess.get(), "ns/pid", &m_pidNamespace, 0) != 0)
        m_pidNamespace = {};
}

Writers::Known& Writers::known(pid_t pid)
{
    if (m_known.size() >= kMostKnown)
        m_known.clear();
    Known& known = m_known[pid];
    known.writer.hostPid = pid;
    return known;
}

layer::Writer Writers::find(pid_t pid)
{
    if (pid == ::getpid())
        return {pid, 0, {}, true};
    Known& known = this->known(pid);
    if (known.moment == m_moment)
        return known.writer;
    known.moment = m_moment;
    const auto now = std::chrono::steady_clock::now();
    if (read(pid, known.writer)) {
        known.executing.clear();
        known.found = now;
    } else if (now - known.found > kSamePid) {
        known.executing.clear();
        known.writer = {.hostPid = pid};
    } else if (!known.executing.empty()) {
        known.writer.name = std::exchange(known.executing, {});
    }
    return known.writer;
}

/// Of a script or a dynamically linked program, the interpreter's file comes after its own.
void Writers::executes(pid_t pid, std::string_view file)
{
    Known& known = this->known(pid);
    const std::string name = stats::printable(file.substr(0, kLongestName));
    if (read(pid, known.writer) && (known.writer.name == name || known.writer.name == known.executing))
        known.executing.clear(); // it executes the one already
    if (known.executing.empty() && known.writer.name != name)
        known.executing = name;
    known.found = std::chrono::steady_clock::now();
    known.moment = 0;
}

/// A process that is ending is in no cgroup any more (v1), but still in its pid namespace.
bool Writers::isInside(BorrowedFd process) const
{
    struct stat itself{};
    if (m_pidNamespace.st_ino != 0 && ::fstatat(process.get(), "ns/pid", &itself, 0) == 0
        && itself.st_ino == m_pidNamespace.st_ino && itself.st_dev == m_pidNamespace.st_dev)
        return true;
    return isInCgroup(process, m_cgroupPath);
}

bool Writers::read(pid_t pid, layer::Writer& writer) const
{
    const auto process = pid > 0 ? os::open(std::format("/proc/{}", pid), O_PATH | O_DIRECTORY)
                                 : Result<UniqueFd>{failure(ErrorKind::NotFound, "it is not seen here")};
    if (!process || !isInside(process->borrow()))
        return false;
    const auto readOf = [&](const char* name) -> Result<std::string> {
        const auto file = TRY(os::openAt(process->borrow(), name, O_RDONLY));
        return os::readAll(file.borrow(), name);
    };
    auto name = readOf("comm");
    if (!name)
        return false;
    if (name->ends_with('\n'))
        name->pop_back();
    writer.name = stats::printable(*name);
    if (const auto status = readOf("status"))
        writer.containerPid = containerPid(*status);
    return true;
}

} // namespace lamella::container

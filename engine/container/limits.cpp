// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/limits.h"

#include "engine/os/file.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <format>
#include <string_view>
#include <sys/sysinfo.h>
#include <unistd.h>

namespace lamella::container {

namespace {

constexpr std::size_t kMaxHostname = 64; // sethostname(2)
constexpr std::size_t kMaxPath = 4095;

Result<void> checkStrings(const std::vector<std::string>& strings, std::string_view what)
{
    std::size_t bytes = 0;
    for (const std::string& text : strings) {
        if (text.find('\0') != std::string::npos)
            return failure(ErrorKind::InvalidArgument, std::format("the {} has a null character", what));
        bytes += text.size() + 1;
    }
    if (strings.size() > kMaxArguments || bytes > kMaxArgumentBytes)
        return failure(
            ErrorKind::InvalidArgument,
            std::format("the {} is longer than {} entries or {} bytes", what, kMaxArguments, kMaxArgumentBytes));
    return {};
}

std::string inMebibytes(Bytes bytes)
{
    return std::format("{} MiB", bytes.value >> 20);
}

Result<void> checkMemory(Bytes limit, const Machine& machine)
{
    if (limit.value == 0)
        return {};
    if (limit < kMinMemory)
        return failure(
            ErrorKind::InvalidArgument,
            std::format("a memory limit must be at least {}: no program runs in less", inMebibytes(kMinMemory)));
    if (limit > machine.memory)
        return failure(ErrorKind::LimitExceeded,
                       std::format("a memory limit of {} is more than the {} of this machine", inMebibytes(limit),
                                   inMebibytes(machine.memory)));
    return {};
}

Result<void> checkCpus(double quota, const Machine& machine)
{
    if (!std::isfinite(quota) || quota < 0 || (quota > 0 && quota < kMinCpus))
        return failure(ErrorKind::InvalidArgument, std::format("a CPU limit must be at least {} CPUs", kMinCpus));
    if (quota > machine.cpus)
        return failure(ErrorKind::LimitExceeded,
                       std::format("a limit of {} CPUs is more than the {} of this machine", quota, machine.cpus));
    return {};
}

} // namespace

Machine Machine::here()
{
    struct sysinfo info{};
    ::sysinfo(&info);
    Machine machine;
    machine.memory = Bytes{std::uint64_t{info.totalram} * info.mem_unit};
    machine.cpus = static_cast<unsigned>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
    const auto pids = os::readFile("/proc/sys/kernel/pid_max");
    machine.pids = pids ? std::strtoull(pids->c_str(), nullptr, 10) : 32768;
    return machine;
}

Result<void> checkLimits(const CreateRequest& request, const Machine& machine)
{
    TRY(checkMemory(request.memoryLimit, machine));
    TRY(checkCpus(request.cpuQuota, machine));
    if (request.cpuWeight < 1 || request.cpuWeight > 10000)
        return failure(ErrorKind::InvalidArgument,
                       std::format("a CPU weight is from 1 to 10000, not {}", request.cpuWeight));
    if (request.pidsMax < 1)
        return failure(ErrorKind::InvalidArgument, "a container needs at least one process");
    if (request.pidsMax > machine.pids)
        return failure(ErrorKind::LimitExceeded,
                       std::format("{} processes are more than the {} of this machine", request.pidsMax, machine.pids));
    return {};
}

Result<void> checkCommand(const std::vector<std::string>& command)
{
    return checkStrings(command, "command");
}

Result<void> checkEnvironment(const std::vector<std::string>& environment)
{
    for (const std::string& variable : environment) {
        if (variable.find('=') == std::string::npos || variable.starts_with('='))
            return failure(ErrorKind::InvalidArgument,
                           std::format("'{}' is not an environment variable: write KEY=value", variable.substr(0, 64)));
    }
    return checkStrings(environment, "environment");
}

Result<void> checkHostname(const std::string& hostname)
{
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    if (hostname.empty() || hostname.size() > kMaxHostname || !std::ranges::all_of(hostname, allowed)
        || hostname.front() == '-' || hostname.front() == '.')
        return failure(
            ErrorKind::InvalidArgument,
            std::format("'{}' cannot be a host name: letters, digits, - and . are allowed", hostname.substr(0, 64)));
    return {};
}

Result<void> checkWorkingDirectory(const std::string& directory)
{
    if (!directory.starts_with('/') || directory.size() > kMaxPath || directory.find('\0') != std::string::npos)
        return failure(ErrorKind::InvalidArgument,
                       std::format("the working directory '{}' is not absolute", directory.substr(0, 64)));
    return {};
}

} // namespace lamella::container

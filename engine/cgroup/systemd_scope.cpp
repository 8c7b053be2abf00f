// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/systemd_scope.h"

#include "engine/base/compose.h"
#include "engine/cgroup/files.h"
#include "engine/cgroup/layout.h"

#include <algorithm>
#include <csignal>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace lamella::cgroup {

namespace {

constexpr std::string_view kSliceEnding = ".slice";

bool isSlice(std::string_view name)
{
    if (name == "-.slice") // the root
        return true;
    const auto stem = name.substr(0, name.size() - std::min(name.size(), kSliceEnding.size()));
    return name.ends_with(kSliceEnding) && !name.contains('/') && !stem.empty() && !stem.starts_with('-')
        && !stem.ends_with('-') && !stem.contains("--");
}

bool isUnitName(std::string_view name)
{
    return name.size() < 256
        && std::ranges::all_of(
               name,
               [](char c) {
                   return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
                       || c == '-' || c == '.' || c == ':' || c == '\\' || c == '@';
               });
}

} // namespace

Result<ScopeName> ScopeName::parse(std::string_view path, std::string_view id)
{
    if (path.empty())
        return parse(compose("system.slice:lamella:{}", id), id);
    const auto first = path.find(':');
    const auto second = first == path.npos ? path.npos : path.find(':', first + 1);
    const bool isThreeParts = second != path.npos && path.find(':', second + 1) == path.npos;
    const auto wrong = [&](std::string_view why) {
        return failure(
            ErrorKind::InvalidArgument,
            compose("linux.cgroupsPath \"{}\" {}; with --systemd-cgroup it is slice:prefix:name", path, why));
    };
    if (!isThreeParts)
        return wrong("has not three parts");
    ScopeName name;
    name.slice = first == 0 ? "system.slice" : path.substr(0, first);
    const auto prefix = path.substr(first + 1, second - first - 1);
    const auto last = path.substr(second + 1);
    name.unit = prefix.empty() ? compose("{}.scope", last) : compose("{}-{}.scope", prefix, last);
    if (!isSlice(name.slice))
        return wrong("names no slice");
    if (last.empty() || !isUnitName(name.unit))
        return wrong("names no unit");
    return name;
}

std::string ScopeName::cgroup() const
{
    std::string path;
    if (slice != "-.slice") {
        const std::string_view stem = std::string_view{slice}.substr(0, slice.size() - kSliceEnding.size());
        for (auto dash = stem.find('-'); dash != stem.npos; dash = stem.find('-', dash + 1))
            path += compose("/{}{}", stem.substr(0, dash), kSliceEnding);
        path += '/' + slice;
    }
    return path + '/' + unit;
}

// All other properties are systemd's own.
void putScopeProperties(BusWriter& out, const ScopeName& name, std::string_view description, pid_t holder,
                        const std::vector<UnitProperty>& more)
{
    const std::vector<UnitProperty> own{{"Description", std::string{description}},
                                        {"Slice", name.slice},
                                        {"Delegate", true},
                                        {"DefaultDependencies", false},
                                        {"CollectMode", std::string{"inactive-or-failed"}}};
    out.array(8, [&](BusWriter& properties) {
        for (const UnitProperty& property : own) {
            if (!std::ranges::contains(more, property.name, &UnitProperty::name))
                putProperty(properties, property);
        }
        for (const UnitProperty& property : more)
            putProperty(properties, property);
        properties.property("PIDs", "au", [&](BusWriter& value) {
            value.array(4, [&](BusWriter& pids) { pids.u32(static_cast<std::uint32_t>(holder)); });
        });
    });
}

Result<SystemdScope> SystemdScope::start(const ScopeName& name, std::string_view description,
                                         const std::vector<UnitProperty>& more)
{
    if (TRY(machineTrees())->mode != Mode::V2)
        return failure(ErrorKind::Unsupported, "--systemd-cgroup needs cgroup v2, and this machine has cgroup v1");
    SystemdScope scope;
    TRY(scope.startHolder());
    TRY_WITHIN(compose("cannot make the unit {}", name.unit), scope.startUnit(name, description, more));
    TRY(scope.moveHolder(name));
    return scope;
}

Result<void> SystemdScope::stop(const std::string& unit, const std::string& socket)
{
    SystemdBus bus = TRY(SystemdBus::connect(socket));
    BusWriter arguments;
    arguments.string(unit);
    arguments.string("replace"); // a job that waits for it
    auto stopped = bus.runJob("StopUnit", "ss", arguments);
    if (!stopped && stopped.error().kind == ErrorKind::NotFound)
        return {};
    if (!stopped)
        return std::unexpected(std::move(stopped).error().within(compose("cannot stop the unit {}", unit)));
    return stopped;
}

Result<void> SystemdScope::startHolder()
{
    const pid_t parent = ::getpid();
    m_holder = ::fork();
    if (m_holder < 0)
        return systemFailure("cannot make a process that holds the scope");
    if (m_holder != 0)
        return {};
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (::getppid() == parent)
        ::pause();
    ::_exit(0);
}

Result<void> SystemdScope::startUnit(const ScopeName& name, std::string_view description,
                                     const std::vector<UnitProperty>& more)
{
    SystemdBus bus = TRY(SystemdBus::connect());
    BusWriter arguments;
    arguments.string(name.unit);
    arguments.string("fail"); // where a job for the unit waits already
    putScopeProperties(arguments, name, description, m_holder, more);
    arguments.array(8, [](BusWriter&) { }); // no other units
    return bus.runJob("StartTransientUnit", "ssa(sv)a(sa(sv))", arguments);
}

// A cgroup that hands controllers to its children can have no processes of its own.
Result<void> SystemdScope::moveHolder(const ScopeName& name)
{
    const auto trees = TRY(machineTrees());
    const std::string path = TRY(relativePath(name.cgroup())) + "/holder";
    if (::mkdirat(trees->unified.get(), path.c_str(), 0700) != 0)
        return systemFailure(compose("cannot make the cgroup /{}", path));
    m_holderCgroup = path;
    return writeAt(trees->unified.borrow(), path + "/cgroup.procs", std::to_string(m_holder));
}

SystemdScope::~SystemdScope()
{
    if (m_holder <= 0)
        return;
    ::kill(m_holder, SIGKILL);
    ::waitpid(m_holder, nullptr, 0);
    if (!m_holderCgroup.empty())
        std::ignore = removeAt((*machineTrees())->unified.borrow(), m_holderCgroup);
}

} // namespace lamella::cgroup

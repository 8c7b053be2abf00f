// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/device_rules.h"

#include "engine/base/compose.h"

#include <algorithm>

namespace lamella::cgroup {

namespace {

/// Whether every device of `narrow` is one of `wide`.
bool covers(const DeviceRule& wide, const DeviceRule& narrow)
{
    return wide.type == narrow.type && (wide.major < 0 || wide.major == narrow.major)
        && (wide.minor < 0 || wide.minor == narrow.minor);
}

bool overlap(const DeviceRule& one, const DeviceRule& other)
{
    const auto meet = [](int a, int b) { return a < 0 || b < 0 || a == b; };
    return one.type == other.type && meet(one.major, other.major) && meet(one.minor, other.minor);
}

void addException(std::vector<DeviceRule>& exceptions, const DeviceRule& rule)
{
    const auto same = std::ranges::find_if(
        exceptions, [&](const DeviceRule& other) { return covers(other, rule) && covers(rule, other); });
    if (same == exceptions.end())
        exceptions.push_back(rule);
    else
        same->access |= rule.access;
}

/// Takes what `rule` is about out of the exceptions, as far as that leaves whole ones.
Result<void> removeExceptions(std::vector<DeviceRule>& exceptions, const DeviceRule& rule)
{
    for (DeviceRule& exception : exceptions) {
        if ((exception.access & rule.access) == 0 || !overlap(exception, rule))
            continue;
        if (!covers(rule, exception))
            return failure(
                ErrorKind::Unsupported,
                compose("cgroup v1 cannot make the rule for the devices {} {}:{} an exception from the wider "
                        "rule before it",
                        rule.type, rule.major, rule.minor));
        exception.access &= ~rule.access;
    }
    std::erase_if(exceptions, [](const DeviceRule& exception) { return exception.access == 0; });
    return {};
}

} // namespace

std::vector<DeviceRule> withDefaultDevices(std::span<const DeviceRule> rules)
{
    std::vector<DeviceRule> all{rules.begin(), rules.end()};
    all.insert(all.end(), kDefaultDevices.begin(), kDefaultDevices.end());
    return all;
}

Result<DeviceExceptions> exceptionsOf(std::span<const DeviceRule> rules)
{
    DeviceExceptions result;
    for (const DeviceRule& rule : rules) {
        if (rule.isAboutAll()) {
            result = {.allowAll = rule.allow, .exceptions = {}};
            continue;
        }
        for (const char type : {'b', 'c'}) {
            if (rule.type != 'a' && rule.type != type)
                continue;
            const DeviceRule one{rule.allow, type, rule.major, rule.minor, rule.access};
            if (rule.allow != result.allowAll)
                addException(result.exceptions, one);
            else
                TRY(removeExceptions(result.exceptions, one));
        }
    }
    return result;
}

} // namespace lamella::cgroup

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/settings.h"

namespace lamella::runtime {

std::string_view settingName(std::uint32_t detail)
{
    switch (static_cast<Setting>(detail)) {
    case Setting::Hostname:
        return "the host name";
    case Setting::Domainname:
        return "the domain name";
    case Setting::Loopback:
        return "the loopback interface up";
    case Setting::Scheduler:
        return "the scheduler";
    case Setting::IoPriority:
        return "the I/O priority";
    case Setting::Affinity:
        return "the processors";
    case Setting::Personality:
        return "the personality";
    case Setting::MemoryPolicy:
        return "the memory policy";
    case Setting::Label:
        return "the label of the program";
    case Setting::Listener:
        return "up the seccomp listener";
    case Setting::Procfs:
        return "up a procfs for the sysctls and the label of the program";
    case Setting::Keyring:
        return "the session keyring";
    }
    return {};
}

} // namespace lamella::runtime

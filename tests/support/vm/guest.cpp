// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/vm/guest.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lamella::test {

Result<void> mountBasics()
{
    std::printf("\n"); // the firmware leaves half a line
    struct FileSystem {
        const char* type;
        const char* target;
    };
    for (const FileSystem& system :
         {FileSystem{"proc", "/proc"}, FileSystem{"sysfs", "/sys"}, FileSystem{"devtmpfs", "/dev"},
          FileSystem{"tmpfs", "/tmp"}, FileSystem{"cgroup2", "/sys/fs/cgroup"}}) {
        ::mkdir(system.target, 0755);
        if (::mount(system.type, system.target, system.type, 0, nullptr) != 0)
            return systemFailure(std::format("cannot mount {}", system.target));
    }
    return {};
}

void tell(const std::string& check, const Result<void>& result)
{
    std::string why = result ? "" : result.error().message;
    std::ranges::replace(why, '\n', '|'); // one line for each check
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    std::printf("lamella %s %s %s [%ld s]\n", result ? "pass" : "FAIL", check.c_str(), why.c_str(), now.tv_sec);
    std::fflush(stdout);
}

void switchOff()
{
    std::printf("lamella done\n");
    std::fflush(stdout);
    ::usleep(100'000); // the console is slow
    ::reboot(RB_AUTOBOOT); // qemu runs with -no-reboot
    ::_exit(1);
}

} // namespace lamella::test

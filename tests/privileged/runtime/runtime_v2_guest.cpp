// SPDX-License-Identifier: GPL-3.0-or-later
// PID 1 of the virtual machine of tst_runtime_v2.
#include "guest_bundle.h"

#include <sys/wait.h>

using namespace lamella;
using namespace lamella::test;

int main()
{
    const auto prepared = prepareGuest();
    tell("prepareGuest", prepared);
    for (const auto& checks : {runtimeChecks(), shimChecks()}) {
        for (const Check& check : checks) {
            if (prepared)
                tell(check.name, check.run());
            while (::waitpid(-1, nullptr, WNOHANG) > 0) { } // what came to PID 1
        }
    }
    switchOff();
}

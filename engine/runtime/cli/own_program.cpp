// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/own_program.h"

#include "engine/os/file.h"
#include "engine/os/memfd.h"
#include "engine/os/own_program.h"

#include <fcntl.h>
#include <unistd.h>

namespace lamella::runtime::cli {

Result<void> partFromProgram(char** argv)
{
    if (os::letGoOfProgramFile())
        return {};
    const UniqueFd own = TRY(os::open("/proc/self/exe", O_RDONLY));
    if (os::isSealed(own.borrow()))
        return {};
    const UniqueFd copy = TRY(os::sealedCopy("lamella-runtime", own.borrow()));
    ::fexecve(copy.get(), argv, environ);
    return systemFailure("cannot run the copy of this program");
}

} // namespace lamella::runtime::cli

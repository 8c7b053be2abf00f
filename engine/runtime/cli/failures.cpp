// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/failures.h"

#include "engine/base/compose.h"
#include "engine/rootfs/reporter.h"

namespace lamella::runtime::cli {

Error inCallersWords(Error error, const oci::Process& process)
{
    const std::string program = process.args.empty() ? "" : process.args.front();
    const std::string run = compose("cannot {} {}", rootfs::stepAction(rootfs::Step::Exec), program);
    if (error.errnum == ENOENT && !program.contains('/') && error.message.starts_with(run))
        error.message = run + ": executable file not found in $PATH";
    return error;
}

} // namespace lamella::runtime::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/failures.h"

#include "engine/rootfs/reporter.h"

#include <format>

namespace lamella::runtime::cli {

Error inCallersWords(Error error, const oci::Process& process)
{
    const std::string program = process.args.empty() ? "" : process.args.front();
    const std::string run = std::format("cannot {} {}", rootfs::stepAction(rootfs::Step::Exec), program);
    if (error.errnum == ENOENT && !program.contains('/') && error.message.starts_with(run))
        error.message = run + ": executable file not found in $PATH";
    return error;
}

} // namespace lamella::runtime::cli

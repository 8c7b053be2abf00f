// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/failures.h"

#include "engine/base/compose.h"
#include "engine/rootfs/reporter.h"

namespace lamella::runtime::cli {

Error inCallersWords(Error error, const oci::Process& process)
{
    const std::string program = process.args.empty() ? "" : process.args.front();
    const std::string run = compose("cannot {} {}: ", rootfs::stepAction(rootfs::Step::Exec), program);
    if (!error.message.starts_with(run) || error.message.size() == run.size())
        return error;
    char& first = error.message[run.size()];
    if (error.errnum == ENOENT && !program.contains('/'))
        error.message = run + "executable file not found in $PATH";
    else if (first >= 'A' && first <= 'Z')
        first = static_cast<char>(first + ('a' - 'A'));
    return error;
}

} // namespace lamella::runtime::cli

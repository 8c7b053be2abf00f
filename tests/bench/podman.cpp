// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/podman.h"

#include <format>

namespace lamella::bench {

Podman::Podman(const Scratch& scratch)
    : m_scratch(scratch)
{
}

Podman::~Podman()
{
    std::ignore = run({"umount", "--all"});
}

Result<Usage> Podman::run(const std::vector<std::string>& arguments) const
{
    std::vector<std::string> command{
        "podman",           "--root", m_scratch.path("podman"), "--runroot", m_scratch.path("podman-run"),
        "--storage-driver", "overlay"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return TRY_WITHIN(arguments.front(), runProgram(command, log()));
}

Result<std::filesystem::path> Podman::mountContainer(const Layout& layout) const
{
    TRY(run({"pull", "-q", std::format("oci:{}:bench", layout.path.string())}));
    TRY(run({"tag", TRY(lastLine(log())), "bench"}));
    TRY(run({"create", "--name", "bench", "bench"}));
    TRY(run({"mount", "bench"}));
    return lastLine(log());
}

} // namespace lamella::bench

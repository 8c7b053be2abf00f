// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/docker.h"

#include "engine/os/file.h"

#include <sys/mount.h>

#include <format>
#include <thread>

namespace lamella::bench {

Docker::Docker(const Scratch& scratch)
    : m_scratch(scratch)
{
}

Docker::~Docker()
{
    if (!m_mounted.empty())
        ::umount2(m_mounted.c_str(), MNT_DETACH);
    if (m_daemon)
        std::ignore = m_daemon->end();
}

Result<void> Docker::start()
{
    m_daemon.emplace(
        TRY(Process::start({"dockerd", "--data-root", m_scratch.path("docker"), "--exec-root",
                            m_scratch.path("docker-run"), "--pidfile", m_scratch.path("docker.pid"), "--host", socket(),
                            "--storage-driver", "overlay2", "--iptables=false", "--ip6tables=false", "--bridge=none"},
                           m_scratch.path("dockerd.log"))));
    for (int i = 0; !run({"version"}); ++i) {
        if (i == 200 || !m_daemon->isRunning())
            return failure(ErrorKind::Failed, "dockerd does not come up");
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return {};
}

Result<Usage> Docker::run(const std::vector<std::string>& arguments) const
{
    std::vector<std::string> command{"docker", "--host", socket()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return TRY_WITHIN(arguments.front(), runProgram(command, log()));
}

Result<std::filesystem::path> Docker::mountContainer(const Layout& layout)
{
    const auto archive = m_scratch.path("docker.tar").string();
    TRY(runProgram({"skopeo", "--insecure-policy", "copy", "-q", std::format("oci:{}:bench", layout.path.string()),
                    std::format("docker-archive:{}:bench:latest", archive)},
                   log()));
    TRY(run({"load", "--quiet", "--input", archive}));
    TRY(run({"create", "--name", "bench", "bench:latest", "/none"}));
    TRY(run({"inspect", "--format",
             "lowerdir={{.GraphDriver.Data.LowerDir}},upperdir={{.GraphDriver.Data.UpperDir}},"
             "workdir={{.GraphDriver.Data.WorkDir}}",
             "bench"}));
    const auto options = TRY(lastLine(log()));
    const auto root = m_scratch.path("docker-merged");
    TRY(os::makeDirectory(root));
    if (::mount("overlay", root.c_str(), "overlay", 0, options.c_str()) != 0)
        return systemFailure("cannot mount docker's container");
    m_mounted = root;
    return root;
}

} // namespace lamella::bench

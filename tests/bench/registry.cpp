// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/registry.h"

#include "engine/os/file.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <format>
#include <thread>
#include <utility>

namespace lamella::bench {

namespace {

constexpr auto kPoll = std::chrono::milliseconds{5};
constexpr int kPolls = 2000;

/// A port that nobody listens on just now.
Result<int> freePort()
{
    const UniqueFd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket.get(), generic, length) != 0 || ::getsockname(socket.get(), generic, &length) != 0)
        return systemFailure("cannot find a free port");
    return ntohs(address.sin_port);
}

bool answers(int port)
{
    const UniqueFd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

} // namespace

Registry::Registry(std::string host, std::filesystem::path log, Process process)
    : m_host(std::move(host))
    , m_log(std::move(log))
    , m_process(std::move(process))
{
}

Result<Registry> Registry::start(const Scratch& scratch)
{
    const int port = TRY(freePort());
    const auto host = std::format("127.0.0.1:{}", port);
    TRY(os::replaceFile(scratch.path("registry.yml"),
                        std::format("version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n"
                                    "storage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: {}}}\n",
                                    scratch.path("registry").string(), host)));
    auto process
        = TRY(Process::start({"docker-registry", "serve", scratch.path("registry.yml")}, scratch.path("registry.log")));
    for (int i = 0; !answers(port); ++i) {
        if (i == kPolls || !process.isRunning())
            return failure(ErrorKind::Failed, "docker-registry does not come up");
        std::this_thread::sleep_for(kPoll);
    }
    return Registry{host, scratch.path("push.log"), std::move(process)};
}

Result<void> Registry::push(const Layout& layout, const std::string& tag) const
{
    TRY(runProgram({"skopeo", "--insecure-policy", "copy", "-q", "--dest-tls-verify=false",
                    std::format("oci:{}:bench", layout.path.string()), "docker://" + reference(tag)},
                   m_log));
    return {};
}

std::string Registry::reference(const std::string& tag) const
{
    return std::format("{}/bench:{}", m_host, tag);
}

std::string Registry::blobUrl(const std::string& digest) const
{
    return std::format("http://{}/v2/bench/blobs/{}", m_host, digest);
}

} // namespace lamella::bench

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"
#include "engine/os/file.h"
#include "engine/shim/self.h"
#include "engine/shim/shim.h"

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <nlohmann/json.hpp>

namespace {

using namespace lamella;

/// Descriptor 3, or nothing where the shim was started without one (by hand).
UniqueFd firstConnection()
{
    return UniqueFd{::fcntl(shim::kFirstConnection, F_GETFD) < 0 ? -1 : shim::kFirstConnection};
}

/// A start that fails before there is a server to say so.
void tellFailure(BorrowedFd connection, const Error& error)
{
    if (connection) [[maybe_unused]]
        auto sent = shim::send(connection,
                               {{"event", "failed"},
                                {"kind", errorKindName(error.kind)},
                                {"message", error.message},
                                {"step", "prepare"}});
}

Result<shim::Shim*> prepare(const shim::Options& options)
{
    TRY(os::makeDirectory(options.run, 0700));
    auto loop = TRY(shim::EventLoop::make());
    auto log = TRY(shim::LogWriter::open(options.log));
    const std::string config = TRY(os::readFile(options.bundle / "config.json"));
    auto spec = TRY(oci::parseSpec(config));
    if (!spec.hooks.poststart.empty() || !spec.hooks.poststop.empty())
        return failure(ErrorKind::Unsupported,
                       "config.json: hooks.poststart and hooks.poststop are not supported: a shim that waits for them "
                       "would answer nobody");
    // Lives as long as the process: nothing is gained by destroying it on the way out.
    static auto* const program = new shim::Shim(options, std::move(loop), std::move(log), std::move(spec));
    return program;
}

} // namespace

int main(int argc, char** argv)
{
    const auto begun = std::chrono::steady_clock::now().time_since_epoch();
    const auto ours = shim::becomeShim();
    const auto options = shim::parseOptions({argv + 1, static_cast<std::size_t>(std::max(argc - 1, 0))});
    log::setup("lamella-shim", options ? options->logLevel : log::Level::Warning);
    UniqueFd connection = firstConnection();
    auto prepared = ours.and_then([&] { return options; }).and_then(prepare);
    if (!prepared) {
        log::error("{}", prepared.error().message);
        tellFailure(connection.borrow(), prepared.error());
        if (options)
            ::rmdir(options->run.c_str());
        return EXIT_FAILURE;
    }
    const auto run = (*prepared)->run(std::move(connection), begun);
    if (!run)
        log::error("{}", run.error().message);
    return run ? EXIT_SUCCESS : EXIT_FAILURE;
}

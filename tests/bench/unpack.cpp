// SPDX-License-Identifier: GPL-3.0-or-later
// bench unpack: a layer of 200 MB in 20,000 files, gzip and zstd, unpacked by lamella-worker (both digests, index and
// headers included), by umoci (which checks them too) and by GNU tar (which checks nothing), each time into a fresh
// place on /var/tmp. Runs as root.

#include "engine/image/limits.h"
#include "engine/image/worker.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"
#include "tests/bench/clock.h"
#include "tests/bench/harness.h"
#include "tests/bench/layers.h"
#include "tests/bench/process.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <print>

using namespace lamella;
using namespace lamella::bench;
namespace fs = std::filesystem;

namespace {

constexpr int kRounds = 5; // each writes 200 MB for each contender
const LayerShape kShape{"usr", 20'000, {200'000'000}};

/// A process of its own, so that what it and its children took can be asked of the kernel.
Result<Sample> measured(const std::function<Result<void>()>& work)
{
    ::sync(); // what the last one has written is not this one's to wait for
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0)
        return systemFailure("cannot make a pipe");
    const UniqueFd in{ends[0]};
    UniqueFd out{ends[1]};
    const auto began = now();
    const pid_t child = ::fork();
    if (child < 0)
        return systemFailure("cannot fork");
    if (child == 0) {
        const auto done = work();
        if (!done)
            std::println(stderr, "{}", done.error().message);
        rusage usage{};
        ::getrusage(RUSAGE_CHILDREN, &usage);
        const std::array<std::int64_t, 4> answer{done ? 0 : 1, (now() - began).count(),
                                                 (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000
                                                     + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec,
                                                 usage.ru_maxrss * 1024};
        ::_exit(::write(out.get(), answer.data(), sizeof answer) == sizeof answer ? 0 : 1);
    }
    out.reset();
    std::array<std::int64_t, 4> answer{1, 0, 0, 0};
    const auto count = ::read(in.get(), answer.data(), sizeof answer);
    ::waitpid(child, nullptr, 0);
    if (count != sizeof answer || answer[0] != 0)
        return failure(ErrorKind::Failed, "it failed");
    return Sample{std::chrono::nanoseconds{answer[1]}, std::chrono::microseconds{answer[2]},
                  static_cast<std::uint64_t>(answer[3])};
}

class UnpackBench {
public:
    explicit UnpackBench(Scratch& scratch)
        : m_scratch(scratch)
    {
    }

    Result<void> prepare()
    {
        const auto gzip = TRY(writeLayout(m_scratch.path("layout-gzip"), {kShape}, "gzip"));
        const auto zstd = TRY(writeLayout(m_scratch.path("layout-zstd"), {kShape}, "zstd"));
        m_gzip = gzip.blob(gzip.layers.front().digest);
        m_zstd = zstd.blob(zstd.layers.front().digest);
        const auto file = TRY(os::open(m_scratch.path("layer.tar"), O_WRONLY | O_CREAT | O_EXCL, 0600));
        layer::FdSink sink{file.borrow()};
        return writeLayer(kShape, sink);
    }

    fs::path gzip() const { return m_gzip; }
    fs::path zstd() const { return m_zstd; }
    fs::path plain() const { return m_scratch.path("layer.tar"); }

    Contender worker(std::string name, fs::path file, layer::Compression compression)
    {
        return {std::move(name), [this, file, compression]() -> Result<Sample> {
                    const auto into = TRY(m_scratch.fresh());
                    return measured([file, compression, into] { return unpack(file, compression, into); });
                }};
    }

    /// `command` with the directory to unpack into at its end.
    Contender program(std::string name, std::vector<std::string> command)
    {
        return {std::move(name), [this, command]() -> Result<Sample> {
                    auto whole = command;
                    whole.push_back(TRY(m_scratch.fresh()) / "");
                    ::sync();
                    const auto began = now();
                    const auto usage = TRY(runProgram(whole, m_scratch.path("program.log")));
                    return Sample{now() - began, usage.cpu, usage.peakBytes};
                }};
    }

private:
    static Result<void> unpack(const fs::path& file, layer::Compression compression, const fs::path& into)
    {
        fs::create_directories(into / "diff");
        image::Blob blob;
        blob.kind = image::Blob::Kind::File;
        blob.fd = TRY(os::open(file, O_RDONLY));
        image::Descriptor descriptor;
        descriptor.kind = image::DocumentKind::Layer;
        descriptor.compression = compression;
        descriptor.digest = layer::digestOf("anything: the worker only reports what it read");
        descriptor.size = {fs::file_size(file)};
        const auto diff = TRY(os::open(into / "diff", O_RDONLY | O_DIRECTORY));
        const auto index = TRY(os::open(into / "index", O_WRONLY | O_CREAT | O_EXCL, 0600));
        const auto headers = TRY(os::open(into / "headers", O_WRONLY | O_CREAT | O_EXCL, 0600));
        const image::Worker worker{fs::read_symlink("/proc/self/exe").parent_path() / "lamella-worker"};
        TRY(worker.unpack({blob, descriptor, image::Limits{}}, {diff.borrow(), index.borrow(), headers.borrow()}, {},
                          {}));
        return {};
    }

    Scratch& m_scratch;
    fs::path m_gzip;
    fs::path m_zstd;
};

Result<void> runBench(int argc, char** argv)
{
    auto options = TRY(parseOptions(argc, argv));
    options.rounds = std::min(options.rounds, kRounds);
    options.warmups = 1;
    auto scratch = TRY(Scratch::make());
    UnpackBench unpack{scratch};
    TRY(unpack.prepare());
    const auto tar = [&](const char* option, const fs::path& file) {
        return std::vector<std::string>{"tar", "--numeric-owner", option, "-xpf", file, "-C"};
    };
    const std::string layout = scratch.path("layout-gzip").string() + ":bench";
    const std::vector contenders{
        unpack.worker("lamella-worker, gzip", unpack.gzip(), layer::Compression::Gzip),
        unpack.program("GNU tar, gzip", tar("--gzip", unpack.gzip())),
        unpack.program("GNU tar, igzip", tar("--use-compress-program=igzip", unpack.gzip())),
        unpack.program("umoci, gzip", {"umoci", "raw", "unpack", "--image", layout}),
        unpack.worker("lamella-worker, zstd", unpack.zstd(), layer::Compression::Zstd),
        unpack.program("GNU tar, zstd", tar("--zstd", unpack.zstd())),
        unpack.worker("lamella-worker, tar", unpack.plain(), layer::Compression::None),
        unpack.program("GNU tar, tar", tar("--no-xattrs", unpack.plain())),
    };
    return run("unpack", contenders, "GNU tar, gzip", options);
}

} // namespace

int main(int argc, char** argv)
{
    const auto done = runBench(argc, argv);
    if (!done)
        std::println(stderr, "bench unpack: {}", done.error().message);
    return done ? 0 : 1;
}

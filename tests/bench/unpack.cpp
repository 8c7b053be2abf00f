// SPDX-License-Identifier: GPL-3.0-or-later
// bench unpack: a layer of 200 MB in 20,000 files, gzip and zstd, unpacked by lamella-worker (both digests, index and
// headers included) and by GNU tar (which checks nothing), each time into a fresh place on /var/tmp. Runs as root.

#include "engine/image/worker.h"
#include "engine/layer/compressed_text.h"
#include "engine/layer/digest.h"
#include "engine/layer/tar_writer.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"
#include "tests/bench/clock.h"
#include "tests/bench/harness.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <print>
#include <random>

using namespace lamella;
using namespace lamella::bench;
namespace fs = std::filesystem;

namespace {

constexpr int kFiles = 20'000;
constexpr std::uint64_t kBytes = 200'000'000;
constexpr int kFilesOfDirectory = 25;
constexpr int kRounds = 5; // each writes 200 MB for each contender

class TextSink final : public layer::ByteSink {
public:
    Result<void> write(std::span<const std::byte> bytes) override
    {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    }
    std::string text;
};

/// Text that compresses like programs and documents do, to about a third.
std::string words(std::size_t size, std::mt19937& random)
{
    std::string text;
    text.reserve(size + 8);
    while (text.size() < size) {
        if (random() % 4 != 0 && text.size() > 1000)
            text.append(text, text.size() - 1000 + random() % 900, 4 + random() % 12);
        else
            for (int i = 0; i < 6; ++i)
                text += static_cast<char>(random());
    }
    text.resize(size);
    return text;
}

/// Most files are small, and a few hold most of the bytes.
Result<std::string> layerArchive()
{
    std::mt19937 random{1};
    TextSink sink;
    layer::TarWriter tar{sink};
    std::uint64_t left = kBytes;
    for (int i = 0; i < kFiles; ++i) {
        layer::TarEntry entry;
        entry.mtime = {1'700'000'000 + i, 0};
        if (i % kFilesOfDirectory == 0) {
            entry.type = layer::TarType::Directory;
            entry.mode = 0755;
            entry.path = std::format("usr/share/directory-{}/", i / kFilesOfDirectory);
            TRY(tar.begin(entry));
            TRY(tar.end());
        }
        const auto small = 200 + random() % 8000;
        const auto size
            = i % 20 == 19 ? std::min<std::uint64_t>(left, kBytes / kFiles * 12) : std::min<std::uint64_t>(left, small);
        const auto data = words(size, random);
        left -= size;
        entry.type = layer::TarType::File;
        entry.mode = 0644;
        entry.path = std::format("usr/share/directory-{}/file-{}.txt", i / kFilesOfDirectory, i);
        entry.size = size;
        entry.chunks = {{0, size}};
        TRY(tar.begin(entry));
        TRY(tar.data(std::as_bytes(std::span{data})));
        TRY(tar.end());
    }
    TRY(tar.finish());
    return std::move(sink.text);
}

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
    UnpackBench()
        : m_directory(std::format("/var/tmp/lamella-bench-{}", ::getpid()))
    {
    }
    UnpackBench(const UnpackBench&) = delete;
    UnpackBench& operator=(const UnpackBench&) = delete;
    ~UnpackBench()
    {
        if (const auto parent = os::open(m_directory.parent_path(), O_RDONLY | O_DIRECTORY))
            std::ignore = layer::removeTree(parent->borrow(), m_directory.filename().string());
    }

    Result<void> prepare()
    {
        fs::create_directories(m_directory);
        const auto archive = TRY(layerArchive());
        TRY(os::replaceFile(path("layer.tar"), archive));
        TRY(os::replaceFile(path("layer.tar.zst"), TRY(layer::compressText(archive))));
        return command("gzip -k -6 " + path("layer.tar"));
    }

    Contender worker(std::string name, std::string file, layer::Compression compression)
    {
        return {std::move(name), [this, file, compression] {
                    const auto into = fresh();
                    return measured([this, file, compression, into] { return unpack(file, compression, into); });
                }};
    }

    Contender tar(std::string name, std::string options, std::string file)
    {
        return {std::move(name), [this, options, file] {
                    const auto into = fresh();
                    return measured([this, options, file, into] {
                        return command(
                            std::format("tar --numeric-owner {} -xpf {} -C {}", options, path(file), into.native()));
                    });
                }};
    }

private:
    std::string path(std::string_view name) const { return (m_directory / name).native(); }

    /// Deleting between the runs would slow the next one down: ext4 passes over inodes that were freed just before.
    fs::path fresh()
    {
        const auto into = m_directory / std::to_string(m_count++);
        fs::create_directories(into / "diff");
        return into;
    }

    static Result<void> command(const std::string& line)
    {
        if (std::system(line.c_str()) != 0)
            return failure(ErrorKind::Failed, std::format("'{}' failed", line));
        return {};
    }

    Result<void> unpack(const std::string& file, layer::Compression compression, const fs::path& into) const
    {
        image::Blob blob;
        blob.kind = image::Blob::Kind::File;
        blob.fd = TRY(os::open(path(file), O_RDONLY));
        image::Descriptor descriptor;
        descriptor.kind = image::DocumentKind::Layer;
        descriptor.compression = compression;
        descriptor.digest = layer::digestOf("anything: the worker only reports what it read");
        descriptor.size = {fs::file_size(path(file))};
        const auto diff = TRY(os::open(into / "diff", O_RDONLY | O_DIRECTORY));
        const auto index = TRY(os::open(into / "index", O_WRONLY | O_CREAT | O_EXCL, 0600));
        const auto headers = TRY(os::open(into / "headers", O_WRONLY | O_CREAT | O_EXCL, 0600));
        const image::Worker worker{fs::read_symlink("/proc/self/exe").parent_path() / "lamella-worker"};
        TRY(worker.unpack({blob, descriptor, 1_GiB}, {diff.borrow(), index.borrow(), headers.borrow()}, {}, {}));
        return {};
    }

    fs::path m_directory;
    int m_count = 0;
};

Result<void> runBench(int argc, char** argv)
{
    auto options = TRY(parseOptions(argc, argv));
    options.rounds = std::min(options.rounds, kRounds);
    options.warmups = 1;
    UnpackBench unpack;
    TRY(unpack.prepare());
    const std::vector contenders{
        unpack.worker("lamella-worker, gzip", "layer.tar.gz", layer::Compression::Gzip),
        unpack.tar("GNU tar, gzip", "-z", "layer.tar.gz"),
        unpack.worker("lamella-worker, zstd", "layer.tar.zst", layer::Compression::Zstd),
        unpack.tar("GNU tar, zstd", "--zstd", "layer.tar.zst"),
        unpack.worker("lamella-worker, tar", "layer.tar", layer::Compression::None),
        unpack.tar("GNU tar, tar", "", "layer.tar"),
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

// SPDX-License-Identifier: GPL-3.0-or-later
// bench commit: a container with 50,000 changed files, 200 MB, becomes an image, by D-Bus Commit, which has it on the
// disk when it is done; the same until the files of the new layer are unpacked, too; beside it archiving and hashing
// its changes alone, by the engine and by GNU tar with sha256sum (neither makes a layer of it), and podman commit of
// the same files. Runs as root in a session: resources/dev/inside/bench.sh.

#include "engine/layer/tree_archive.h"
#include "engine/os/file.h"
#include "tests/bench/bus.h"
#include "tests/bench/clock.h"
#include "tests/bench/harness.h"
#include "tests/bench/layers.h"
#include "tests/bench/podman.h"

#include <QCoreApplication>

#include <unistd.h>

#include <algorithm>
#include <format>
#include <functional>
#include <optional>
#include <print>

using namespace lamella;
using namespace lamella::bench;
namespace fs = std::filesystem;

namespace {

constexpr int kRounds = 5; // each writes 200 MB for some contenders
const LayerShape kBelow{"usr", 100, {1'000'000}};
const LayerShape kChanges{"changed", 50'000, {200'000'000}};

/// Takes everything.
class NoSink final : public layer::ByteSink {
public:
    Result<void> write(std::span<const std::byte>) override { return {}; }
};

class CommitBench {
public:
    explicit CommitBench(Scratch& scratch)
        : m_scratch(scratch)
        , m_podman(scratch)
    {
    }
    CommitBench(const CommitBench&) = delete;
    CommitBench& operator=(const CommitBench&) = delete;

    Result<void> prepare()
    {
        m_made.emplace(TRY(makeContainer(m_scratch, {kBelow})));
        TRY(writeChanges());
        return preparePodman(m_made->layout);
    }

    Contender lamella()
    {
        return {"lamella, D-Bus Commit", [this]() -> Result<Sample> {
                    QString image;
                    const auto sample = TRY(commit(image, [] -> Result<void> { return {}; }));
                    TRY(waitForFiles(image)); // which nobody else may have to share the machine with
                    return sample;
                }};
    }

    Contender lamellaToItsFiles()
    {
        return {"lamella, until its files are there", [this]() -> Result<Sample> {
                    QString image;
                    return commit(image, [&] { return waitForFiles(image); });
                }};
    }

    Contender archive()
    {
        return {"archive and SHA-256, engine", [this]() -> Result<Sample> {
                    const auto root = TRY(os::open(m_made->upper, O_RDONLY | O_DIRECTORY));
                    NoSink nowhere;
                    layer::HashingSink hashed{nowhere};
                    layer::ArchiveOptions options;
                    options.isUpper = true;
                    const auto cpu = ownCpu();
                    const auto before = now();
                    TRY(layer::archiveTree(root.borrow(), hashed, options));
                    std::ignore = hashed.digest();
                    return Sample{now() - before, ownCpu() - cpu, 0};
                }};
    }

    Contender tar()
    {
        return {"tar | sha256sum", [this]() -> Result<Sample> {
                    const auto before = now();
                    const auto usage = TRY(
                        runProgram({"sh", "-c", std::format("tar -C {} -c . | sha256sum", m_made->upper.string())},
                                   m_scratch.path("tar.log")));
                    return Sample{now() - before, usage.cpu, usage.peakBytes};
                }};
    }

    Contender podman()
    {
        return {"podman commit", [this]() -> Result<Sample> {
                    TRY(change(m_mounted));
                    const auto before = now();
                    const auto usage = TRY(m_podman.run({"commit", "-q", "bench", std::format("bench-{}", m_round++)}));
                    return Sample{now() - before, usage.cpu, usage.peakBytes};
                }};
    }

private:
    Result<Sample> commit(QString& image, const std::function<Result<void>()>& then)
    {
        TRY(change(m_made->upper));
        const auto cpu = TRY(m_made->helper.cpu());
        const auto before = now();
        const auto ids = TRY(waitForJob(TRY(call(m_made->path, "org.lamella.Lamella1.Container", "Commit",
                                                 {QStringLiteral("bench-%1").arg(m_round++), QVariantMap()}))));
        image = ids.value(0);
        TRY(then());
        return Sample{now() - before, TRY(m_made->helper.cpu()) - cpu, TRY(m_made->helper.peakBytes())};
    }

    /// Who looks into the image waits for them.
    static Result<void> waitForFiles(QString image)
    {
        TRY(call(QStringLiteral("/org/lamella/Lamella1/Images/") + image.replace(u':', u'_'),
                 "org.lamella.Lamella1.Image", "ListDirectory", {QByteArray("/"), QVariantMap()}));
        return {};
    }

    /// The same files each time, but one: else the layer would be there already.
    Result<void> change(const fs::path& tree)
    {
        ::sync();
        return os::replaceFile(tree / "round", std::to_string(m_round), 0644, os::Sync::No);
    }

    Result<void> writeChanges()
    {
        const auto archive = m_scratch.path("changes.tar");
        {
            const auto out = TRY(os::open(archive, O_WRONLY | O_CREAT | O_EXCL, 0600));
            layer::FdSink sink{out.borrow()};
            TRY(writeLayer(kChanges, sink));
        }
        const auto owner
            = TRY(os::status(TRY(os::open(m_made->upper, O_PATH)).borrow(), "the container's changes")).st_uid;
        TRY(unpackInto(m_made->upper));
        TRY(runProgram({"chown", "-R", std::format("{0}:{0}", owner), m_made->upper}, m_scratch.path("chown.log")));
        return {};
    }

    Result<void> unpackInto(const fs::path& tree)
    {
        TRY(runProgram({"tar", "-C", tree, "-xf", m_scratch.path("changes.tar")}, m_scratch.path("tar.log")));
        return {};
    }

    Result<void> preparePodman(const Layout& layout)
    {
        m_mounted = TRY(m_podman.mountContainer(layout));
        return unpackInto(m_mounted);
    }

    Scratch& m_scratch;
    Podman m_podman;
    std::optional<BenchContainer> m_made;
    fs::path m_mounted;
    int m_round = 0;
};

Result<void> runBench(int argc, char** argv)
{
    auto options = TRY(parseOptions(argc, argv));
    options.rounds = std::min(options.rounds, kRounds);
    options.warmups = 1;
    auto scratch = TRY(Scratch::make());
    CommitBench commit{scratch};
    TRY(commit.prepare());
    return run("commit",
               {commit.lamella(), commit.lamellaToItsFiles(), commit.archive(), commit.tar(), commit.podman()},
               "tar | sha256sum", options);
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const auto done = runBench(argc, argv);
    if (!done)
        std::println(stderr, "bench commit: {}", done.error().message);
    return done ? 0 : 1;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// bench pull: an image of 5 layers, 490 MB in 19,000 files, gzip and zstd, from a registry on loopback into an empty
// store: by D-Bus PullImage, by podman and by containerd's ctr; and beside them curl, igzip or zstd, and tar, which
// check nothing and keep no record. CPU and memory are of the puller with its daemon from their start to their end.
// Runs as root in a session: resources/dev/inside/bench.sh.

#include "engine/os/file.h"
#include "resources/dbus/api.h"
#include "tests/bench/bus.h"
#include "tests/bench/clock.h"
#include "tests/bench/harness.h"
#include "tests/bench/layers.h"
#include "tests/bench/registry.h"

#include <QCoreApplication>

#include <unistd.h>

#include <algorithm>
#include <format>
#include <print>
#include <thread>

using namespace lamella;
using namespace lamella::bench;
namespace fs = std::filesystem;

namespace {

constexpr int kRounds = 7; // each writes 490 MB for each contender

const std::vector<LayerShape> kShapes{
    {"usr", 2500, {75'000'000}},  {"opt", 8000, {220'000'000}}, {"srv", 4500, {110'000'000}},
    {"home", 2500, {60'000'000}}, {"var", 1500, {25'000'000}},
};

class PullBench {
public:
    PullBench(Scratch& scratch, const Registry& registry)
        : m_scratch(scratch)
        , m_registry(registry)
    {
    }

    Contender lamella(const std::string& tag)
    {
        return {"lamella, " + tag, [this, tag]() -> Result<Sample> {
                    const auto root = TRY(begin());
                    auto helper = TRY(startHelper(root, m_scratch.path("helper.log")));
                    const auto before = now();
                    TRY(waitForJob(TRY(call(QLatin1String(dbus::kRootPath), "org.lamella.Lamella1.Manager", "PullImage",
                                            {QString::fromStdString(m_registry.reference(tag)), QVariantMap()}))));
                    const auto elapsed = now() - before;
                    return sample(elapsed, TRY(helper.end()));
                }};
    }

    Contender podman(const std::string& tag)
    {
        return {"podman, " + tag, [this, tag]() -> Result<Sample> {
                    const auto root = TRY(begin());
                    const auto before = now();
                    const auto usage = TRY(
                        runProgram({"podman", "--root", root / "root", "--runroot", root / "run", "--storage-driver",
                                    "overlay", "pull", "--quiet", "--tls-verify=false", m_registry.reference(tag)},
                                   m_scratch.path("podman.log")));
                    return sample(now() - before, usage);
                }};
    }

    Contender containerd(const std::string& tag)
    {
        return {"containerd, " + tag, [this, tag]() -> Result<Sample> {
                    const auto root = TRY(begin());
                    const auto socket = (root / "socket").string();
                    auto daemon = TRY(startContainerd(root, socket));
                    const auto before = now();
                    const auto usage = TRY(runProgram({"ctr", "--address", socket, "images", "pull", "--plain-http",
                                                       "--snapshotter", "overlayfs", m_registry.reference(tag)},
                                                      m_scratch.path("ctr.log")));
                    const auto elapsed = now() - before;
                    const auto ofDaemon = TRY(daemon.end());
                    return sample(elapsed, {usage.cpu + ofDaemon.cpu, std::max(usage.peakBytes, ofDaemon.peakBytes)});
                }};
    }

    /// All layers side by side, each into a directory of its own.
    Contender pipeline(const std::string& decompress, const Layout& layout)
    {
        return piped("curl | " + decompress + " | tar", decompress, layout);
    }

    /// The same with the digests of what is fetched and of what comes out of it, as everybody else checks them. It does
    /// not wait for the last of them.
    Contender hashedPipeline(const std::string& decompress, const Layout& layout)
    {
        constexpr std::string_view kHash = "tee >(sha256sum >/dev/null)";
        return piped("curl | " + decompress + " | tar, SHA-256", std::format("{0} | {1} | {0}", kHash, decompress),
                     layout);
    }

private:
    Contender piped(const std::string& name, const std::string& between, const Layout& layout)
    {
        return {name, [this, between, layout]() -> Result<Sample> {
                    const auto root = TRY(begin());
                    std::string script = "pids=; ";
                    for (std::size_t i = 0; i < layout.layers.size(); ++i) {
                        TRY(os::makeDirectories(root / std::to_string(i)));
                        script += std::format(
                            "curl -sSf {} | {} | tar --numeric-owner -xpf - -C {}/{} & pids=\"$pids $!\"; ",
                            m_registry.blobUrl(layout.layers[i].digest), between, root.string(), i);
                    }
                    script += "for pid in $pids; do wait $pid || exit 1; done";
                    const auto before = now();
                    const auto usage = TRY(runProgram({"bash", "-c", script}, m_scratch.path("pipeline.log")));
                    return sample(now() - before, usage);
                }};
    }

    /// What the last one has written is not this one's to wait for.
    Result<fs::path> begin()
    {
        ::sync();
        return m_scratch.fresh();
    }

    Result<Process> startContainerd(const fs::path& root, const std::string& socket) const
    {
        TRY(os::replaceFile(root / "config.toml",
                            std::format("version = 2\nroot = '{0}/root'\nstate = '{0}/state'\n"
                                        "disabled_plugins = ['io.containerd.grpc.v1.cri']\n[grpc]\naddress = '{1}'\n",
                                        root.string(), socket)));
        auto daemon
            = TRY(Process::start({"containerd", "--config", root / "config.toml"}, m_scratch.path("containerd.log")));
        for (int i = 0; !fs::exists(socket); ++i) {
            if (i == 2000 || !daemon.isRunning())
                return failure(ErrorKind::Failed, "containerd does not come up");
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
        return daemon;
    }

    static Sample sample(std::chrono::nanoseconds elapsed, const Usage& usage)
    {
        return {elapsed, usage.cpu, usage.peakBytes};
    }

    Scratch& m_scratch;
    const Registry& m_registry;
};

Result<void> runBench(int argc, char** argv)
{
    auto options = TRY(parseOptions(argc, argv));
    options.rounds = std::min(options.rounds, kRounds);
    options.warmups = 1;
    auto scratch = TRY(Scratch::make());
    const auto registry = TRY(Registry::start(scratch));
    const auto gzip = TRY(writeLayout(scratch.path("layout-gzip"), kShapes, "gzip"));
    const auto zstd = TRY(writeLayout(scratch.path("layout-zstd"), kShapes, "zstd"));
    TRY(registry.push(gzip, "gzip"));
    TRY(registry.push(zstd, "zstd"));
    TRY(endSessionHelper());
    PullBench pull{scratch, registry};
    const std::vector contenders{
        pull.lamella("gzip"),
        pull.pipeline("igzip -dc", gzip),
        pull.hashedPipeline("igzip -dc", gzip),
        pull.podman("gzip"),
        pull.containerd("gzip"),
        pull.lamella("zstd"),
        pull.pipeline("zstd -dcq", zstd),
        pull.hashedPipeline("zstd -dcq", zstd),
        pull.podman("zstd"),
        pull.containerd("zstd"),
    };
    return run("pull", contenders, "podman, gzip", options);
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const auto done = runBench(argc, argv);
    if (!done)
        std::println(stderr, "bench pull: {}", done.error().message);
    return done ? 0 : 1;
}

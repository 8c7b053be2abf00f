// SPDX-License-Identifier: GPL-3.0-or-later
// bench changes: an image of 100,000 files and a container that has changed 25,000 of them, deleted 5,000 and added
// 25,000. The complete list by D-Bus ListChanges, and its summary; beside it find(1) over the writable layer alone,
// which compares nothing, and podman diff and docker diff of the same changes. Runs as root in a session:
// resources/dev/inside/bench.sh.

#include "engine/os/file.h"
#include "gui/client/client.h"
#include "gui/client/container_client.h"
#include "gui/pages/changespage.h"
#include "tests/bench/bus.h"
#include "tests/bench/clock.h"
#include "tests/bench/docker.h"
#include "tests/bench/event_loop.h"
#include "tests/bench/harness.h"
#include "tests/bench/layers.h"
#include "tests/bench/podman.h"

#include <QApplication>
#include <QDBusUnixFileDescriptor>
#include <QTreeView>

#include <algorithm>
#include <format>
#include <optional>
#include <print>

using namespace lamella;
using namespace lamella::bench;
namespace fs = std::filesystem;

namespace {

constexpr int kRounds = 10;
constexpr char kContainer[] = "org.lamella.Lamella1.Container";
const LayerShape kImage{"usr", 100'000, {200'000'000}};
// $1: the container's root.
constexpr char kChange[] = R"sh(
cd "$1/usr"; find . -type f | sort >"$2"
head -n 25000 "$2" | while read -r file; do echo more >>"$file"; done
tail -n 5000 "$2" | xargs rm
i=0; while [ $i -lt 250 ]; do mkdir -p "../new/$i"; j=0; while [ $j -lt 100 ]; do echo "$j" >"../new/$i/$j"; j=$((j+1)); done; i=$((i+1)); done
)sh";

class ChangesBench {
public:
    explicit ChangesBench(Scratch& scratch)
        : m_scratch(scratch)
        , m_podman(scratch)
        , m_docker(scratch)
    {
    }
    ChangesBench(const ChangesBench&) = delete;
    ChangesBench& operator=(const ChangesBench&) = delete;

    Result<void> prepare()
    {
        m_made.emplace(TRY(makeContainer(m_scratch, {kImage})));
        m_client.connectToHelper();
        TRY(waitUntil([this] { return m_client.isReady() && !m_client.containers().isEmpty(); }));
        TRY(change(m_made->root));
        TRY(shell({kChange, "sh", TRY(m_podman.mountContainer(m_made->layout)), m_scratch.path("files")}));
        TRY(m_docker.start());
        return shell({kChange, "sh", TRY(m_docker.mountContainer(m_made->layout)), m_scratch.path("files")});
    }

    Contender list()
    {
        return {"lamella, D-Bus ListChanges", [this]() -> Result<Sample> {
                    const auto cpu = TRY(m_made->helper.cpu());
                    const auto before = now();
                    const auto reply = TRY(call(m_made->path, kContainer, "ListChanges", {QVariantMap()}));
                    const auto elapsed = now() - before;
                    const auto file = reply.arguments().constFirst().value<QDBusUnixFileDescriptor>();
                    const auto lines = TRY(os::readAll(BorrowedFd{file.fileDescriptor()}, "the list", 256u << 20));
                    if (std::ranges::count(lines, '\n') < 55'000)
                        return failure(ErrorKind::Failed, "the list is not complete");
                    return Sample{elapsed, TRY(m_made->helper.cpu()) - cpu, TRY(m_made->helper.peakBytes())};
                }};
    }

    Contender summary()
    {
        return {"lamella, SummarizeChanges", [this]() -> Result<Sample> {
                    const auto cpu = TRY(m_made->helper.cpu());
                    const auto before = now();
                    TRY(call(m_made->path, kContainer, "SummarizeChanges", {QVariantMap()}));
                    return Sample{now() - before, TRY(m_made->helper.cpu()) - cpu, TRY(m_made->helper.peakBytes())};
                }};
    }

    /// The window's page, from nothing to its first rows painted.
    Contender firstRows()
    {
        return {"lamella, first rows painted", [this]() -> Result<Sample> {
                    const auto cpu = ownCpu();
                    const auto before = now();
                    pages::ChangesPage page(&m_client);
                    page.resize(1000, 700);
                    page.show();
                    page.setContainer(m_client.containers().constFirst());
                    const auto* tree = page.findChild<QTreeView*>(QStringLiteral("changesTree"));
                    TRY(waitUntil([tree] { return tree->model()->rowCount() > 0; }));
                    page.grab();
                    return Sample{now() - before, ownCpu() - cpu, 0};
                }};
    }

    Contender find()
    {
        return {"find upper -printf", [this]() -> Result<Sample> {
                    const auto before = now();
                    const auto usage
                        = TRY(runProgram({"find", m_made->upper.string(), "-printf", "%y %m %U %G %s %b %T@ %P\\n"},
                                         m_scratch.path("find.log")));
                    return Sample{now() - before, usage.cpu, usage.peakBytes};
                }};
    }

    Contender podman()
    {
        return {"podman diff", [this]() -> Result<Sample> {
                    const auto before = now();
                    const auto usage = TRY(m_podman.run({"diff", "bench"}));
                    return Sample{now() - before, usage.cpu, usage.peakBytes};
                }};
    }

    Contender docker()
    {
        return {"docker diff", [this]() -> Result<Sample> {
                    const auto cpu = TRY(m_docker.daemon().cpu());
                    const auto before = now();
                    const auto usage = TRY(m_docker.run({"diff", "bench"}));
                    const auto elapsed = now() - before;
                    return Sample{elapsed, usage.cpu + TRY(m_docker.daemon().cpu()) - cpu,
                                  std::max(usage.peakBytes, TRY(m_docker.daemon().peakBytes()))};
                }};
    }

private:
    Result<void> shell(const std::vector<std::string>& arguments)
    {
        std::vector<std::string> command{"sh", "-euc"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        TRY(runProgram(command, m_scratch.path("shell.log")));
        return {};
    }

    /// As a container does it: through an overlay of the same directories.
    Result<void> change(const fs::path& root)
    {
        const auto layer = fs::directory_iterator{root / "layers"} -> path() / "diff";
        const auto merged = m_scratch.path("merged");
        const auto owner
            = TRY(os::status(TRY(os::open(m_made->upper, O_PATH)).borrow(), "the container's changes")).st_uid;
        TRY(os::makeDirectory(merged));
        TRY(shell({"mount -t overlay -o lowerdir=$1,upperdir=$2,workdir=$3,index=on,nfs_export=on overlay $4", "sh",
                   layer, m_made->upper, m_made->upper.parent_path() / "work", merged}));
        const auto changed = shell({kChange, "sh", merged, m_scratch.path("files")});
        TRY(shell({"umount $1", "sh", merged}));
        TRY(changed);
        return shell({"chown -hR $1:$1 $2", "sh", std::to_string(owner), m_made->upper});
    }

    Scratch& m_scratch;
    Podman m_podman;
    Docker m_docker;
    std::optional<BenchContainer> m_made;
    client::Client m_client;
};

Result<void> runBench(int argc, char** argv)
{
    auto options = TRY(parseOptions(argc, argv));
    options.rounds = std::min(options.rounds, kRounds);
    options.warmups = 1;
    auto scratch = TRY(Scratch::make());
    ChangesBench changes{scratch};
    TRY(changes.prepare());
    return run(
        "changes",
        {changes.list(), changes.summary(), changes.firstRows(), changes.find(), changes.podman(), changes.docker()},
        "find upper -printf", options);
}

} // namespace

int main(int argc, char** argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    const auto done = runBench(argc, argv);
    if (!done)
        std::println(stderr, "bench changes: {}", done.error().message);
    return done ? 0 : 1;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// bench layertree: an image of 20 layers, 1 GB and 200,000 files. How long it takes from the wish to see its layers to
// the painted view, and what of it the helper's answer takes; how long a page of the tree takes to be painted when all
// of it is open. Beside it find(1) over the same layers. The last column of the view's rows is what the window grew by.
// Runs as root in a session: resources/dev/inside/bench.sh.

#include "engine/os/file.h"
#include "gui/client/client.h"
#include "gui/client/image_client.h"
#include "gui/pages/layersview.h"
#include "tests/bench/bus.h"
#include "tests/bench/clock.h"
#include "tests/bench/event_loop.h"
#include "tests/bench/harness.h"
#include "tests/bench/layers.h"

#include <QApplication>
#include <QPixmap>
#include <QScrollBar>
#include <QTreeView>

#include <algorithm>
#include <format>
#include <memory>
#include <optional>
#include <print>
#include <unistd.h>

using namespace lamella;
using namespace lamella::bench;

namespace {

constexpr int kLayers = 20;
constexpr int kFiles = 10'000; ///< in each
constexpr Bytes kSize{50'000'000}; ///< of each

Result<std::uint64_t> residentBytes()
{
    // proc_pid_statm(5): the second number is the resident set, in pages.
    const auto text = TRY(os::readFile("/proc/self/statm", 4096));
    return std::stoull(text.substr(text.find(' '))) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

class LayerTreeBench {
public:
    explicit LayerTreeBench(Scratch& scratch)
        : m_scratch(scratch)
    {
    }
    LayerTreeBench(const LayerTreeBench&) = delete;
    LayerTreeBench& operator=(const LayerTreeBench&) = delete;

    Result<void> prepare()
    {
        std::vector<LayerShape> shapes;
        for (int layer = 0; layer < kLayers; ++layer)
            shapes.push_back({std::format("layer{}", layer), kFiles, kSize});
        m_made.emplace(TRY(makeContainer(m_scratch, shapes)));
        m_client.connectToHelper();
        return waitUntil([this] { return m_client.isReady() && !m_client.images().isEmpty(); });
    }

    Contender open()
    {
        return {"lamella, the view painted", [this]() -> Result<Sample> {
                    const auto memory = TRY(residentBytes());
                    const auto cpu = ownCpu();
                    const auto before = now();
                    const auto view = TRY(shown());
                    const auto elapsed = now() - before;
                    return Sample{elapsed, ownCpu() - cpu,
                                  TRY(residentBytes()) - std::min(memory, TRY(residentBytes()))};
                }};
    }

    Contender answer()
    {
        return {"lamella, D-Bus OpenLayers", [this]() -> Result<Sample> {
                    const auto cpu = TRY(m_made->helper.cpu());
                    const auto before = now();
                    TRY(call(image()->path(), "org.lamella.Lamella1.Image", "OpenLayers", {QVariantMap()}));
                    return Sample{now() - before, TRY(m_made->helper.cpu()) - cpu, TRY(m_made->helper.peakBytes())};
                }};
    }

    /// With every directory open: the slowest of many pages anywhere in it.
    Contender scroll()
    {
        return {"lamella, slowest page of the tree", [this]() -> Result<Sample> {
                    const auto view = TRY(shown());
                    auto* files = view->findChild<QTreeView*>(QStringLiteral("layerFiles"));
                    files->expandAll();
                    files->grab();
                    const QScrollBar* bar = files->verticalScrollBar();
                    if (bar->maximum() < kLayers * kFiles / 2)
                        return failure(ErrorKind::Failed, std::format("only {} rows are there", bar->maximum()));
                    std::chrono::nanoseconds slowest{};
                    const auto cpu = ownCpu();
                    constexpr int kPages = 100;
                    for (int page = 0; page < kPages; ++page) {
                        const auto before = now();
                        files->verticalScrollBar()->setValue(bar->maximum() / kPages * page);
                        files->viewport()->grab();
                        slowest = std::max<std::chrono::nanoseconds>(slowest, now() - before);
                    }
                    return Sample{slowest, (ownCpu() - cpu) / kPages, TRY(residentBytes())};
                }};
    }

    Contender find()
    {
        return {"find layers -printf", [this]() -> Result<Sample> {
                    const auto before = now();
                    const auto usage = TRY(
                        runProgram({"find", (m_made->root / "layers").string(), "-printf", "%y %m %U %G %s %T@ %P\\n"},
                                   m_scratch.path("find.log")));
                    return Sample{now() - before, usage.cpu, usage.peakBytes};
                }};
    }

private:
    client::ImageClient* image() const { return m_client.images().constFirst(); }

    Result<std::unique_ptr<pages::LayersView>> shown()
    {
        auto view = std::make_unique<pages::LayersView>(&m_client);
        view->resize(1000, 700);
        view->show();
        view->setStack({image()->path(), QStringLiteral("bench"), image()->data().layers, false,
                        [this](const QString& other) { return image()->openLayers(other); }});
        view->load();
        TRY(waitUntil([&view] { return view->tree() != nullptr; }));
        view->grab();
        return view;
    }

    Scratch& m_scratch;
    std::optional<BenchContainer> m_made;
    client::Client m_client;
};

Result<void> runBench(int argc, char** argv)
{
    auto options = TRY(parseOptions(argc, argv));
    options.rounds = std::min(options.rounds, 10);
    options.warmups = 1;
    auto scratch = TRY(Scratch::make());
    LayerTreeBench bench{scratch};
    TRY(bench.prepare());
    return run("layertree", {bench.open(), bench.answer(), bench.scroll(), bench.find()}, "find layers -printf",
               options);
}

} // namespace

int main(int argc, char** argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    const auto done = runBench(argc, argv);
    if (!done)
        std::println(stderr, "bench layertree: {}", done.error().message);
    return done ? 0 : 1;
}

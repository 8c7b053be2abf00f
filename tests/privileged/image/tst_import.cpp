// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/import_source.h"
#include "engine/image/worker.h"
#include "tests/privileged/image/store_fixture.h"

#include <QScopeGuard>

#include <array>
#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>

using namespace lamella;
using namespace lamella::image;

namespace {

/// Documents of a layout, layers through pipes, as a registry gives them. The tests say when a pipe gets its bytes.
class PipeSource final : public ImportSource {
public:
    explicit PipeSource(const TestLayout& layout)
        : m_layout(layout)
        , m_directory(layout.open())
    {
    }
    ~PipeSource() override
    {
        for (auto& feeder : m_feeders)
            feeder.request_stop();
        m_changed.notify_all();
    }

    Result<std::vector<FoundImage>> images(const Worker& worker, std::stop_token stop) override
    {
        return worker.readLayout(m_directory.borrow(), kOwner, std::move(stop));
    }

    Result<Blob> openBlob(const Descriptor& blob, std::stop_token) override
    {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            return systemFailure("cannot make a pipe");
        Blob result{Blob::Kind::Stream, UniqueFd{ends[0]}, {}, kOwner};
        const std::scoped_lock lock{m_mutex};
        m_opened.push_back(blob.digest);
        m_feeders.emplace_back([this, digest = blob.digest, end = std::make_shared<UniqueFd>(ends[1])](
                                   const std::stop_token& stop) { feed(digest, end->borrow(), stop); });
        m_changed.notify_all();
        return result;
    }

    /// Gives the layer its bytes only when `ready` of the digests that were opened or fed till then.
    using Ready = std::function<bool(const std::vector<std::string>& opened, const std::vector<std::string>& fed)>;
    void hold(const std::string& digest, Ready ready) { m_ready[digest] = std::move(ready); }

    const std::vector<std::string>& opened() const { return m_opened; }

private:
    void feed(const std::string& digest, BorrowedFd end, const std::stop_token& stop)
    {
        {
            std::unique_lock lock{m_mutex};
            const auto ready = m_ready.find(digest);
            if (ready != m_ready.end() && !m_changed.wait(lock, stop, [&] { return ready->second(m_opened, m_fed); }))
                return;
        }
        const auto text = os::readFile(m_layout.path() / TestLayout::pathOf(digest), 64u << 20);
        std::ignore = os::writeAll(end, *text, "the pipe");
        const std::scoped_lock lock{m_mutex};
        m_fed.push_back(digest);
        m_changed.notify_all();
    }

    const TestLayout& m_layout;
    UniqueFd m_directory;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::map<std::string, Ready> m_ready;
    std::vector<std::string> m_opened;
    std::vector<std::string> m_fed;
    std::vector<std::jthread> m_feeders;
};

const auto kNever = [](const auto&, const auto&) { return false; };

const starter::TarMember kDirectory{.type = '5', .name = "d/", .link = {}, .data = {}, .mode = 0700, .uid = 7};
const auto kBelow = archiveOf({kDirectory, file("d/a", "below")});
const auto kAbove = archiveOf({file("d/b", "above")}); // does not speak of d/ itself

bool hasChildren()
{
    const auto list = os::readFile(std::format("/proc/self/task/{}/children", ::getpid()));
    return list && !list->empty();
}

} // namespace

// Images from elsewhere than a directory, and layers side by side.
class ImportTest : public QObject, StoreTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { ::signal(SIGPIPE, SIG_IGN); }
    void init() { prepare(); }
    void cleanup() { cleanUp(); }
    void layersComeThroughPipes();
    void layersAreUnpackedSideBySide();
    void whatIsShownBelowWaitsForIt();
    void eachLayerHasItsProgress();
    void oneFailureEndsAll();
    void cancelledItEndsAll();
    void aStreamThatLiesIsRefused_data();
    void aStreamThatLiesIsRefused();
    void aFullDiskIsSaid();
};

void ImportTest::layersComeThroughPipes()
{
    Store store{root()};
    const TestLayout layout{this->layout()};
    layout.index({layout.image({kBelow, kAbove})});
    PipeSource source{layout};
    const auto ids = store.images.import(source, kOwner, {}, {});
    QVERIFY2(ids, ids ? "" : ids.error().message.c_str());
    const auto layers = store.images.layerDirectories(store.images.list().front());
    QVERIFY(fs::exists(layers[0] / "d/a"));
    QVERIFY(fs::exists(layers[1] / "d/b"));
    // What is here already is not asked for again.
    PipeSource again{layout};
    QCOMPARE(store.images.import(again, kOwner, {}, {}).value(), *ids);
    QCOMPARE(again.opened().size(), 0u);
}

void ImportTest::layersAreUnpackedSideBySide()
{
    if (std::thread::hardware_concurrency() < 2)
        QSKIP("there is one core: one worker at a time");
    Store store{root()};
    const TestLayout layout{this->layout()};
    layout.index({layout.image({kBelow, kAbove})});
    PipeSource source{layout};
    for (const auto& archive : {kBelow, kAbove})
        source.hold(layer::digestOf(archive), [](const auto& opened, const auto&) { return opened.size() == 2; });
    const auto ids = store.images.import(source, kOwner, {}, {});
    QVERIFY2(ids, ids ? "" : ids.error().message.c_str());
}

void ImportTest::whatIsShownBelowWaitsForIt()
{
    if (std::thread::hardware_concurrency() < 2)
        QSKIP("there is one core: one worker at a time");
    Store store{root()};
    const TestLayout layout{this->layout()};
    layout.index({layout.image({kBelow, kAbove})});
    PipeSource source{layout};
    source.hold(layer::digestOf(kBelow),
                [](const auto&, const auto& fed) { return std::ranges::contains(fed, layer::digestOf(kAbove)); });
    const auto ids = store.images.import(source, kOwner, {}, {});
    QVERIFY2(ids, ids ? "" : ids.error().message.c_str());
    struct stat status{};
    const auto top = store.images.layerDirectories(store.images.list().front())[1];
    QCOMPARE(::stat((top / "d").c_str(), &status), 0);
    QCOMPARE(status.st_mode & 07777, 0700u);
    QCOMPARE(status.st_uid, 7u);
}

void ImportTest::eachLayerHasItsProgress()
{
    Store store{root()};
    const TestLayout layout{this->layout()};
    const auto large = archiveOf({file("a", std::string(4u << 20, 'x'))});
    layout.index({layout.image({large, kAbove})});
    PipeSource source{layout};
    std::vector<Progress> told;
    QVERIFY(store.images.import(source, kOwner, [&](const Progress& progress) { told.push_back(progress); }, {}));
    const auto& last = told.back();
    QCOMPARE(last.items.size(), 2u);
    QCOMPARE(last.items[0].name, layer::digestOf(large));
    QCOMPARE(last.items[1].name, layer::digestOf(kAbove));
    QCOMPARE(last.items[0].total.value, large.size());
    QCOMPARE(last.total.value, large.size() + kAbove.size());
    QCOMPARE(last.done.value, last.total.value);
    QVERIFY(std::ranges::any_of(told, [&](const Progress& progress) {
        return !progress.items.empty() && progress.items[0].done > Bytes{}
        && progress.items[0].done < Bytes{large.size()};
    }));
}

void ImportTest::oneFailureEndsAll()
{
    Store store{root()};
    const TestLayout layout{this->layout()};
    const std::string damaged(4096, 'x');
    layout.index({layout.image({damaged, kAbove})});
    PipeSource source{layout};
    source.hold(layer::digestOf(kAbove), kNever);
    const auto ids = store.images.import(source, kOwner, {}, {});
    QVERIFY(!ids);
    QVERIFY2(ids.error().kind == ErrorKind::InvalidArgument, ids.error().message.c_str());
    QVERIFY2(ids.error().message.starts_with("layer 1 of 2: "), ids.error().message.c_str());
    QVERIFY(!hasChildren());
    verifyEmpty();
}

void ImportTest::cancelledItEndsAll()
{
    Store store{root()};
    const TestLayout layout{this->layout()};
    layout.index({layout.image({kBelow, kAbove})});
    std::stop_source stop; // outlives the source's threads
    PipeSource source{layout};
    const auto ask = [&](const auto& opened, const auto&) {
        if (opened.size() == std::min(2u, std::thread::hardware_concurrency()))
            stop.request_stop();
        return false;
    };
    source.hold(layer::digestOf(kBelow), ask);
    source.hold(layer::digestOf(kAbove), ask);
    const auto ids = store.images.import(source, kOwner, {}, stop.get_token());
    QVERIFY(!ids);
    QVERIFY2(ids.error().kind == ErrorKind::Cancelled, ids.error().message.c_str());
    QVERIFY(!hasChildren());
    verifyEmpty();
}

using Spoil = std::function<void(const TestLayout&)>;
Q_DECLARE_METATYPE(Spoil)

void ImportTest::aStreamThatLiesIsRefused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<ErrorKind>("kind");
    const auto row = [](const char* name, std::string bytes, ErrorKind kind) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << kind;
    };
    auto other = kBelow;
    other[1024] = 'B';
    row("other content", other, ErrorKind::DigestMismatch);
    row("too long", kBelow + std::string(1u << 20, '\0'), ErrorKind::LimitExceeded);
    row("cut off", kBelow.substr(0, 600), ErrorKind::InvalidArgument);
    row("without its end", kBelow.substr(0, kBelow.size() - 512), ErrorKind::DigestMismatch);
    row("nothing", {}, ErrorKind::DigestMismatch);
}

void ImportTest::aStreamThatLiesIsRefused()
{
    QFETCH(QByteArray, bytes);
    QFETCH(ErrorKind, kind);
    Store store{root()};
    const TestLayout layout{this->layout()};
    layout.index({layout.image({kBelow})});
    layout.write(TestLayout::pathOf(layer::digestOf(kBelow)), bytes.toStdString());
    PipeSource source{layout};
    const auto ids = store.images.import(source, kOwner, {}, {});
    QVERIFY(!ids);
    QVERIFY2(ids.error().kind == kind, ids.error().message.c_str());
    verifyEmpty();
}

// On a file system of its own, which is smaller than what the layers become.
void ImportTest::aFullDiskIsSaid()
{
    fs::create_directories(root());
    if (::mount("none", root().c_str(), "tmpfs", 0, "size=96m") != 0)
        QSKIP("cannot mount here");
    const auto unmount = qScopeGuard([this] { ::umount2(root().c_str(), MNT_DETACH); });
    const TestLayout layout{this->layout()};
    std::string zeros;
    zeros.resize(48u << 20);
    layout.index({layout.image({kBelow, archiveOf({file("a", zeros)})})});
    Store store{root()};
    const auto ids = load(store, layout.path());
    QVERIFY(!ids);
    QVERIFY2(ids.error().kind == ErrorKind::NoSpace, ids.error().message.c_str());
    verifyEmpty();
    layout.index({layout.image({kBelow})});
    QVERIFY(load(store, layout.path())); // what fits still works
}

QTEST_GUILESS_MAIN(ImportTest)
#include "tst_import.moc"

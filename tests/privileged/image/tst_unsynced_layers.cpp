// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/import_source.h"
#include "tests/privileged/image/store_fixture.h"

#include <csignal>
#include <sys/wait.h>

using namespace lamella;
using namespace lamella::image;

namespace {

const auto kLower = archiveOf({file("d/a", std::string(5000, 'a')), file("d/b", "below")});
const auto kUpper = archiveOf({file("d/c", std::string(300'000, 'c'))});

// A layout that is asked as a registry is: what it has can be had again.
class RegistrySource final : public ImportSource {
public:
    explicit RegistrySource(BorrowedFd layout)
        : m_layout(layout, kOwner)
    {
    }
    Result<std::vector<FoundImage>> images(const Worker& worker, std::stop_token stop) override
    {
        return m_layout.images(worker, std::move(stop));
    }
    Result<Blob> openBlob(const Descriptor& blob, std::stop_token stop) override
    {
        return m_layout.openBlob(blob, std::move(stop));
    }
    std::optional<Repository> repository() const override { return Repository{"registry.example", "some/image"}; }

private:
    LayoutSource m_layout;
};

} // namespace

/// Layers of a pull, which the disk gets after the pull has ended.
class UnsyncedLayersTest : public QObject, StoreTest {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanupTestCase() { cleanUp(); }
    void theMarkGoesWithTheSync();
    void whoBuildsOnItWaits_data();
    void whoBuildsOnItWaits();
    void killedInTheSameBoot();
    void wholeAfterALossOfPower();
    void damagedByALossOfPower_data();
    void damagedByALossOfPower();
    void whatIsLoadedIsSyncedAtOnce();

private:
    std::vector<fs::path> marked() const;
    Result<std::vector<std::string>> pull(Store& store);
    void pullAndDie();
    void pretendAnotherBoot() const;
    fs::path layerOf(const Image& image, std::size_t position) const
    {
        return root() / "layers" / layer::digestHex(image.layers.at(position).chainId);
    }
};

void UnsyncedLayersTest::init()
{
    prepare();
    const TestLayout made{layout()};
    made.index({made.image({kLower, kUpper})});
}

std::vector<fs::path> UnsyncedLayersTest::marked() const
{
    std::vector<fs::path> marks;
    for (const auto& layer : fs::directory_iterator(root() / "layers")) {
        if (fs::is_symlink(layer.path() / "unsynced"))
            marks.push_back(layer.path() / "unsynced");
    }
    return marks;
}

Result<std::vector<std::string>> UnsyncedLayersTest::pull(Store& store)
{
    const auto directory = os::open(layout(), O_RDONLY | O_DIRECTORY).value();
    RegistrySource source{directory.borrow()};
    return store.images.import(source, kOwner, {}, {});
}

// In a process of its own, which is killed before the disk has it.
void UnsyncedLayersTest::pullAndDie()
{
    const auto child = ::fork();
    if (child == 0) {
        Store store{root()};
        store.images.setStepHook([](std::string_view at) {
            if (at == "recorded")
                ::kill(::getpid(), SIGKILL);
        });
        std::ignore = pull(store);
        ::_exit(1);
    }
    int status = 0;
    QCOMPARE(::waitpid(child, &status, 0), child);
    QVERIFY2(WIFSIGNALED(status), "the step was never reached");
    QCOMPARE(marked().size(), 2u);
}

void UnsyncedLayersTest::pretendAnotherBoot() const
{
    for (const auto& mark : marked()) {
        fs::remove(mark);
        fs::create_symlink("00000000-0000-0000-0000-000000000000", mark);
    }
}

void UnsyncedLayersTest::theMarkGoesWithTheSync()
{
    std::size_t before = 0;
    {
        Store store{root()};
        store.images.setStepHook([&](std::string_view step) {
            if (step == "synced later")
                before = marked().size();
        });
        QVERIFY(pull(store));
    }
    QCOMPARE(before, 2u);
    QCOMPARE(marked().size(), 0u);
}

void UnsyncedLayersTest::whoBuildsOnItWaits_data()
{
    QTest::addColumn<bool>("isLoad");
    QTest::newRow("a container") << false;
    QTest::newRow("a load of the same") << true;
}

void UnsyncedLayersTest::whoBuildsOnItWaits()
{
    QFETCH(bool, isLoad);
    pullAndDie();
    Store store{root()};
    std::atomic<bool> isSynced = false;
    store.images.setStepHook([&](std::string_view step) {
        if (step == "synced later") {
            QTest::qSleep(300);
            isSynced = true;
        }
    });
    QVERIFY(store.images.sweep());
    QVERIFY(!isSynced); // in the background
    const auto image = store.images.list(kOwner).front();
    QVERIFY(!store.images.isReady(image));
    if (isLoad)
        QVERIFY(load(store, layout()));
    else
        QVERIFY(store.images.makeReady(image, {}, {}));
    QVERIFY(isSynced);
    QVERIFY(store.images.isReady(image));
    QCOMPARE(marked().size(), 0u);
}

void UnsyncedLayersTest::killedInTheSameBoot()
{
    pullAndDie();
    {
        Store store{root()};
        QVERIFY(store.images.sweep());
        QVERIFY(store.images.isUnpacked(store.images.list(kOwner).front()));
    }
    QCOMPARE(marked().size(), 0u);
}

void UnsyncedLayersTest::wholeAfterALossOfPower()
{
    pullAndDie();
    pretendAnotherBoot();
    {
        Store store{root()};
        QVERIFY(store.images.sweep());
        QVERIFY(store.images.isUnpacked(store.images.list(kOwner).front()));
    }
    QCOMPARE(marked().size(), 0u);
}

void UnsyncedLayersTest::damagedByALossOfPower_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<bool>("isGone");
    QTest::newRow("a file is empty") << QStringLiteral("diff/d/c") << false;
    QTest::newRow("a file is missing") << QStringLiteral("diff/d/c") << true;
    QTest::newRow("the index is empty") << QStringLiteral("index") << false;
    QTest::newRow("the headers are empty") << QStringLiteral("headers") << false;
    QTest::newRow("the directory is missing") << QString() << true;
}

void UnsyncedLayersTest::damagedByALossOfPower()
{
    QFETCH(QString, what);
    QFETCH(bool, isGone);
    pullAndDie();
    pretendAnotherBoot();
    Store store{root()};
    const auto image = store.images.list(kOwner).front();
    const auto path = layerOf(image, 1) / what.toStdString();
    if (isGone)
        fs::remove_all(path);
    else
        fs::resize_file(path, 0);
    QVERIFY(store.images.sweep());
    QVERIFY(fs::exists(layerOf(image, 0) / "diff"));
    QVERIFY(!fs::exists(layerOf(image, 1)));
    const auto lost = store.images.unpack(image, {}, {});
    QVERIFY(!lost);
    QCOMPARE(lost.error().kind, ErrorKind::NotFound);
    QVERIFY2(lost.error().message.contains("pull the image again"), lost.error().message.c_str());
    const auto lower = fs::last_write_time(layerOf(image, 0) / "index");
    QVERIFY(pull(store));
    QVERIFY(store.images.unpack(image, {}, {}));
    QCOMPARE(fs::file_size(layerOf(image, 1) / "diff/d/c"), 300'000u);
    QVERIFY(fs::last_write_time(layerOf(image, 0) / "index") == lower); // what was whole stayed
}

void UnsyncedLayersTest::whatIsLoadedIsSyncedAtOnce()
{
    Store store{root()};
    std::size_t most = 0;
    store.images.setStepHook([&](std::string_view) { most = std::max(most, marked().size()); });
    QVERIFY(load(store, layout()));
    QCOMPARE(most, 0u);
}

QTEST_GUILESS_MAIN(UnsyncedLayersTest)
#include "tst_unsynced_layers.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/privileged/image/archive_fixture.h"

#include <sys/stat.h>
#include <thread>

using namespace lamella;
using namespace lamella::image;

using layer::Compression;
Q_DECLARE_METATYPE(Compression)

namespace {

const auto kBelow
    = archiveOf({{.type = '5', .name = "d/", .link = {}, .data = {}, .mode = 0700}, file("d/a", "below")});
const auto kAbove = archiveOf({file("d/b", std::string(3u << 20, 'b')), file("d/.wh.a", "")});

} // namespace

// Images that go out in one file.
class SavingTest : public QObject, StoreTest {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        prepare();
        const TestLayout layout{this->layout()};
        layout.index({layout.image({kBelow, kAbove}, {{"author", "somebody"}}), layout.image({kBelow})});
    }
    void cleanup() { cleanUp(); }
    void whatIsSavedLoadsAgain_data();
    void whatIsSavedLoadsAgain();
    void theSameImagesGiveTheSameBytes();
    void everyBlobIsWhatItsNameSays();
    void whatCannotBeSavedIsRefused();
    void aChangedLayerIsNotWritten();
    void savingIsCancelled();
    void aDirectoryBecomesALayout();
    void directoriesAreRefused_data();
    void directoriesAreRefused();
    void nothingIsLeftInADirectory();
    void noLinkIsFollowedInADirectory();
    void whatIsRemovedMeanwhileIsStillWritten();

private:
    Result<void> save(Store& store, const std::vector<std::string>& names, const char* file,
                      Compression compression = Compression::None, std::stop_token stop = {})
    {
        const auto output = os::open(m_directory / file, O_WRONLY | O_CREAT | O_TRUNC, 0644).value();
        return store.images.save(kOwner, names, compression, output.borrow(), {}, std::move(stop));
    }
    /// A directory of the owner's.
    fs::path ownDirectory() const
    {
        const auto path = m_directory / "saved";
        fs::create_directories(path);
        if (::chown(path.c_str(), kOwner, kOwner) != 0)
            qFatal("chown");
        return path;
    }
    Result<void> saveInto(Store& store, const std::vector<std::string>& names, const fs::path& directory,
                          std::stop_token stop = {})
    {
        const auto into = os::open(directory, O_RDONLY | O_DIRECTORY).value();
        return store.images.save(kOwner, names, Compression::None, into.borrow(), {}, std::move(stop));
    }
    std::string bytesOf(const char* file) const { return os::readFile(m_directory / file, 64u << 20).value(); }
};

void SavingTest::whatIsSavedLoadsAgain_data()
{
    QTest::addColumn<Compression>("compression");
    QTest::newRow("plain") << Compression::None;
    QTest::newRow("gzip") << Compression::Gzip;
    QTest::newRow("zstd") << Compression::Zstd;
}

void SavingTest::whatIsSavedLoadsAgain()
{
    QFETCH(Compression, compression);
    Store store{root()};
    const auto ids = load(store, layout()).value();
    QVERIFY(store.images.tag(kOwner, ids[0], "example.org/app:1"));
    QVERIFY(store.images.tag(kOwner, ids[0], "app"));
    const auto saved = save(store, {"app", ids[1]}, "saved", compression);
    QVERIFY2(saved, saved ? "" : saved.error().message.c_str());
    fs::create_directories(m_directory / "other");
    Store other{m_directory / "other"};
    const auto archive = os::open(m_directory / "saved", O_RDONLY).value();
    const auto loaded = other.images.loadArchive(archive.borrow(), kOwner, {}, {});
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    QCOMPARE(*loaded, ids);
    QCOMPARE(other.images.find(kOwner, ids[0]).value().references,
             (std::vector<std::string>{"docker.io/library/app:latest", "example.org/app:1"}));
    QVERIFY(other.images.find(kOwner, ids[1]).value().references.empty());
    QCOMPARE(other.images.documents(kOwner, ids[0]).value().config,
             store.images.documents(kOwner, ids[0]).value().config);
}

void SavingTest::theSameImagesGiveTheSameBytes()
{
    Store store{root()};
    const auto ids = load(store, layout()).value();
    QVERIFY(save(store, {ids[0]}, "one"));
    QVERIFY(save(store, {ids[0], ids[0].substr(7, 12)}, "two"));
    QVERIFY(bytesOf("one") == bytesOf("two"));
}

// What other tools see of it: GNU tar unpacks it, and both kinds of documents name what is there.
void SavingTest::everyBlobIsWhatItsNameSays()
{
    Store store{root()};
    const auto ids = load(store, layout()).value();
    QVERIFY(save(store, ids, "saved"));
    const auto out = m_directory / "out";
    fs::create_directories(out);
    QCOMPARE(std::system(std::format("tar -xf {} -C {}", (m_directory / "saved").string(), out.string()).c_str()), 0);
    for (const auto& name : namesIn(out / "blobs/sha256"))
        QCOMPARE(layer::digestOf(os::readFile(out / "blobs/sha256" / name, 64u << 20).value()), "sha256:" + name);
    const auto docker = json::parse(os::readFile(out / "manifest.json").value());
    QCOMPARE(docker.size(), 2u);
    QCOMPARE(docker[0]["Config"].get<std::string>(), TestLayout::pathOf(ids[0]));
    for (const auto& layer : docker[0]["Layers"])
        QVERIFY(fs::exists(out / layer.get<std::string>()));
    QVERIFY(os::readFile(out / TestLayout::pathOf(layer::digestOf(kAbove)), 64u << 20).value() == kAbove);
    QVERIFY(load(store, out)); // and as a directory
}

void SavingTest::whatCannotBeSavedIsRefused()
{
    Store store{root()};
    const auto ids = load(store, layout()).value();
    QCOMPARE(save(store, {}, "saved").error().kind, ErrorKind::InvalidArgument);
    QCOMPARE(save(store, {ids[0], "other"}, "saved").error().kind, ErrorKind::NotFound);
    const auto directory = os::open("/", O_RDONLY | O_DIRECTORY).value();
    QCOMPARE(store.images.save(kOwner, ids, Compression::None, directory.borrow(), {}, {}).error().kind,
             ErrorKind::InvalidArgument);
    const auto full = os::open("/dev/full", O_WRONLY).value();
    QCOMPARE(store.images.save(kOwner, ids, Compression::None, full.borrow(), {}, {}).error().kind,
             ErrorKind::InvalidArgument);
    QCOMPARE(store.images.save(kOwner + 1, ids, Compression::None, full.borrow(), {}, {}).error().kind,
             ErrorKind::InvalidArgument);
}

void SavingTest::aChangedLayerIsNotWritten()
{
    Store store{root()};
    const auto ids = load(store, layout()).value();
    const auto diff = store.images.layerDirectories(store.images.find(kOwner, ids[0]).value())[0];
    QVERIFY(os::replaceFile(diff / "d/a", "BELOW"));
    const auto refused = save(store, {ids[0]}, "saved");
    QVERIFY(!refused);
    QVERIFY2(refused.error().message.contains("d/a"), refused.error().message.c_str());
}

void SavingTest::savingIsCancelled()
{
    Store store{root()};
    const auto ids = load(store, layout()).value();
    std::stop_source stop;
    store.images.setStepHook([&](std::string_view step) {
        if (step == "saving")
            stop.request_stop();
    });
    QCOMPARE(save(store, ids, "saved", Compression::None, stop.get_token()).error().kind, ErrorKind::Cancelled);
}

void SavingTest::aDirectoryBecomesALayout()
{
    Store store{root()};
    const auto ids = load(store, layout()).value();
    QVERIFY(store.images.tag(kOwner, ids[0], "example.org/app:1"));
    const auto path = ownDirectory();
    const auto saved = saveInto(store, ids, path);
    QVERIFY2(saved, saved ? "" : saved.error().message.c_str());
    QCOMPARE(namesIn(path), (std::vector<std::string>{"blobs", "index.json", "oci-layout"}));
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
        struct stat status{};
        QCOMPARE(::lstat(entry.path().c_str(), &status), 0);
        QCOMPARE(status.st_uid, kOwner);
        QCOMPARE(status.st_mode & 0777u, entry.is_directory() ? 0755u : 0644u);
    }
    fs::create_directories(m_directory / "other");
    Store other{m_directory / "other"};
    QCOMPARE(load(other, path).value(), ids);
    QCOMPARE(other.images.find(kOwner, "example.org/app:1").value().id, ids[0]);
}

void SavingTest::directoriesAreRefused_data()
{
    QTest::addColumn<QString>("spoil"); // in the directory, as root
    QTest::addColumn<ErrorKind>("kind");
    QTest::newRow("a file in it") << "touch x" << ErrorKind::InvalidArgument;
    QTest::newRow("a layout in it") << "mkdir blobs; touch index.json oci-layout" << ErrorKind::InvalidArgument;
    QTest::newRow("another's") << "chown 0:0 ." << ErrorKind::Failed;
    QTest::newRow("read-only") << "chmod 0555 ." << ErrorKind::Failed;
}

void SavingTest::directoriesAreRefused()
{
    QFETCH(QString, spoil);
    QFETCH(ErrorKind, kind);
    Store store{root()};
    const auto ids = load(store, layout()).value();
    const auto path = ownDirectory();
    QCOMPARE(std::system(std::format("cd {} && {}", path.string(), spoil.toStdString()).c_str()), 0);
    const auto before = namesIn(path);
    const auto refused = saveInto(store, ids, path);
    QVERIFY(!refused);
    QVERIFY2(refused.error().kind == kind, refused.error().message.c_str());
    QCOMPARE(namesIn(path), before);
}

void SavingTest::nothingIsLeftInADirectory()
{
    Store store{root()};
    const auto ids = load(store, layout()).value();
    std::stop_source stop;
    store.images.setStepHook([&](std::string_view step) {
        if (step == "saving")
            stop.request_stop();
    });
    const auto path = ownDirectory();
    QCOMPARE(saveInto(store, ids, path, stop.get_token()).error().kind, ErrorKind::Cancelled);
    QCOMPARE(namesIn(path), std::vector<std::string>{});
}

// Its owner may do with it what he likes meanwhile.
void SavingTest::noLinkIsFollowedInADirectory()
{
    Store store{root()};
    const auto ids = load(store, layout()).value();
    const auto path = ownDirectory();
    const auto outside = m_directory / "outside";
    fs::create_directories(outside);
    fs::permissions(outside, fs::perms::all);
    bool swapped = false;
    store.images.setStepHook([&](std::string_view step) {
        if (step != "saving" || std::exchange(swapped, true))
            return;
        fs::rename(path / "blobs/sha256", path / "blobs/away");
        fs::create_directory_symlink(outside, path / "blobs/sha256");
    });
    QVERIFY(!saveInto(store, ids, path));
    QVERIFY(swapped);
    QCOMPARE(namesIn(outside), std::vector<std::string>{});
}

void SavingTest::whatIsRemovedMeanwhileIsStillWritten()
{
    Store store{root()};
    const auto ids = load(store, layout()).value();
    bool removed = false;
    std::jthread remover;
    store.images.setStepHook([&](std::string_view step) {
        if (step != "saving" || std::exchange(removed, true))
            return;
        // On a thread of its own: a removal has steps itself, and they come one after the other.
        remover = std::jthread([&] {
            for (const auto& id : ids)
                QVERIFY(store.images.remove(kOwner, id));
        });
    });
    const auto saved = save(store, ids, "saved");
    QVERIFY2(saved, saved ? "" : saved.error().message.c_str());
    QVERIFY(removed);
    remover.join();
    verifyEmpty();
}

QTEST_GUILESS_MAIN(SavingTest)
#include "tst_saving.moc"

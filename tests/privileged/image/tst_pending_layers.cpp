// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/byte_sink.h"
#include "engine/layer/tree_archive.h"
#include "tests/privileged/image/store_fixture.h"

#include <QScopeGuard>

#include <atomic>
#include <csignal>
#include <fstream>
#include <future>
#include <semaphore>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

using namespace lamella;
using namespace lamella::image;
using namespace std::chrono_literals;

namespace {

const auto kBelow = archiveOf({file("d/a", "below")});

ArchiveWriter writerOf(std::string archive)
{
    return [archive = std::move(archive)](layer::ByteSink& sink) -> Result<layer::ArchivedTree> {
        TRY(sink.write(std::as_bytes(std::span{archive})));
        return layer::ArchivedTree{};
    };
}

std::string changes(const std::string& what = "changed")
{
    std::vector<starter::TarMember> members;
    for (int i = 0; i < 50; ++i)
        members.push_back(file(std::format("d/{}", i), what + std::string(3000, 'x')));
    return archiveOf(members);
}

std::string worker()
{
    return environment("LAMELLA_BIN") + "/lamella-worker";
}

bool hasFailedWith(const Result<void>& result, ErrorKind kind)
{
    if (!result)
        qInfo("%s", result.error().message.c_str());
    return !result && result.error().kind == kind;
}

} // namespace

/// What a commit leaves: an image whose last layer is an archive until somebody has unpacked it.
class PendingLayersTest : public QObject, StoreTest {
    Q_OBJECT

private Q_SLOTS:
    void init() { prepare(); }
    void cleanup() { cleanUp(); }
    void anImageIsThereBeforeItsFilesAre();
    void aTreeCountsAsMuchAsItsFiles();
    void whoNeedsTheFilesWaits();
    void whoWaitsCanGiveUp();
    void aKilledHelperLosesNothing();
    void aRemovalEndsTheUnpacking();
    void commitsSideBySideAllCount();
    void aFullDiskIsSaidWhenTheFilesAreNeeded();
    void aDiskWithoutRoomForTheFilesIsRefused();
    void whatCannotBeUnpackedIsSaidAtUse_data();
    void whatCannotBeUnpackedIsSaidAtUse();
    void aLoadMendsWhatCouldNotBeUnpacked();

private:
    std::string loadBase(Store& store)
    {
        const TestLayout layout{this->layout()};
        layout.index({layout.image({kBelow})});
        return load(store, layout.path()).value().front();
    }

    // The image of a commit, or of what is called "changes".
    Image commit(Store& store, const ArchiveWriter& write = writerOf(changes()))
    {
        const auto id = store.images.commit(write, kOwner, loadBase(store), {.reference = "made"}, {}, {});
        if (!id)
            qFatal("%s", id.error().message.c_str());
        return store.images.find(kOwner, *id).value();
    }

    // A worker that does not come to an end with unpacking, but for what is given to a layout's load.
    fs::path slowWorker()
    {
        const auto path = m_directory / "slow-worker";
        std::ofstream{path} << "#!/bin/sh\nwhile [ \"$1\" = unpack ] && [ -e " << (m_directory / "slow").string()
                            << " ]; do sleep 0.1; done\nexec " << worker() << " \"$@\"\n";
        fs::permissions(path, fs::perms(0755));
        return path;
    }
    void makeSlow() { QVERIFY(os::replaceFile(m_directory / "slow", "")); }

    std::vector<std::string> namesOf(const Layer& layer) const
    {
        return namesIn(root() / "layers" / layer::digestHex(layer.chainId));
    }

    const std::vector<std::string> m_archive{"archive"};
    const std::vector<std::string> m_files{"diff", "headers", "index"};
};

void PendingLayersTest::anImageIsThereBeforeItsFilesAre()
{
    Store store{root(), slowWorker()};
    loadBase(store);
    makeSlow();
    const auto image = commit(store);
    QCOMPARE(image.references, std::vector<std::string>{"docker.io/library/made:latest"});
    QVERIFY(!store.images.isUnpacked(image));
    QCOMPARE(namesOf(image.layers.back()), m_archive);
    const auto archive = os::readFile(root() / "layers" / layer::digestHex(image.layers.back().chainId) / "archive");
    QCOMPARE(layer::digestOf(archive.value()), image.layers.back().diffId);
    QCOMPARE(store.images.history(kOwner, image.id, {}).value().size(), 2u);
    QVERIFY(store.images.tag(kOwner, image.id, "another"));
}

// Nothing that is said of the image changes with its unpacking.
void PendingLayersTest::aTreeCountsAsMuchAsItsFiles()
{
    Store store{root(), slowWorker()};
    loadBase(store);
    const auto tree = m_directory / "tree";
    fs::create_directories(tree / "deep/er");
    std::ofstream{tree / "deep/er/file"} << std::string(70'000, 'x');
    std::ofstream{tree / "sparse"} << "begin";
    fs::resize_file(tree / "sparse", 10u << 20);
    fs::create_hard_link(tree / "sparse", tree / "linked");
    fs::create_symlink("sparse", tree / "symlink");
    const ArchiveWriter write = [&](layer::ByteSink& sink) {
        const auto directory = os::open(tree, O_RDONLY | O_DIRECTORY).value();
        return layer::archiveTree(directory.borrow(), sink, {});
    };
    makeSlow();
    const auto image = commit(store, write);
    const auto pending = store.images.usage(kOwner).value();
    fs::remove(m_directory / "slow");
    QVERIFY(store.images.remove(kOwner, image.id));
    const auto again = commit(store, write);
    QVERIFY(store.images.unpack(again, {}, {}));
    QVERIFY(store.images.isUnpacked(again));
    QCOMPARE(store.images.usage(kOwner).value().total.value, pending.total.value);
    std::uint64_t blocks = 0;
    for (const auto& entry : fs::recursive_directory_iterator(store.images.layerDirectories(again).back())) {
        struct stat status{};
        QCOMPARE(::lstat(entry.path().c_str(), &status), 0);
        blocks += entry.is_regular_file() && !entry.is_symlink() && entry.path().filename() != "linked"
            ? static_cast<std::uint64_t>(status.st_blocks) * 512
            : 0;
    }
    const auto size = again.layers.back().size.value;
    QVERIFY2(size >= 70'005 && size <= blocks, std::to_string(size).c_str());
}

void PendingLayersTest::whoNeedsTheFilesWaits()
{
    Store store{root()};
    loadBase(store);
    std::counting_semaphore<> goOn{0};
    std::atomic<bool> isSpooled = false;
    std::atomic<bool> isUnpacking = false;
    store.images.setStepHook([&](std::string_view step) {
        isSpooled = isSpooled || step == "spooled";
        if (isSpooled && step == "staged") {
            isUnpacking = true;
            goOn.acquire();
        }
    });
    const auto image = commit(store);
    const auto end = qScopeGuard([&] { goOn.release(); });
    QTRY_VERIFY(isUnpacking); // in the background; whoever comes now, waits
    std::atomic<int> told = 0;
    const auto tell = [&](const Progress& progress) { told += progress.stage == "Unpacking layer 2 of 2"; };
    auto waiting = std::async(std::launch::async, [&] { return store.images.unpack(image, tell, {}); });
    auto saving = std::async(std::launch::async, [&] {
        const auto into = os::open(m_directory / "saved", O_RDWR | O_CREAT, 0600).value();
        return store.images.save(kOwner, {image.id}, layer::Compression::None, into.borrow(), {}, {});
    });
    QTRY_VERIFY(told > 3);
    QVERIFY(waiting.wait_for(0s) == std::future_status::timeout);
    QVERIFY(saving.wait_for(0s) == std::future_status::timeout);
    QVERIFY(!store.images.isUnpacked(image));
    goOn.release();
    const auto waited = waiting.get();
    QVERIFY2(waited, waited ? "" : waited.error().message.c_str());
    const auto saved = saving.get();
    QVERIFY2(saved, saved ? "" : saved.error().message.c_str());
    QVERIFY(store.images.isUnpacked(image));
    QCOMPARE(namesOf(image.layers.back()), m_files);
    QCOMPARE(namesIn(root() / "layers").size(), 2u);
    const auto text = os::readFile(store.images.layerDirectories(image).back() / "d/7").value();
    QVERIFY(text.starts_with("changed"));
    // The directory above, of which the archive does not speak, is the one below.
    const auto loaded = os::open(m_directory / "saved", O_RDONLY).value();
    QVERIFY(store.images.loadArchive(loaded.borrow(), kOwner + 1, {}, {}));
}

void PendingLayersTest::whoWaitsCanGiveUp()
{
    Store store{root(), slowWorker()};
    loadBase(store);
    makeSlow();
    const auto image = commit(store);
    std::stop_source stop;
    auto waiting = std::async(std::launch::async, [&] { return store.images.unpack(image, {}, stop.get_token()); });
    QVERIFY(waiting.wait_for(200ms) == std::future_status::timeout);
    stop.request_stop();
    QVERIFY(waiting.wait_for(5s) == std::future_status::ready);
    QVERIFY(hasFailedWith(waiting.get(), ErrorKind::Cancelled));
    QVERIFY(store.images.find(kOwner, image.id));
}

// By itself after the next start, or for who needs it first.
void PendingLayersTest::aKilledHelperLosesNothing()
{
    loadBase(*std::make_unique<Store>(root()));
    for (const bool sweeps : {true, false}) {
        const auto child = ::fork();
        if (child == 0) {
            Store store{root(), slowWorker()};
            std::ignore = os::replaceFile(m_directory / "slow", "");
            const auto image = commit(store, writerOf(changes(sweeps ? "one" : "two")));
            if (os::replaceFile(m_directory / "acknowledged", image.id))
                ::kill(::getpid(), SIGKILL);
            ::_exit(1);
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QVERIFY(WIFSIGNALED(status));
        const auto id = os::readFile(m_directory / "acknowledged").value();
        Store store{root()};
        const auto image = store.images.find(kOwner, id).value();
        QVERIFY(!store.images.isUnpacked(image));
        if (sweeps)
            QVERIFY(store.images.sweep());
        else
            QVERIFY(store.images.unpack(image, {}, {}));
        QTRY_VERIFY_WITH_TIMEOUT(store.images.isUnpacked(image), 20'000);
        QVERIFY(os::readFile(store.images.layerDirectories(image).back() / "d/7"));
    }
}

void PendingLayersTest::aRemovalEndsTheUnpacking()
{
    Store store{root(), slowWorker()};
    loadBase(store);
    const auto before = namesIn(root() / "layers");
    makeSlow();
    const auto image = commit(store);
    auto waiting = std::async(std::launch::async, [&] { return store.images.unpack(image, {}, {}); });
    QTRY_COMPARE(namesIn(root() / "layers").size(), 3u); // the archive, and what is unpacked of it
    QVERIFY(store.images.remove(kOwner, image.id));
    QCOMPARE(namesIn(root() / "layers"), before);
    QVERIFY(waiting.wait_for(5s) == std::future_status::ready);
    QVERIFY(hasFailedWith(waiting.get(), ErrorKind::NotFound));
    // And the same can be made again.
    fs::remove(m_directory / "slow");
    QVERIFY(store.images.unpack(commit(store), {}, {}));
}

void PendingLayersTest::commitsSideBySideAllCount()
{
    Store store{root()};
    const auto base = loadBase(store);
    std::vector<std::future<Result<std::string>>> commits;
    for (int i = 0; i < 8; ++i) {
        commits.push_back(std::async(std::launch::async, [&store, &base, i] {
            const auto message = std::to_string(i);
            return store.images.commit(writerOf(changes(std::to_string(i % 2))), kOwner, base, {.message = message}, {},
                                       {});
        }));
    }
    for (auto& one : commits) {
        const auto id = one.get();
        QVERIFY2(id, id ? "" : id.error().message.c_str());
        const auto image = store.images.find(kOwner, *id).value();
        const auto unpacked = store.images.unpack(image, {}, {});
        QVERIFY2(unpacked, unpacked ? "" : unpacked.error().message.c_str());
        QCOMPARE(namesOf(image.layers.back()), m_files);
    }
    QCOMPARE(store.images.list(kOwner).size(), 9u);
    QCOMPARE(namesIn(root() / "layers").size(), 3u);
}

namespace {

void fill(const fs::path& directory)
{
    struct statvfs info{};
    const auto filler = os::open(directory / "filler", O_RDWR | O_CREAT, 0600).value();
    QCOMPARE(::statvfs(directory.c_str(), &info), 0);
    if (const auto free = static_cast<off_t>(info.f_bavail * info.f_frsize); free > 0)
        QCOMPARE(::posix_fallocate(filler.get(), 0, free), 0);
}

} // namespace

void PendingLayersTest::aFullDiskIsSaidWhenTheFilesAreNeeded()
{
    if (::mount("none", root().c_str(), "tmpfs", 0, "size=96m") != 0)
        QSKIP("cannot mount here");
    const auto unmount = qScopeGuard([this] { ::umount2(root().c_str(), MNT_DETACH); });
    Store store{root()};
    loadBase(store);
    std::atomic<bool> isSpooled = false;
    store.images.setStepHook([&](std::string_view step) {
        isSpooled = isSpooled || step == "spooled";
        if (isSpooled && step == "staged")
            fill(root());
    });
    const auto image = commit(store);
    QVERIFY(hasFailedWith(store.images.unpack(image, {}, {}), ErrorKind::NoSpace));
    store.images.setStepHook({});
    QVERIFY(store.images.find(kOwner, "made"));
    QCOMPARE(namesOf(image.layers.back()), m_archive);
    fs::remove(root() / "filler");
    const auto unpacked = store.images.unpack(image, {}, {});
    QVERIFY2(unpacked, unpacked ? "" : unpacked.error().message.c_str());
}

void PendingLayersTest::aDiskWithoutRoomForTheFilesIsRefused()
{
    if (::mount("none", root().c_str(), "tmpfs", 0, "size=96m") != 0)
        QSKIP("cannot mount here");
    const auto unmount = qScopeGuard([this] { ::umount2(root().c_str(), MNT_DETACH); });
    Store store{root()};
    const auto base = loadBase(store);
    const ArchiveWriter write = [](layer::ByteSink& sink) -> Result<layer::ArchivedTree> {
        TRY(writerOf(changes())(sink));
        return layer::ArchivedTree{.size = 90_MiB, .longest = {}};
    };
    const auto made = store.images.commit(write, kOwner, base, {}, {}, {});
    QVERIFY(!made);
    QVERIFY2(made.error().kind == ErrorKind::NoSpace, made.error().message.c_str());
    QCOMPARE(namesIn(root() / "layers").size(), 1u);
}

void PendingLayersTest::whatCannotBeUnpackedIsSaidAtUse_data()
{
    QTest::addColumn<QByteArray>("archive");
    QTest::addColumn<bool>("changes"); // on the disk, afterwards
    QTest::addColumn<ErrorKind>("kind");
    const auto row = [](const char* name, const std::string& archive) -> QTestData& {
        return QTest::newRow(name) << QByteArray::fromStdString(archive);
    };
    row("no archive", std::string(1u << 20, 'x')) << false << ErrorKind::InvalidArgument;
    row("the beginning of one", changes().substr(0, 2000)) << false << ErrorKind::InvalidArgument;
    row("changed on the disk", changes()) << true << ErrorKind::DigestMismatch;
}

void PendingLayersTest::whatCannotBeUnpackedIsSaidAtUse()
{
    QFETCH(QByteArray, archive);
    QFETCH(bool, changes);
    QFETCH(ErrorKind, kind);
    const auto image = [&] {
        Store store{root(), slowWorker()};
        loadBase(store);
        makeSlow();
        return commit(store, writerOf(archive.toStdString()));
    }();
    if (changes) {
        const auto path = root() / "layers" / layer::digestHex(image.layers.back().chainId) / "archive";
        QVERIFY(os::replaceFile(path, ::changes("other")));
    }
    Store store{root()};
    QVERIFY(store.images.sweep());
    QVERIFY(hasFailedWith(store.images.unpack(image, {}, {}), kind));
    QVERIFY(store.images.find(kOwner, "made"));
    QCOMPARE(namesOf(image.layers.back()), m_archive);
    QVERIFY(store.images.remove(kOwner, image.id));
    QCOMPARE(namesIn(root() / "layers").size(), 1u);
}

void PendingLayersTest::aLoadMendsWhatCouldNotBeUnpacked()
{
    const auto image = [&] {
        Store store{root(), slowWorker()};
        loadBase(store);
        makeSlow();
        return commit(store);
    }();
    const auto& chainId = image.layers.back().chainId;
    QVERIFY(os::replaceFile(root() / "layers" / layer::digestHex(chainId) / "archive", "damaged"));
    Store store{root()};
    QVERIFY(!store.images.unpack(image, {}, {}));
    const TestLayout both{m_directory / "both"};
    both.index({both.image({kBelow, changes()})});
    const auto loaded = load(store, both.path());
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    QVERIFY(store.images.isUnpacked(image));
    QVERIFY(store.images.unpack(image, {}, {}));
    QCOMPARE(namesOf(image.layers.back()), m_files);
    QCOMPARE(namesIn(root() / "layers").size(), 2u);
}

QTEST_GUILESS_MAIN(PendingLayersTest)
#include "tst_pending_layers.moc"

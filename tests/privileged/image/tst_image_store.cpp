// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/privileged/image/store_fixture.h"

#include <future>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <thread>

using namespace lamella;
using namespace lamella::image;

class ImageStoreTest : public QObject, StoreTest {
    Q_OBJECT

private Q_SLOTS:
    void init() { prepare(); }
    void cleanup() { cleanUp(); }
    void theStarterImageLoads();
    void whatIsThereIsNotUnpackedAgain();
    void anImageIsFoundByEachOfItsNames();
    void anImageInUseIsBusy();
    void whatIsPinnedStaysUntilItIsNot();
    void badLayoutsAreRefused_data();
    void badLayoutsAreRefused();
    void hostileLayersAreRefused_data();
    void hostileLayersAreRefused();
    void overlayMarksAreMade();
    void theWorkerIsNotProtectedFromOom();
    void twoLoadsAtOnceDoNotCollide();
    void collectingDoesNotHoldTheDatabase();
    void aCancelledLoadLeavesNothing();
    void aKilledLoadIsSwept_data();
    void aKilledLoadIsSwept();
};

void ImageStoreTest::theStarterImageLoads()
{
    Store store{root()};
    QStringList stages;
    const auto directory = os::open(m_starter, O_RDONLY | O_DIRECTORY).value();
    const auto ids = store.images.loadLayout(
        directory.borrow(), kOwner, [&](const Progress& progress) { stages << QString::fromStdString(progress.stage); },
        {});
    QVERIFY2(ids, ids ? "" : ids.error().message.c_str());
    QCOMPARE(ids->size(), 1u);
    QVERIFY(stages.contains(QStringLiteral("Unpacking layer 2 of 3")));
    const auto image = store.images.find(kOwner, "starter").value();
    QCOMPARE(image.id, ids->front());
    QCOMPARE(image.references, std::vector<std::string>{"docker.io/library/starter:latest"});
    QCOMPARE(image.cmd, std::vector<std::string>{"/bin/sh"});
    QCOMPARE(image.workingDir, "/root");
    QCOMPARE(image.layers.size(), 3u);
    QVERIFY(image.layers[1].createdBy.contains("busybox"));
    QVERIFY(image.layers[1].size > Bytes{1'000'000});
    const auto layers = store.images.layerDirectories(image);
    QVERIFY(fs::is_directory(layers[0] / "proc"));
    QVERIFY(fs::is_symlink(layers[1] / "bin/sh"));
    struct stat status{};
    QCOMPARE(::stat((layers[0] / "tmp").c_str(), &status), 0);
    QCOMPARE(status.st_mode & 07777, 01777u);
    QCOMPARE(::stat((layers[2] / "home/user/demo.sh").c_str(), &status), 0);
    QCOMPARE(status.st_uid, 1000u);
    QCOMPARE(status.st_mtim.tv_sec, 1767225600);
    QVERIFY(store.images.sweep());
    QCOMPARE(namesIn(root() / "layers").size(), 3u);
    QCOMPARE(namesIn(root() / "blobs/sha256").size(), 2u);
    QVERIFY(store.images.remove(kOwner, image.id));
    verifyEmpty();
    QCOMPARE(store.images.find(kOwner, "starter").error().kind, ErrorKind::NotFound);
    QCOMPARE(store.images.remove(kOwner, image.id).error().kind, ErrorKind::NotFound);
}

void ImageStoreTest::whatIsThereIsNotUnpackedAgain()
{
    Store store{root()};
    const auto first = load(store, m_starter);
    QVERIFY(first);
    int unpacked = 0;
    store.images.setStepHook([&](std::string_view step) { unpacked += step == "staged"; });
    QCOMPARE(load(store, m_starter).value(), *first);
    QCOMPARE(unpacked, 0);
    QCOMPARE(store.images.list().size(), 1u);
    // A layer that was lost comes back.
    fs::remove_all(store.images.layerDirectories(store.images.list()[0])[2].parent_path());
    QVERIFY(load(store, m_starter));
    QCOMPARE(unpacked, 1);
}

void ImageStoreTest::anImageIsFoundByEachOfItsNames()
{
    Store store{root()};
    const auto id = load(store, m_starter).value().front();
    for (const auto& name :
         {std::string{"starter"}, std::string{"docker.io/library/starter:latest"}, id, id.substr(7), id.substr(7, 12), id.substr(0, 15)})
        QCOMPARE(store.images.find(kOwner, name).value().id, id);
    for (const auto* name : {"", "star", "starter:1", "sha256:", "../../etc", "%"})
        QCOMPARE(store.images.find(kOwner, name).error().kind, ErrorKind::NotFound);
}

void ImageStoreTest::anImageInUseIsBusy()
{
    Store store{root()};
    const auto id = load(store, m_starter).value().front();
    QVERIFY(store.database->lock().run("INSERT INTO containers (id, owner, name, image, created, document)"
                                       " VALUES ('c', ?, 'web', ?, 0, '{}')",
                                       kOwner, id));
    QCOMPARE(store.images.remove(kOwner, id).error().kind, ErrorKind::Busy);
    QVERIFY(store.images.find(kOwner, id));
    QVERIFY(store.database->lock().run("DELETE FROM containers"));
    QVERIFY(store.images.remove(kOwner, id));
}

// And who has only looked collects nothing.
void ImageStoreTest::whatIsPinnedStaysUntilItIsNot()
{
    Store store{root()};
    QVERIFY(load(store, m_starter));
    const auto image = store.images.list()[0];
    int collections = 0;
    store.images.setStepHook([&](std::string_view step) { collections += step == "rows removed"; });
    QVERIFY(store.images.pin(image));
    QCOMPARE(collections, 0);
    {
        const auto one = store.images.pin(image);
        auto other = store.images.pin(image);
        QVERIFY(one && other);
        QVERIFY(store.images.remove(kOwner, image.id));
        QCOMPARE(collections, 1);
        other->reset();
        for (const auto& directory : store.images.layerDirectories(image))
            QVERIFY(fs::exists(directory));
        QCOMPARE(store.images.pin(image).error().kind, ErrorKind::NotFound);
        QVERIFY(fs::exists(store.images.layerDirectories(image)[0]));
    }
    verifyEmpty();
}

using Spoil = std::function<void(const TestLayout&)>;
Q_DECLARE_METATYPE(Spoil)

void ImageStoreTest::badLayoutsAreRefused_data()
{
    QTest::addColumn<Spoil>("make");
    QTest::addColumn<ErrorKind>("kind");
    const auto archive = archiveOf({file("a", "text")});
    const auto row
        = [](const char* name, ErrorKind kind, Spoil make) { QTest::newRow(name) << std::move(make) << kind; };
    row("no index", ErrorKind::NotFound, [](const TestLayout&) { });
    row("index is no JSON", ErrorKind::InvalidArgument, [](const TestLayout& l) { l.write("index.json", "{"); });
    row("index is a list", ErrorKind::InvalidArgument, [](const TestLayout& l) { l.write("index.json", "[]"); });
    row("index is a symlink", ErrorKind::Failed,
        [](const TestLayout& l) { fs::create_symlink("/etc/passwd", l.path() / "index.json"); });
    row("index is a FIFO", ErrorKind::InvalidArgument,
        [](const TestLayout& l) { ::mkfifo((l.path() / "index.json").c_str(), 0666); });
    row("unknown version", ErrorKind::Unsupported, [](const TestLayout& l) {
        l.write("oci-layout", R"({"imageLayoutVersion":"2.0.0"})");
        l.index(json::array());
    });
    row("nothing in it", ErrorKind::Unsupported, [](const TestLayout& l) { l.index(json::array()); });
    row("another architecture", ErrorKind::Unsupported,
        [=](const TestLayout& l) { l.index({l.image({archive}, {{"architecture", "vax"}})}); });
    row("another digest", ErrorKind::DigestMismatch, [=](const TestLayout& l) {
        const auto manifest = l.image({archive});
        l.write(TestLayout::pathOf(manifest["digest"]), json{{"schemaVersion", 2}}.dump());
        l.index({manifest});
    });
    row("a layer's content", ErrorKind::DigestMismatch, [=](const TestLayout& l) {
        l.index({l.image({archive})});
        l.write(TestLayout::pathOf(layer::digestOf(archive)), archiveOf({file("a", "TEXT")}));
    });
    row("a layer's size", ErrorKind::DigestMismatch, [=](const TestLayout& l) {
        l.index({l.image({archive})});
        l.write(TestLayout::pathOf(layer::digestOf(archive)), archive.substr(0, 600));
    });
    row("a diffID", ErrorKind::DigestMismatch, [=](const TestLayout& l) {
        l.index({l.image({archive}, {{"rootfs", {{"diff_ids", {layer::digestOf("other")}}}}})});
    });
    row("too few diffIDs", ErrorKind::InvalidArgument,
        [=](const TestLayout& l) { l.index({l.image({archive}, {{"rootfs", {{"diff_ids", json::array()}}}})}); });
    row("a digest that is a path", ErrorKind::Unsupported, [=](const TestLayout& l) {
        auto manifest = l.image({archive});
        manifest["digest"] = "sha256:../../../../../../../../../../../../../../../../../../../../etc/passwd";
        l.index({manifest});
    });
    row("index and manifest at once", ErrorKind::InvalidArgument, [=](const TestLayout& l) {
        const auto both = json{{"schemaVersion", 2}, {"manifests", json::array()}, {"layers", json::array()}}.dump();
        l.index({l.blob("application/vnd.oci.image.manifest.v1+json", both)});
    });
    row("a manifest that calls itself an index", ErrorKind::InvalidArgument, [=](const TestLayout& l) {
        const auto other = json{{"schemaVersion", 2}, {"mediaType", "application/vnd.oci.image.index.v1+json"}}.dump();
        l.index({l.blob("application/vnd.oci.image.manifest.v1+json", other)});
    });
    row("an unknown layer type", ErrorKind::Unsupported, [=](const TestLayout& l) {
        const auto config = l.blob("application/vnd.oci.image.config.v1+json", "{}");
        const auto layer = l.blob("application/vnd.oci.image.layer.nondistributable.v1.tar", archive);
        l.index({l.blob("application/vnd.oci.image.manifest.v1+json",
                        json{{"schemaVersion", 2}, {"config", config}, {"layers", {layer}}}.dump())});
    });
    row("indexes too deep", ErrorKind::LimitExceeded, [=](const TestLayout& l) {
        auto entry = l.image({archive});
        for (int depth = 0; depth < 5; ++depth) {
            const auto text = json{{"schemaVersion", 2}, {"manifests", {entry}}}.dump();
            entry = l.blob("application/vnd.oci.image.index.v1+json", text);
        }
        l.index({entry});
    });
    row("a reference that is none", ErrorKind::InvalidArgument, [=](const TestLayout& l) {
        auto manifest = l.image({archive});
        manifest["annotations"]["org.opencontainers.image.ref.name"] = "a b\n";
        l.index({manifest});
    });
    row("a size that is negative", ErrorKind::InvalidArgument, [=](const TestLayout& l) {
        auto manifest = l.image({archive});
        manifest["size"] = -1;
        l.index({manifest});
    });
}

void ImageStoreTest::badLayoutsAreRefused()
{
    QFETCH(Spoil, make);
    QFETCH(ErrorKind, kind);
    Store store{root()};
    const TestLayout bad{layout()};
    make(bad);
    const auto result = load(store, layout());
    QVERIFY(!result);
    QVERIFY2(result.error().kind == kind, result.error().message.c_str());
    QVERIFY(!result.error().message.empty());
    QVERIFY(store.images.list().empty());
    verifyEmpty();
}

void ImageStoreTest::hostileLayersAreRefused_data()
{
    QTest::addColumn<QByteArray>("archive");
    const auto row = [](const char* name, std::vector<starter::TarMember> members) {
        QTest::newRow(name) << QByteArray::fromStdString(archiveOf(members));
    };
    const auto link = [](char type, const char* name, const char* target) {
        return starter::TarMember{.type = type, .name = name, .link = target, .data = {}};
    };
    row("..", {file("../escaped", "x")});
    row(".. inside", {file("a/../../escaped", "x")});
    row("a file through a symlink", {link('2', "out", "/var/tmp"), file("out/escaped", "x")});
    row("a file through a relative symlink", {link('2', "out", "../../../.."), file("out/escaped", "x")});
    row("a directory through a symlink",
        {link('2', "out", "/var/tmp"), {.type = '5', .name = "out/escaped/", .link = {}, .data = {}}});
    row("a whiteout through a symlink", {link('2', "out", "/var/tmp"), file("out/.wh.escaped", "")});
    row("a hard link outside", {link('1', "passwd", "../../../../../etc/passwd")});
    row("a hard link through a symlink", {link('2', "out", "/etc"), link('1', "passwd", "out/passwd")});
    row("a hard link to nothing", {link('1', "passwd", "/etc/passwd")});
    row("a hard link to a directory", {{.type = '5', .name = "d/", .link = {}, .data = {}}, link('1', "e", "d")});
    row("a whiteout of ..", {file(".wh...", "")});
    row("overlay's own mark", {{.type = '3', .name = "gone", .link = {}, .data = {}, .major = 0, .minor = 0}});
    row("an unknown type", {link('?', "x", "")});
    QTest::newRow("cut off in a header") << QByteArray::fromStdString(tarMember(file("a", "x")).substr(0, 100));
    QTest::newRow("cut off in the data") << QByteArray::fromStdString(
        tarMember(file("a", std::string(2000, 'x'))).substr(0, 1024));
    QTest::newRow("no archive") << QByteArray(4096, 'x');
}

void ImageStoreTest::hostileLayersAreRefused()
{
    QFETCH(QByteArray, archive);
    Store store{root()};
    const TestLayout hostile{layout()};
    hostile.index({hostile.image({archive.toStdString()})});
    const auto result = load(store, layout());
    QVERIFY(!result);
    QVERIFY2(result.error().kind == ErrorKind::InvalidArgument || result.error().kind == ErrorKind::Unsupported,
             result.error().message.c_str());
    verifyEmpty();
    QVERIFY(!fs::exists("/var/tmp/escaped"));
    QVERIFY(!fs::exists(root() / "layers/escaped"));
}

void ImageStoreTest::overlayMarksAreMade()
{
    Store store{root()};
    const TestLayout marked{layout()};
    const auto directory = [](std::string name, unsigned mode, unsigned uid) {
        return starter::TarMember{
            .type = '5', .name = std::move(name), .link = {}, .data = {}, .mode = mode, .uid = uid};
    };
    const auto below = archiveOf(
        {directory("kept/", 0700, 7), file("kept/a", "a"), directory("hidden/", 0755, 0), file("hidden/b", "b")});
    const auto above = archiveOf({file("kept/.wh.a", ""), directory("hidden/", 0755, 0),
                                  file("hidden/.wh..wh..opq", ""), file("hidden/c", "c")});
    auto manifest = marked.image({below, above});
    marked.index({manifest});
    const auto ids = load(store, layout());
    QVERIFY2(ids, ids ? "" : ids.error().message.c_str());
    const auto top = store.images.layerDirectories(store.images.list()[0])[1];
    struct stat status{};
    QCOMPARE(::lstat((top / "kept/a").c_str(), &status), 0);
    QVERIFY(S_ISCHR(status.st_mode) && status.st_rdev == 0);
    char value = 0;
    QCOMPARE(::getxattr((top / "hidden").c_str(), "trusted.overlay.opaque", &value, 1), 1);
    QCOMPARE(value, 'y');
    // The upper archive does not speak of kept/ itself: it stays what it was.
    QCOMPARE(::stat((top / "kept").c_str(), &status), 0);
    QCOMPARE(status.st_mode & 07777, 0700u);
    QCOMPARE(status.st_uid, 7u);
    QVERIFY(store.images.remove(kOwner, ids->front()));
    verifyEmpty();
}

namespace {

// oom_score_adj of each.
std::vector<std::string> scoresOfChildren()
{
    std::vector<std::string> scores;
    for (const auto& name : namesIn("/proc")) {
        const auto process = fs::path{"/proc"} / name;
        const auto status = os::readFile(process / "status");
        const auto score = os::readFile(process / "oom_score_adj");
        if (status && score && status->contains("\nPPid:\t" + std::to_string(::getpid()) + "\n"))
            scores.push_back(*score);
    }
    return scores;
}

} // namespace

void ImageStoreTest::theWorkerIsNotProtectedFromOom()
{
    // Like the helper, where this may be done at all.
    std::ignore = os::writeControl("/proc/self/oom_score_adj", "-500");
    Store store{root()};
    const TestLayout large{layout()}; // one layer, so that no second worker is just being started
    large.index({large.image({archiveOf({file("a", std::string(4u << 20, 'x'))})})});
    std::vector<std::string> scores;
    store.images.setStepHook([&](std::string_view step) {
        if (step == "unpacking")
            std::ranges::move(scoresOfChildren(), std::back_inserter(scores));
    });
    const auto loaded = load(store, layout());
    std::ignore = os::writeControl("/proc/self/oom_score_adj", "0");
    QVERIFY(loaded);
    QVERIFY(!scores.empty());
    for (const auto& score : scores)
        QCOMPARE(score, "500\n");
}

void ImageStoreTest::twoLoadsAtOnceDoNotCollide()
{
    Store store{root()};
    std::array<Result<std::vector<std::string>>, 4> results;
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < results.size(); ++i)
            threads.emplace_back([&, i] { results[i] = load(store, m_starter, static_cast<uid_t>(i)); });
    }
    for (const auto& result : results)
        QVERIFY2(result, result ? "" : result.error().message.c_str());
    QCOMPARE(store.images.list().size(), 4u);
    QCOMPARE(namesIn(root() / "layers").size(), 3u);
}

void ImageStoreTest::collectingDoesNotHoldTheDatabase()
{
    Store store{root()};
    const auto id = load(store, m_starter).value().front();
    QStringList reached;
    store.images.setStepHook([&](std::string_view step) {
        if (step != "rows removed" && step != "moved away")
            return;
        // The lock is recursive: only another thread can tell.
        auto other = std::async(std::launch::async, [&] { return store.images.list().size(); });
        if (other.wait_for(std::chrono::seconds(10)) != std::future_status::ready)
            qFatal("the database is held while directories are removed");
        reached << QString::fromUtf8(step.data(), static_cast<qsizetype>(step.size()));
    });
    QVERIFY(store.images.remove(kOwner, id));
    QCOMPARE(reached, (QStringList{QStringLiteral("rows removed"), QStringLiteral("moved away")}));
    verifyEmpty();
}

void ImageStoreTest::aCancelledLoadLeavesNothing()
{
    Store store{root()};
    const auto directory = os::open(m_starter, O_RDONLY | O_DIRECTORY).value();
    for (const auto* at : {"read", "staged", "unpacked", "layer recorded"}) {
        std::stop_source source;
        store.images.setStepHook([&](std::string_view step) {
            if (step == at)
                source.request_stop();
        });
        const auto result = store.images.loadLayout(directory.borrow(), kOwner, {}, source.get_token());
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Cancelled);
        verifyEmpty();
    }
}

void ImageStoreTest::aKilledLoadIsSwept_data()
{
    QTest::addColumn<QString>("step");
    QTest::addColumn<bool>("loaded");
    for (const auto* step : {"read", "staged", "unpacking", "unpacked", "synced", "published", "layer recorded",
                             "documents written", "before the commit"})
        QTest::newRow(step) << QString::fromLatin1(step) << false;
    QTest::newRow("recorded") << QStringLiteral("recorded") << true;
    for (const auto* step : {"owner removed", "rows removed", "moved away"})
        QTest::newRow(step) << QString::fromLatin1(step) << false;
}

void ImageStoreTest::aKilledLoadIsSwept()
{
    QFETCH(QString, step);
    QFETCH(bool, loaded);
    const auto child = ::fork();
    if (child == 0) {
        Store store{root()};
        store.images.setStepHook([name = step.toStdString()](std::string_view at) {
            if (at == name)
                ::kill(::getpid(), SIGKILL);
        });
        const auto ids = load(store, m_starter);
        if (ids)
            std::ignore = store.images.remove(kOwner, ids->front());
        ::_exit(1);
    }
    int status = 0;
    QCOMPARE(::waitpid(child, &status, 0), child);
    QVERIFY2(WIFSIGNALED(status), "the step was never reached");
    Store store{root()};
    QVERIFY(store.images.sweep());
    QCOMPARE(store.images.list().size(), loaded ? 1u : 0u);
    if (!loaded)
        verifyEmpty();
    QVERIFY(load(store, m_starter));
    QCOMPARE(namesIn(root() / "layers").size(), 3u);
}

QTEST_GUILESS_MAIN(ImageStoreTest)
#include "tst_image_store.moc"

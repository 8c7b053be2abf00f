// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/byte_sink.h"
#include "tests/privileged/image/archive_fixture.h"

#include <sys/stat.h>
#include <sys/wait.h>

using namespace lamella;
using namespace lamella::image;
using starter::TarMember;

namespace {

const auto kBelow
    = archiveOf({{.type = '5', .name = "d/", .link = {}, .data = {}, .mode = 0700}, file("d/a", "below")});
const auto kAbove = archiveOf({file("d/b", "above")});

TarMember linkTo(std::string name, std::string target, char type = '2')
{
    return {.type = type, .name = std::move(name), .link = std::move(target), .data = {}};
}

TarMember manifestOf(const json& entries)
{
    return file("manifest.json", entries.dump());
}

/// What docker save of older versions writes: a directory for each layer.
std::vector<TarMember> dockerMembers()
{
    return {
        file("aa/layer.tar", kBelow),
        file("aa/VERSION", "1.0"),
        file("bb/layer.tar", kAbove),
        file("config.json", configOf({kBelow, kAbove})),
        file("repositories", "{}"),
        manifestOf({{{"Config", "config.json"},
                     {"RepoTags", {"example.org/app:1", "app"}},
                     {"Layers", {"aa/layer.tar", "bb/layer.tar"}}}}),
    };
}

/// A container's changes.
ArchiveWriter writerOf(std::string archive)
{
    return [archive = std::move(archive)](layer::ByteSink& sink) -> Result<layer::ArchivedTree> {
        TRY(sink.write(std::as_bytes(std::span{archive})));
        return layer::ArchivedTree{};
    };
}

} // namespace

Q_DECLARE_METATYPE(ArchiveWriter)
using Make = std::function<std::string(const fs::path&)>;
Q_DECLARE_METATYPE(Make)

// Images that come in one file.
class ArchivesTest : public QObject, StoreTest {
    Q_OBJECT

private Q_SLOTS:
    void init() { prepare(); }
    void cleanup() { cleanUp(); }
    void archivesAreLoaded_data();
    void archivesAreLoaded();
    void severalImagesComeInOne();
    void aDigestIsNoWordOfAnArchive();
    void layersMayBeLinksAndCompressed();
    void hostileArchivesAreRefused_data();
    void hostileArchivesAreRefused();
    void whatIsNoFileIsRefused();
    void aKilledLoadLeavesNothing();
    void aRootFileSystemBecomesAnImage_data();
    void aRootFileSystemBecomesAnImage();
    void aDamagedRootFileSystemIsRefused();
    void anImageGetsOneMoreLayer();
    void whatGoesWrongInACommitIsSaid_data();
    void whatGoesWrongInACommitIsSaid();

private:
    Result<std::vector<std::string>> loadBytes(Store& store, const std::string& bytes)
    {
        const auto path = m_directory / "archive";
        std::ignore = os::replaceFile(path, bytes, 0644);
        const auto archive = os::open(path, O_RDONLY).value();
        return store.images.loadArchive(archive.borrow(), kOwner, {}, {});
    }
};

void ArchivesTest::archivesAreLoaded_data()
{
    QTest::addColumn<Make>("make");
    const auto rows = [](const std::string& name, const Make& make) {
        QTest::newRow(name.c_str()) << make;
        QTest::newRow((name + ", gzip").c_str())
            << Make([make](const fs::path& path) { return packed(make(path), KCompressionDevice::GZip); });
        QTest::newRow((name + ", zstd").c_str())
            << Make([make](const fs::path& path) { return packed(make(path), KCompressionDevice::Zstd); });
    };
    rows("OCI layout", [](const fs::path& path) {
        const TestLayout layout{path};
        auto manifest = layout.image({kBelow, kAbove});
        manifest["annotations"]["org.opencontainers.image.ref.name"] = "example.org/app:1";
        layout.index({manifest});
        return tarOf(layout);
    });
    rows("docker save", [](const fs::path&) { return archiveOf(dockerMembers()); });
}

void ArchivesTest::archivesAreLoaded()
{
    QFETCH(Make, make);
    Store store{root()};
    const auto ids = loadBytes(store, make(layout()));
    QVERIFY2(ids, ids ? "" : ids.error().message.c_str());
    const auto image = store.images.find(kOwner, "example.org/app:1").value();
    QCOMPARE(image.id, layer::digestOf(configOf({kBelow, kAbove})));
    QCOMPARE(ids->front(), image.id);
    const auto layers = store.images.layerDirectories(image);
    QCOMPARE(os::readFile(layers[0] / "d/a").value(), "below");
    QCOMPARE(os::readFile(layers[1] / "d/b").value(), "above");
    QCOMPARE(namesIn(root() / "layers").size(), 2u);
    QVERIFY(store.images.remove(kOwner, image.id));
    verifyEmpty();
}

void ArchivesTest::severalImagesComeInOne()
{
    Store store{root()};
    const auto ids = loadBytes(
        store,
        archiveOf({file("l.tar", kBelow), file("m.tar", kAbove), file("a.json", configOf({kBelow})),
                   file("b.json", configOf({kBelow, kAbove})),
                   file("other.json", configOf({kBelow}, {{"os", "plan9"}})),
                   manifestOf({{{"Config", "a.json"}, {"RepoTags", {"a:1"}}, {"Layers", {"l.tar"}}},
                               {{"Config", "b.json"}, {"RepoTags", nullptr}, {"Layers", {"l.tar", "m.tar"}}},
                               {{"Config", "other.json"}, {"RepoTags", {"c:1"}}, {"Layers", {"l.tar"}}}})}));
    QVERIFY2(ids, ids ? "" : ids.error().message.c_str());
    QCOMPARE(ids->size(), 2u);
    QCOMPARE(store.images.list().size(), 2u);
    QCOMPARE(namesIn(root() / "layers").size(), 2u);
    QCOMPARE(store.images.find(kOwner, "a:1").value().layers.size(), 1u);
}

// Who runs an image by its digest gets that and no other.
void ArchivesTest::aDigestIsNoWordOfAnArchive()
{
    constexpr auto kAnnotation = "org.opencontainers.image.ref.name";
    Store store{root()};
    const TestLayout layout{this->layout()};
    auto manifest = layout.image({kBelow});
    const auto pinned = "app@" + manifest["digest"].get<std::string>();
    manifest["annotations"][kAnnotation] = pinned;
    layout.index({manifest});
    const auto meant = loadBytes(store, tarOf(layout));
    QVERIFY2(meant, meant ? "" : meant.error().message.c_str());
    QCOMPARE(store.images.find(kOwner, pinned).value().id, meant->front());
    auto other = layout.image({kAbove});
    other["annotations"][kAnnotation] = pinned;
    layout.index({other});
    const auto docker = [](const std::vector<std::string>& names) {
        return archiveOf({file("config.json", configOf({kBelow, kAbove})), file("l.tar", kBelow), file("m.tar", kAbove),
                          manifestOf({{{"Config", "config.json"},
                                       {"RepoTags", names},
                                       {"Layers", {"l.tar", "m.tar"}}}})});
    };
    for (const auto& archive : {tarOf(layout), docker({pinned, "docker.io/library/" + pinned})}) {
        const auto ids = loadBytes(store, archive);
        QVERIFY2(ids, ids ? "" : ids.error().message.c_str());
        QVERIFY(ids->front() != meant->front());
        QCOMPARE(store.images.find(kOwner, ids->front()).value().references, std::vector<std::string>{});
        QCOMPARE(store.images.find(kOwner, pinned).value().id, meant->front());
    }
    // Nor is an ID.
    const auto digits = std::string{layer::digestHex(meant->front())};
    QVERIFY(loadBytes(store, docker({digits})));
    QCOMPARE(store.images.find(kOwner, digits).value().id, meant->front());
}

void ArchivesTest::layersMayBeLinksAndCompressed()
{
    Store store{root()};
    const auto ids = loadBytes(
        store,
        archiveOf({linkTo("bb/layer.tar", "../aa/layer.tar"),
                   file("aa/layer.tar", packed(kBelow, KCompressionDevice::GZip)),
                   linkTo("cc.tar", "bb/layer.tar", '1'), file("config.json", configOf({kBelow, kBelow, kBelow})),
                   manifestOf({{{"Config", "config.json"}, {"Layers", {"aa/layer.tar", "bb/layer.tar", "cc.tar"}}}})}));
    QVERIFY2(ids, ids ? "" : ids.error().message.c_str());
    QCOMPARE(store.images.list().front().layers.size(), 3u);
}

void ArchivesTest::hostileArchivesAreRefused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<ErrorKind>("kind");
    QTest::addColumn<QString>("word"); // of the sentence
    const auto raw = [](const char* name, const std::string& bytes, ErrorKind kind, const char* word) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << kind << QString::fromLatin1(word);
    };
    const auto row = [&raw](const char* name, const TarMember& added, ErrorKind kind, const char* word) {
        auto members = dockerMembers();
        members.push_back(added);
        raw(name, archiveOf(members), kind, word);
    };
    constexpr auto kInvalid = ErrorKind::InvalidArgument;
    row("a name with ..", file("../escaped", "x"), kInvalid, "..");
    row("an absolute name", file("/etc/escaped", "x"), kInvalid, "absolute");
    row("a name twice", file("config.json", "{}"), kInvalid, "twice");
    row("a name twice in other words", file("./aa//layer.tar", "{}"), kInvalid, "twice");
    row("a link over a file", linkTo("config.json", "aa/VERSION"), kInvalid, "twice");
    row("a link that leads out", linkTo("out", "../../etc/passwd"), kInvalid, "leads out");
    row("a link to an absolute name", linkTo("out", "/etc/passwd"), kInvalid, "leads out");
    row("a hard link out", linkTo("out", "../etc/passwd", '1'), kInvalid, "..");
    row("a device", {.type = '3', .name = "null", .link = {}, .data = {}, .major = 1, .minor = 3}, kInvalid, "device");
    row("a FIFO", {.type = '6', .name = "fifo", .link = {}, .data = {}}, kInvalid, "FIFO");
    const auto only
        = [&](const char* name, std::vector<TarMember> members, const char* layer, ErrorKind kind, const char* word) {
              members.push_back(file("config.json", configOf({kBelow})));
              members.push_back(manifestOf({{{"Config", "config.json"}, {"Layers", {layer}}}}));
              raw(name, archiveOf(members), kind, word);
          };
    only("links in a circle", {linkTo("a", "b"), linkTo("b", "a")}, "a", kInvalid, "too many links");
    only("a layer that is missing", {}, "a", kInvalid, "missing");
    only("another layer", {file("a", kAbove)}, "a", ErrorKind::DigestMismatch, "other content");
    only("a layer outside", {}, "../../etc/passwd", kInvalid, "missing");
    const auto good = archiveOf(dockerMembers());
    raw("nothing", "", kInvalid, "no image");
    raw("no archive", std::string(4096, 'x'), kInvalid, "checksum");
    raw("manifest.json is missing what it names", archiveOf({manifestOf({{{"Config", "c"}, {"Layers", {"l"}}}})}),
        kInvalid, "missing");
    raw("an archive of something else", archiveOf({file("a", "b")}), ErrorKind::NotFound, "no image");
    // What a root file system may have, and no archive of images.
    raw("an archive of a root file system",
        archiveOf({linkTo("bin/sh", "/bin/busybox"),
                   linkTo("etc/mtab", "../../proc/mounts"),
                   file("bin/busybox", "x"),
                   {.type = '3', .name = "dev/null", .link = {}, .data = {}, .major = 1, .minor = 3},
                   file("/etc/passwd", "x")}),
        ErrorKind::NotFound, "no image");
    raw("half of a root file system", archiveOf({file("bin/busybox", std::string(4000, 'x'))}).substr(0, 2000),
        kInvalid, "");
    raw("cut off", good.substr(0, 2000), kInvalid, "");
    raw("cut off, gzip", packed(good, KCompressionDevice::GZip).substr(0, 100), kInvalid, "");
    raw("damaged zstd", "\x28\xb5\x2f\xfd" + std::string(100, 'x'), kInvalid, "");
    raw("manifest.json is no list", archiveOf({file("manifest.json", "{}")}), kInvalid, "list");
    raw("a tag that is none",
        archiveOf({file("l", kBelow), file("c", configOf({kBelow})),
                   manifestOf({{{"Config", "c"}, {"RepoTags", {"a b"}}, {"Layers", {"l"}}}})}),
        kInvalid, "reference");
    raw("another machine's",
        archiveOf({file("l", kBelow), file("c", configOf({kBelow}, {{"architecture", "vax"}})),
                   manifestOf({{{"Config", "c"}, {"Layers", {"l"}}}})}),
        ErrorKind::Unsupported, "linux/");
}

void ArchivesTest::hostileArchivesAreRefused()
{
    QFETCH(QByteArray, bytes);
    QFETCH(ErrorKind, kind);
    QFETCH(QString, word);
    Store store{root()};
    const auto ids = loadBytes(store, bytes.toStdString());
    QVERIFY(!ids);
    QVERIFY2(ids.error().kind == kind, ids.error().message.c_str());
    QVERIFY2(ids.error().message.contains(word.toStdString()), ids.error().message.c_str());
    QVERIFY(store.images.list().empty());
    verifyEmpty();
}

void ArchivesTest::whatIsNoFileIsRefused()
{
    Store store{root()};
    const auto directory = os::open("/", O_RDONLY | O_DIRECTORY).value();
    QCOMPARE(store.images.loadArchive(directory.borrow(), kOwner, {}, {}).error().kind, ErrorKind::InvalidArgument);
    QVERIFY(loadBytes(store, archiveOf(dockerMembers())));
    const auto unreadable = os::open(m_directory / "archive", O_WRONLY).value();
    QVERIFY(!store.images.loadArchive(unreadable.borrow(), kOwner, {}, {}));
}

// A compressed one, whose content lies in a file of the store meanwhile.
void ArchivesTest::aKilledLoadLeavesNothing()
{
    const auto child = ::fork();
    if (child == 0) {
        Store store{root()};
        store.images.setStepHook([](std::string_view at) {
            if (at == "staged")
                ::kill(::getpid(), SIGKILL);
        });
        std::ignore = loadBytes(store, packed(archiveOf(dockerMembers()), KCompressionDevice::GZip));
        ::_exit(1);
    }
    int status = 0;
    QCOMPARE(::waitpid(child, &status, 0), child);
    QVERIFY(WIFSIGNALED(status));
    Store store{root()};
    QVERIFY(store.images.sweep());
    verifyEmpty();
    QVERIFY(loadBytes(store, archiveOf(dockerMembers())));
}

void ArchivesTest::aRootFileSystemBecomesAnImage_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("plain") << QByteArray::fromStdString(kBelow);
    QTest::newRow("gzip") << QByteArray::fromStdString(packed(kBelow, KCompressionDevice::GZip));
    QTest::newRow("zstd") << QByteArray::fromStdString(packed(kBelow, KCompressionDevice::Zstd));
}

void ArchivesTest::aRootFileSystemBecomesAnImage()
{
    QFETCH(QByteArray, bytes);
    Store store{root()};
    const auto path = m_directory / "archive";
    QVERIFY(os::replaceFile(path, bytes.toStdString(), 0644));
    const auto archive = os::open(path, O_RDONLY).value();
    NewImageSettings settings{.reference = "mine",
                              .entrypoint = {},
                              .cmd = {"/bin/sh", "-l"},
                              .env = {"A=1"},
                              .workingDir = "/d",
                              .user = "7:8",
                              .author = "somebody",
                              .message = "by hand",
                              .created = std::chrono::seconds{1}};
    const auto id = store.images.importRootfs(archive.borrow(), kOwner, settings, {}, {});
    QVERIFY2(id, id ? "" : id.error().message.c_str());
    const auto image = store.images.find(kOwner, "mine").value();
    QCOMPARE(image.id, *id);
    QCOMPARE(image.layers.size(), 1u);
    QCOMPARE(image.layers[0].diffId, layer::digestOf(kBelow));
    QCOMPARE(image.cmd, settings.cmd);
    QCOMPARE(image.env, settings.env);
    QCOMPARE(image.workingDir, "/d");
    QCOMPARE(image.user, "7:8");
    QCOMPARE(image.created.count(), 1'000'000);
    QCOMPARE(store.images.history(kOwner, *id, {}).value()[0].comment, "by hand");
    QCOMPARE(json::parse(store.images.documents(kOwner, *id).value().config)["author"].get<std::string>(), "somebody");
    QCOMPARE(store.images.importRootfs(archive.borrow(), kOwner, settings, {}, {}).value(), *id);
    settings.reference = "a b";
    QCOMPARE(store.images.importRootfs(archive.borrow(), kOwner, settings, {}, {}).error().kind,
             ErrorKind::InvalidArgument);
}

void ArchivesTest::aDamagedRootFileSystemIsRefused()
{
    Store store{root()};
    const auto path = m_directory / "archive";
    QVERIFY(os::replaceFile(path, std::string(4096, 'x'), 0644));
    const auto archive = os::open(path, O_RDONLY).value();
    QCOMPARE(store.images.importRootfs(archive.borrow(), kOwner, {}, {}, {}).error().kind, ErrorKind::InvalidArgument);
    verifyEmpty();
}

// Whose fault it is says the error, and nothing of it stays.
void ArchivesTest::whatGoesWrongInACommitIsSaid_data()
{
    QTest::addColumn<ArchiveWriter>("write");
    QTest::addColumn<ErrorKind>("kind");
    const auto member = kAbove.substr(0, 2 * 512);
    QTest::newRow("the writer fails between two members")
        << ArchiveWriter{[member](layer::ByteSink& sink) -> Result<layer::ArchivedTree> {
               TRY(writerOf(member)(sink));
               return failure(ErrorKind::Unsupported, "no");
           }}
        << ErrorKind::Unsupported;
    QTest::newRow("the writer fails at once") << ArchiveWriter{[](layer::ByteSink&) -> Result<layer::ArchivedTree> {
        return failure(ErrorKind::Cancelled, "no");
    }} << ErrorKind::Cancelled;
    QTest::newRow("the store wants no more") << ArchiveWriter{[](layer::ByteSink& sink) -> Result<layer::ArchivedTree> {
        const auto foreign = writerOf(std::string(1u << 20, 'x'));
        for (;;)
            TRY(foreign(sink));
    }} << ErrorKind::LimitExceeded;
    const auto treeOf = [](layer::ArchivedTree tree) {
        return ArchiveWriter{[tree](layer::ByteSink& sink) -> Result<layer::ArchivedTree> {
            TRY(writerOf(kAbove)(sink));
            return tree;
        }};
    };
    QTest::newRow("more files than a layer may have")
        << treeOf({.size = {}, .entries = 101, .longest = {}}) << ErrorKind::LimitExceeded;
    QTest::newRow("more bytes than a layer may have")
        << treeOf({.size = 16_MiB + Bytes{1}, .longest = {}}) << ErrorKind::LimitExceeded;
    QTest::newRow("a file with more holes than a layer may have")
        << treeOf({.size = {}, .longest = 16_MiB + Bytes{1}}) << ErrorKind::LimitExceeded;
    QTest::newRow("a file deeper than it may lie")
        << treeOf({.size = {}, .longest = {}, .depth = 9}) << ErrorKind::LimitExceeded;
}

void ArchivesTest::whatGoesWrongInACommitIsSaid()
{
    QFETCH(ArchiveWriter, write);
    Limits limits;
    limits.blob = 16_MiB;
    limits.unpackedLayer = 16_MiB;
    limits.layerEntries = 100;
    limits.pathDepth = 8;
    Store store{root(), limits};
    const TestLayout layout{this->layout()};
    layout.index({layout.image({kBelow})});
    const auto base = load(store, layout.path()).value().front();
    QTEST(store.images.commit(write, kOwner, base, {}, {}, {}).error().kind, "kind");
    QCOMPARE(namesIn(root() / "layers").size(), 1u);
    QCOMPARE(store.images.list(kOwner).size(), 1u);
    // A layer that is there already is not brought twice.
    const auto again = store.images.commit(writerOf(kBelow), kOwner, base, {}, {}, {});
    QVERIFY2(again, again ? "" : again.error().message.c_str());
    const auto same = store.images.commit(writerOf(kBelow), kOwner, base, {.message = "another"}, {}, {});
    QVERIFY2(same, same ? "" : same.error().message.c_str());
    QVERIFY(*again != *same);
    QCOMPARE(namesIn(root() / "layers").size(), 2u);
}

void ArchivesTest::anImageGetsOneMoreLayer()
{
    Store store{root()};
    const TestLayout layout{this->layout()};
    layout.index(
        {layout.image({kBelow}, {{"config", {{"Labels", {{"a", "1"}}}, {"Unknown", {1, 2}}}}, {"extra", "kept"}})});
    const auto base = load(store, layout.path()).value().front();
    const auto commit = [&](const NewImageSettings& settings, uid_t owner = kOwner) {
        return store.images.commit(writerOf(kAbove), owner, base, settings, {}, {});
    };
    const auto id = commit({.reference = "more", .cmd = {"/new"}, .labels = {"b=2"}, .message = "by hand"});
    QVERIFY2(id, id ? "" : id.error().message.c_str());
    const auto image = store.images.find(kOwner, "more").value();
    QCOMPARE(image.id, *id);
    QCOMPARE(image.cmd, std::vector<std::string>{"/new"});
    QCOMPARE(image.layers.size(), 2u);
    QCOMPARE(image.layers[0].chainId, store.images.find(kOwner, base).value().layers[0].chainId);
    QCOMPARE(image.layers[1].diffId, layer::digestOf(kAbove));
    const auto config = json::parse(store.images.documents(kOwner, *id).value().config);
    QCOMPARE(config["config"]["Labels"], json({{"a", "1"}, {"b", "2"}}));
    QCOMPARE(config["config"]["Unknown"], json({1, 2}));
    QCOMPARE(config["extra"], json("kept"));
    QCOMPARE(store.images.history(kOwner, *id, {}).value().back().comment, "by hand");

    QCOMPARE(commit({.exposedPorts = {"0"}}).error().kind, ErrorKind::InvalidArgument);
    QCOMPARE(commit({}, kOwner + 1).error().kind, ErrorKind::NotFound); // what is another's is no base
    QCOMPARE(store.images.list(kOwner).size(), 2u);
}

QTEST_GUILESS_MAIN(ArchivesTest)
#include "tst_archives.moc"

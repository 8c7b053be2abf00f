// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/worker.h"
#include "engine/layer/byte_sink.h"
#include "tests/privileged/image/store_fixture.h"

#include <fstream>

using namespace lamella;
using namespace lamella::image;

namespace {

const auto kSecret = archiveOf({file("secret", "text of another user")});

} // namespace

// Several users, one store: what they share, and what each needs for himself.
class ImageSharingTest : public QObject, StoreTest {
    Q_OBJECT

private Q_SLOTS:
    void init() { prepare(); }
    void cleanup() { cleanUp(); }
    void ownersShareLayersButNotNames();
    void whoNamesALayerMustHaveIt_data();
    void whoNamesALayerMustHaveIt();
    void whoHasALayerNeedNotBringIt();
    void aForgedReadingIsNobodyElses_data();
    void aForgedReadingIsNobodyElses();
    void aForgedUnpackingProvesNothing();
    void aUserHasOnlySoManyImages_data();
    void aUserHasOnlySoManyImages();
};

void ImageSharingTest::ownersShareLayersButNotNames()
{
    Store store{root()};
    const auto id = load(store, m_starter).value().front();
    QVERIFY(load(store, m_starter, 0));
    QCOMPARE(store.images.list().size(), 2u);
    QVERIFY(store.images.remove(kOwner, id));
    QVERIFY(!store.images.find(kOwner, "starter"));
    QVERIFY(store.images.find(0, "starter"));
    QCOMPARE(namesIn(root() / "layers").size(), 3u);
    QVERIFY(store.images.remove(0, id));
    verifyEmpty();
}

using Spoil = std::function<void(const TestLayout&)>;
Q_DECLARE_METATYPE(Spoil)
using MaybeError = std::optional<ErrorKind>;
Q_DECLARE_METATYPE(MaybeError)

void ImageSharingTest::whoNamesALayerMustHaveIt_data()
{
    QTest::addColumn<Spoil>("change");
    QTest::addColumn<MaybeError>("kind"); // none: it works
    const auto row
        = [](const char* name, MaybeError kind, Spoil change) { QTest::newRow(name) << std::move(change) << kind; };
    const auto blob = [](const TestLayout& l) { return l.path() / TestLayout::pathOf(layer::digestOf(kSecret)); };
    row("the blob", std::nullopt, [](const TestLayout&) { });
    row("no blob", ErrorKind::NotFound, [=](const TestLayout& l) { fs::remove(blob(l)); });
    row("a link to what only root may read", ErrorKind::Failed, [=](const TestLayout& l) {
        fs::remove(blob(l));
        fs::create_symlink("/etc/shadow", blob(l));
    });
    row("a blob that the owner may not read", ErrorKind::Failed,
        [=](const TestLayout& l) { fs::permissions(blob(l), fs::perms(0600)); });
    row("other bytes", ErrorKind::DigestMismatch, [](const TestLayout& l) {
        auto other = kSecret;
        other.front() = 'x';
        l.write(TestLayout::pathOf(layer::digestOf(kSecret)), other);
    });
    row("a blob of another layer", ErrorKind::DigestMismatch, [](const TestLayout& l) {
        l.index({l.image({archiveOf({file("a", "mine")})},
                         {{"author", "B"}, {"rootfs", {{"diff_ids", {layer::digestOf(kSecret)}}}}})});
    });
}

void ImageSharingTest::whoNamesALayerMustHaveIt()
{
    QFETCH(Spoil, change);
    QFETCH(MaybeError, kind);
    Store store{root()};
    const TestLayout first{layout()};
    first.index({first.image({kSecret})});
    const auto id = load(store, layout()).value().front();
    const TestLayout second{m_directory / "second"};
    second.index({second.image({kSecret}, {{"author", "B"}})});
    change(second);
    int unpacked = 0;
    store.images.setStepHook([&](std::string_view step) { unpacked += step == "staged"; });
    const auto result = load(store, second.path(), kOwner + 1);
    QCOMPARE(unpacked, 0);
    QVERIFY2(result.has_value() == !kind, result ? "it was let in" : result.error().message.c_str());
    QCOMPARE(namesIn(root() / "layers").size(), 1u);
    if (!result) {
        QVERIFY2(result.error().kind == kind, result.error().message.c_str());
        QVERIFY(result.error().message.starts_with("layer 1 of 1: "));
        QCOMPARE(store.images.list().size(), 1u);
    } else {
        QVERIFY(store.images.remove(kOwner, id));
        QCOMPARE(store.images.find(kOwner + 1, result->front()).value().layers.size(), 1u);
        QCOMPARE(namesIn(root() / "layers").size(), 1u);
    }
}

void ImageSharingTest::whoHasALayerNeedNotBringIt()
{
    Store store{root()};
    const TestLayout own{layout()};
    own.index({own.image({kSecret})});
    QVERIFY(load(store, layout()));
    own.index({own.image({kSecret}, {{"author", "the same"}})});
    fs::remove(own.path() / TestLayout::pathOf(layer::digestOf(kSecret)));
    QVERIFY(load(store, layout()));
    QCOMPARE(store.images.list().size(), 2u);
    // Without the layer's images it is nobody's any more.
    for (const auto& image : store.images.list())
        QVERIFY(store.images.remove(kOwner, image.id));
    QCOMPARE(load(store, layout()).error().kind, ErrorKind::NotFound);
    verifyEmpty();
}

using Forge = std::function<void(FoundImage&)>;
Q_DECLARE_METATYPE(Forge)

void ImageSharingTest::aForgedReadingIsNobodyElses_data()
{
    QTest::addColumn<Forge>("forge");
    QTest::addColumn<bool>("forgerIsFirst");
    const auto rows = [](const std::string& what, const Forge& forge) {
        QTest::newRow((what + ", first").c_str()) << forge << true;
        QTest::newRow((what + ", second").c_str()) << forge << false;
    };
    rows("command", [](FoundImage& image) { image.config.cmd = {"/bin/evil"}; });
    rows("variables", [](FoundImage& image) { image.config.env = {"LD_PRELOAD=/evil.so"}; });
    rows("user", [](FoundImage& image) { image.config.user = "root"; });
    rows("time", [](FoundImage& image) { image.config.created = std::chrono::microseconds{1}; });
    rows("layers", [](FoundImage& image) {
        image.layers.pop_back();
        image.config.diffIds.pop_back();
        image.config.history.pop_back();
    });
    rows("layer's origin", [](FoundImage& image) { image.config.history[0].createdBy = "COPY good /"; });
}

// A worker that a layout has taken over can say what it likes of a config whose bytes are another's image's.
void ImageSharingTest::aForgedReadingIsNobodyElses()
{
    QFETCH(Forge, forge);
    QFETCH(bool, forgerIsFirst);
    const TestLayout shared{layout()};
    shared.index({shared.image({archiveOf({file("a", "text")}), kSecret})});
    const fs::path worker = environment("LAMELLA_BIN") + "/lamella-worker";
    auto report = Worker{worker}.readLayout(shared.open().borrow(), kOwner, {}).value();
    forge(report.front());
    std::ofstream{m_directory / "report"} << json{{"result", toJson(report)}} << '\n';
    const auto forger = m_directory / "forger";
    std::ofstream{forger} << "#!/bin/sh\nif [ \"$1\" = read-layout ]; then exec cat "
                          << (m_directory / "report").string() << " >&3; fi\nexec " << worker.string() << " \"$@\"\n";
    fs::permissions(forger, fs::perms(0755));
    const auto loadAs = [&](bool forged) {
        Store store{root(), forged ? forger : worker};
        return load(store, layout(), forged ? kOwner + 1 : kOwner);
    };
    const auto first = loadAs(forgerIsFirst);
    QVERIFY2(first, first ? "" : first.error().message.c_str());
    const auto second = loadAs(!forgerIsFirst);
    QVERIFY(!second);
    QVERIFY2(second.error().kind == ErrorKind::AlreadyExists, second.error().message.c_str());
    Store store{root()};
    QCOMPARE(store.images.list().size(), 1u);
    QCOMPARE(store.images.list().front().owner, forgerIsFirst ? kOwner + 1 : kOwner);
}

// A worker that an archive has taken over can say that it has unpacked what another user has.
void ImageSharingTest::aForgedUnpackingProvesNothing()
{
    const TestLayout secret{layout()};
    secret.index({secret.image({kSecret})});
    {
        Store store{root()};
        QVERIFY(load(store, layout(), kOwner));
    }
    const auto digest = layer::digestOf(kSecret);
    const UnpackedLayer claimed{digest, {kSecret.size()}, digest, {{1}, 1, {}, {}}};
    std::ofstream{m_directory / "report"} << json{{"result", toJson(claimed)}} << '\n';
    const auto forger = m_directory / "forger";
    std::ofstream{forger} << "#!/bin/sh\nif [ \"$1\" = unpack ]; then exec cat " << (m_directory / "report").string()
                          << " >&3; fi\nexec " << environment("LAMELLA_BIN") << "/lamella-worker \"$@\"\n";
    fs::permissions(forger, fs::perms(0755));
    const auto given = archiveOf({file("mine", "text")});
    QVERIFY(os::replaceFile(m_directory / "given", given, 0644));
    const auto archive = os::open(m_directory / "given", O_RDONLY).value();
    Store store{root(), forger};
    const auto imported = store.images.importRootfs(archive.borrow(), kOwner + 1, {}, {}, {});
    QVERIFY(!imported);
    QVERIFY2(imported.error().kind == ErrorKind::DigestMismatch, imported.error().message.c_str());
    const auto base = store.images.find(kOwner, store.images.list().front().id).value().id;
    const auto write = [&](layer::ByteSink& sink) -> Result<layer::ArchivedTree> {
        TRY(sink.write(std::as_bytes(std::span{given})));
        return layer::ArchivedTree{};
    };
    // What is committed is hashed by who has written it; whose worker says something else has unpacked nothing.
    const auto committed = store.images.commit(write, kOwner, base, {}, {}, {});
    QVERIFY2(committed, committed ? "" : committed.error().message.c_str());
    const auto image = store.images.find(kOwner, *committed).value();
    QCOMPARE(image.layers.back().diffId, layer::digestOf(given));
    const auto unpacked = store.images.unpack(image, {}, {});
    QVERIFY(!unpacked);
    QVERIFY2(unpacked.error().kind == ErrorKind::DigestMismatch, unpacked.error().message.c_str());
    QCOMPARE(store.images.list(kOwner + 1).size(), 0u);
}

void ImageSharingTest::aUserHasOnlySoManyImages_data()
{
    QTest::addColumn<int>("images");
    QTest::addColumn<int>("names");
    QTest::newRow("images") << 1024 << 0;
    QTest::newRow("names") << 1 << 4096;
}

void ImageSharingTest::aUserHasOnlySoManyImages()
{
    QFETCH(int, images);
    QFETCH(int, names);
    Store store{root()};
    {
        auto connection = store.database->lock();
        const auto numbers = [](const char* insert) {
            return std::string{"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "} + insert;
        };
        QVERIFY(connection.run(numbers("INSERT INTO images (id, manifest, created, architecture, os, config)"
                                       " SELECT 'sha256:' || i, '', 0, '', 'linux', '{}' FROM n"),
                               images));
        QVERIFY(connection.run("INSERT INTO image_owners SELECT id, ? FROM images", kOwner));
        if (names > 0)
            QVERIFY(connection.run(numbers("INSERT INTO image_references SELECT ?, 'name:' || i, 'sha256:1' FROM n"),
                                   names, kOwner));
    }
    const auto refused = load(store, m_starter);
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, ErrorKind::LimitExceeded);
    verifyEmpty();
    QVERIFY(load(store, m_starter, kOwner + 1)); // each user for himself
    QVERIFY(store.images.remove(kOwner, "sha256:1"));
    QVERIFY(load(store, m_starter));
    QVERIFY(load(store, m_starter)); // what he has is not counted twice
}

QTEST_GUILESS_MAIN(ImageSharingTest)
#include "tst_image_sharing.moc"

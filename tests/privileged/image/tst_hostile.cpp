// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/file_index.h"
#include "tests/privileged/image/archive_fixture.h"

#include <sys/stat.h>
#include <sys/xattr.h>

using namespace lamella;
using namespace lamella::image;

/// What means harm, or cannot be, and comes in all the same. Most of it is tried where it is parsed:
///
///   a registry's wrong digest, wrong size, truncated,  tst_fetcher_lies: documents(), blobs()
///   endless or 10 GiB answers, redirects in a circle
///   the same from a pipe                               tst_import: aStreamThatLiesIsRefused()
///   a manifest that names itself, nested indexes       tst_fetcher_lies: "names the index again", "nested indexes";
///                                                      tst_image_store: "indexes too deep"; here
///   index and manifest at once (CVE-2021-41190)        tst_image_store, tst_fetcher_lies: rows of that name
///   a digest that is a path (CVE-2024-3727)            tst_image_store: row of that name; tst_layer_stream
///   a truncated layer (CVE-2021-20291)                 tst_image_store: "cut off in the data"; tst_tar_reader
///   gzip bomb                                          tst_layer_stream: aBombIsStopped(); here
///   10 million entries, depth, and the other limits    tst_limits; here
///   ../, absolute names, links that lead out, whiteouts tst_fidelity: harmIsRefusedAndStaysInside();
///   (CVE-2021-29136, 2021-32760, 2025-47290,            tst_image_store: hostileLayersAreRefused();
///   2026-17106)                                        in archives of images: tst_archives
///   devices                                            tst_unpacking: theWorkerReachesNothing();
///                                                      tst_dbus_images: aDeviceOfAnImageIsNone()
///   symlinks swapped while a tree is read or written   tst_tree_archive: nothingOutsideIsReadWhateverIsSwapped();
///   (CVE-2018-15664), and mounts behind them           tst_file_races: aDirectoryThatIsSwappedForALink(), …ToAMount()
///   (GHSA-rg2x-37c3-w2rh, GHSA-vp62-88p7-qqf5)
///   names that are not UTF-8                           tst_fidelity: filesAreThoseOfGnuTar(); here
///   the same name twice, a directory over a file and   tst_fidelity: laterMembersReplaceEarlierOnes(); here
///   back
///   libraries and decompressors of an image            tst_unpacking: "a program"; nothing of an image is ever loaded
///   (CVE-2019-14271, GHSA-x86f-5xw2-fm2r)
///   a full disk, kill -9                               tst_image_faults; tst_dbus_full_disk
class HostileTest : public QObject, StoreTest {
    Q_OBJECT

private Q_SLOTS:
    void init() { prepare(); }
    void cleanup() { cleanUp(); }
    void aBombIsStopped_data();
    void aBombIsStopped();
    void entriesWithoutEndAreStopped();
    void anIndexThatNamesItselfEnds();
    void namesNeedNotBeText();
    void theLastOfANameCounts();

private:
    // One image of the layer as it is compressed.
    void layoutOf(const TestLayout& layout, const std::string& archive, const std::string& blob, const char* type)
    {
        json config{{"architecture", "amd64"},
                    {"os", "linux"},
                    {"rootfs", {{"type", "layers"}, {"diff_ids", {layer::digestOf(archive)}}}}};
        json manifest{{"schemaVersion", 2},
                      {"config", layout.blob("application/vnd.oci.image.config.v1+json", config.dump())},
                      {"layers", json::array({layout.blob(type, blob)})}};
        layout.index({layout.blob("application/vnd.oci.image.manifest.v1+json", manifest.dump())});
    }
};

void HostileTest::aBombIsStopped_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<int>("compression");
    QTest::newRow("gzip") << QByteArray("application/vnd.oci.image.layer.v1.tar+gzip") << int(KCompressionDevice::GZip);
    QTest::newRow("zstd") << QByteArray("application/vnd.oci.image.layer.v1.tar+zstd") << int(KCompressionDevice::Zstd);
}

// A few kilobytes that become a hundred megabytes.
void HostileTest::aBombIsStopped()
{
    QFETCH(QByteArray, type);
    QFETCH(int, compression);
    const auto archive = archiveOf({file("zeros", std::string(100u << 20, '\0'))});
    const auto blob = packed(archive, static_cast<KCompressionDevice::CompressionType>(compression));
    QVERIFY(blob.size() < 1u << 20);
    const TestLayout layout{this->layout()};
    layoutOf(layout, archive, blob, type.constData());
    Limits limits;
    limits.unpackedLayer = 16_MiB;
    Store store{root(), limits};
    const auto ids = load(store, layout.path());
    QVERIFY(!ids);
    QVERIFY2(ids.error().kind == ErrorKind::LimitExceeded, ids.error().message.c_str());
    QVERIFY2(ids.error().message.contains("unpacked_layer_bytes"), ids.error().message.c_str());
    verifyEmpty();
}

void HostileTest::entriesWithoutEndAreStopped()
{
    std::string archive;
    for (int i = 0; i < 20'000; ++i)
        archive += tarMember(file(std::format("{}", i), ""));
    const TestLayout layout{this->layout()};
    layout.index({layout.image({archive + starter::tarEnd()})});
    Limits limits;
    limits.layerEntries = 10'000;
    Store store{root(), limits};
    const auto ids = load(store, layout.path());
    QVERIFY(!ids);
    QVERIFY2(ids.error().kind == ErrorKind::LimitExceeded, ids.error().message.c_str());
    QVERIFY2(ids.error().message.contains("layer_entries"), ids.error().message.c_str());
    verifyEmpty();
}

// Its digest cannot be right; what it says must not be followed for ever.
void HostileTest::anIndexThatNamesItselfEnds()
{
    const TestLayout layout{this->layout()};
    const auto digest = layer::digestOf("itself");
    const json itself{{"mediaType", "application/vnd.oci.image.index.v1+json"}, {"digest", digest}, {"size", 200}};
    auto text = json{{"schemaVersion", 2}, {"manifests", json::array({itself})}}.dump();
    text.resize(200, ' ');
    layout.write(TestLayout::pathOf(digest), text);
    layout.write("index.json", text);
    Store store{root()};
    const auto ids = load(store, layout.path());
    QVERIFY(!ids);
    QVERIFY2(ids.error().kind == ErrorKind::DigestMismatch, ids.error().message.c_str());
    verifyEmpty();
}

// Also where the archive does not speak of a directory, or hides what is below it: the store hears of these by name.
void HostileTest::namesNeedNotBeText()
{
    const std::string odd{"d\xff\n%41"};
    const TestLayout layout{this->layout()};
    layout.index(
        {layout.image({archiveOf({{.type = '5', .name = odd + "/", .link = {}, .data = {}, .mode = 0700, .uid = 7},
                                  file(odd + "/below", "below")}),
                       archiveOf({file(odd + "/\xe4", "above"), file("o" + odd + "/.wh..wh..opq", ""),
                                  file("o" + odd + "/\xe4", "")})})});
    Store store{root()};
    const auto ids = load(store, layout.path());
    QVERIFY2(ids, ids ? "" : ids.error().message.c_str());
    const auto layers = store.images.layerDirectories(store.images.list().front());
    struct stat status{};
    QCOMPARE(::lstat((layers[1] / odd / "\xe4").c_str(), &status), 0);
    QCOMPARE(::lstat((layers[1] / odd).c_str(), &status), 0);
    QCOMPARE(status.st_uid, 7u); // as it is below
    char value = 0;
    QCOMPARE(::getxattr((layers[1] / ("o" + odd)).c_str(), "trusted.overlay.opaque", &value, 1), 1);
    const auto saved = os::open(m_directory / "saved", O_RDWR | O_CREAT, 0600).value();
    QVERIFY(store.images.save(kOwner, {ids->front()}, layer::Compression::None, saved.borrow(), {}, {}));
}

void HostileTest::theLastOfANameCounts()
{
    const auto directory
        = [](const char* name) { return starter::TarMember{.type = '5', .name = name, .link = {}, .data = {}}; };
    const auto archive
        = archiveOf({file("twice", "first"), file("twice", "second"), file("a", "a file"), directory("a/"),
                     file("a/b", "below"), directory("c/"), file("c/d", "gone"), file("c", "a file now"),
                     directory("e/"), file("e", "between"), directory("e/"), file("e/f", "again")});
    const TestLayout layout{this->layout()};
    layout.index({layout.image({archive})});
    Store store{root()};
    const auto ids = load(store, layout.path());
    QVERIFY2(ids, ids ? "" : ids.error().message.c_str());
    const auto diff = store.images.layerDirectories(store.images.list().front())[0];
    QCOMPARE(namesIn(diff), (std::vector<std::string>{"a", "c", "e", "twice"}));
    for (const auto& [name, text] : {std::pair{"twice", "second"}, std::pair{"a/b", "below"},
                                     std::pair{"c", "a file now"}, std::pair{"e/f", "again"}})
        QCOMPARE(os::readFile(diff / name).value(), text);
    // What lies beside it speaks of the same files, and its archive is put together from them again.
    const auto index = layer::FileIndex::parse(os::readFile(diff.parent_path() / "index").value());
    QVERIFY(index);
    QCOMPARE(index->records().size(), 6u + (index->find("") ? 1 : 0));
    const auto saved = os::open(m_directory / "saved", O_RDWR | O_CREAT, 0600).value();
    const auto written = store.images.save(kOwner, {ids->front()}, layer::Compression::None, saved.borrow(), {}, {});
    QVERIFY2(written, written ? "" : written.error().message.c_str());
}

QTEST_GUILESS_MAIN(HostileTest)
#include "tst_hostile.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/privileged/image/archive_fixture.h"

using namespace lamella;
using namespace lamella::image;

namespace {

const std::string kName{"example.org/app:1"};
constexpr auto kIndexType = "application/vnd.oci.image.index.v1+json";
const std::vector<std::string> kArchitectures{"amd64", "arm64", "arm"};

std::string archiveFor(const std::string& architecture)
{
    return archiveOf({file("made-for", architecture)});
}

} // namespace

// Images for other machines than this one.
class PlatformsTest : public QObject, StoreTest {
    Q_OBJECT

private Q_SLOTS:
    void init() { prepare(); }
    void cleanup() { cleanUp(); }
    void thePlatformThatIsWantedIsLoaded_data();
    void thePlatformThatIsWantedIsLoaded();
    void theLaterOneTakesTheName();
    void whatIsThereIsNamed();
    void anArchiveHasOneForEach();
    void anOlderStoreIsTaken();

private:
    /// One name for several machines, as image-index.md has it.
    void writeIndex(bool nested) const
    {
        const TestLayout layout{this->layout()};
        json entries = json::array();
        for (const auto& architecture : kArchitectures) {
            json change{{"architecture", architecture}};
            json platform{{"architecture", architecture}, {"os", "linux"}};
            if (architecture == "arm")
                change["variant"] = platform["variant"] = "v7";
            auto entry = layout.image({archiveFor(architecture)}, change);
            entry["platform"] = std::move(platform);
            if (!nested)
                entry["annotations"]["org.opencontainers.image.ref.name"] = kName;
            entries.push_back(std::move(entry));
        }
        if (!nested)
            return layout.index(std::move(entries));
        auto index = layout.blob(kIndexType, json{{"schemaVersion", 2}, {"manifests", std::move(entries)}}.dump());
        index["annotations"]["org.opencontainers.image.ref.name"] = kName;
        layout.index({index});
    }
    Result<std::vector<std::string>> loadFor(Store& store, const std::string& platform) const
    {
        const auto directory = os::open(layout(), O_RDONLY | O_DIRECTORY).value();
        return store.images.loadLayout(directory.borrow(), kOwner, {}, {},
                                       platform.empty() ? Platform{} : parsePlatform(platform).value());
    }
};

void PlatformsTest::thePlatformThatIsWantedIsLoaded_data()
{
    QTest::addColumn<bool>("nested");
    QTest::addColumn<QString>("wanted");
    QTest::addColumn<QString>("stored");
    for (const bool nested : {false, true}) {
        const auto* const how = nested ? "nested" : "flat";
        QTest::addRow("%s, this machine's", how) << nested << "" << QString::fromStdString(textOf(orOwn({})));
        QTest::addRow("%s, another's", how) << nested << "linux/arm64" << "linux/arm64";
        QTest::addRow("%s, with a variant", how) << nested << "linux/arm/v7" << "linux/arm/v7";
        QTest::addRow("%s, a newer one", how) << nested << "linux/arm/v8" << "linux/arm/v7";
    }
}

void PlatformsTest::thePlatformThatIsWantedIsLoaded()
{
    QFETCH(bool, nested);
    QFETCH(QString, wanted);
    QFETCH(QString, stored);
    writeIndex(nested);
    Store store{root()};
    const auto ids = loadFor(store, wanted.toStdString());
    QVERIFY2(ids, ids ? "" : ids.error().message.c_str());
    QCOMPARE(ids->size(), 1u);
    const auto image = store.images.find(kOwner, kName).value();
    QCOMPARE(textOf(image.platform), stored.toStdString());
    QCOMPARE(os::readFile(store.images.layerDirectories(image)[0] / "made-for").value(), image.platform.architecture);
    QVERIFY(loadFor(store, wanted.toStdString())); // what is known already
}

// As a pull of a name always does.
void PlatformsTest::theLaterOneTakesTheName()
{
    writeIndex(true);
    Store store{root()};
    const auto own = loadFor(store, "").value().front();
    const auto other = loadFor(store, "linux/arm64").value().front();
    QCOMPARE(store.images.find(kOwner, kName).value().id, other);
    QVERIFY(store.images.find(kOwner, own).value().references.empty());
    QCOMPARE(loadFor(store, "").value().front(), own);
    QCOMPARE(store.images.find(kOwner, kName).value().id, own);
}

void PlatformsTest::whatIsThereIsNamed()
{
    writeIndex(true);
    Store store{root()};
    const auto refused = loadFor(store, "linux/vax");
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, ErrorKind::Unsupported);
    QVERIFY2(refused.error().message.contains("linux/vax; there are: linux/amd64, linux/arm/v7, linux/arm64"),
             refused.error().message.c_str());
}

void PlatformsTest::anArchiveHasOneForEach()
{
    std::vector<starter::TarMember> members;
    json manifest = json::array();
    for (const auto& architecture : kArchitectures) {
        members.push_back(file(architecture + ".tar", archiveFor(architecture)));
        members.push_back(
            file(architecture + ".json", configOf({archiveFor(architecture)}, {{"architecture", architecture}})));
        manifest.push_back(
            {{"Config", architecture + ".json"}, {"RepoTags", {kName}}, {"Layers", {architecture + ".tar"}}});
    }
    members.push_back(file("manifest.json", manifest.dump()));
    QVERIFY(os::replaceFile(m_directory / "archive", archiveOf(members), 0644));
    Store store{root()};
    const auto archive = os::open(m_directory / "archive", O_RDONLY).value();
    const auto ids = store.images.loadArchive(archive.borrow(), kOwner, {}, {}, {"arm64"});
    QVERIFY2(ids, ids ? "" : ids.error().message.c_str());
    QCOMPARE(ids->size(), 1u);
    QCOMPARE(textOf(store.images.find(kOwner, kName).value().platform), "linux/arm64");
    QCOMPARE(store.images.loadArchive(archive.borrow(), kOwner, {}, {}, {"vax"}).error().kind, ErrorKind::Unsupported);
}

// Whose database says less of images than this one's.
void PlatformsTest::anOlderStoreIsTaken()
{
    writeIndex(true);
    const auto id = Store{root()}
                        .images
                        .loadLayout(os::open(layout(), O_RDONLY | O_DIRECTORY).value().borrow(), kOwner, {}, {},
                                    {"arm", "linux", "v7"})
                        .value()
                        .front();
    {
        Store now{root()};
        auto connection = now.database->lock();
        for (const auto* statement :
             {"ALTER TABLE images DROP COLUMN variant", "DROP TABLE layer_places", "DROP TABLE trash",
              "ALTER TABLE images DROP COLUMN manifest_type", "ALTER TABLE image_layers DROP COLUMN blob",
              "ALTER TABLE image_layers DROP COLUMN blob_bytes", "ALTER TABLE image_layers DROP COLUMN compression",
              "PRAGMA user_version=1"})
            QVERIFY2(connection.run(statement), statement);
    }
    Store store{root()};
    QCOMPARE(store.images.find(kOwner, kName).value().id, id);
    QVERIFY(store.images.documents(kOwner, id).value().manifestType.empty());
    QCOMPARE(loadFor(store, "linux/arm/v7").value().front(), id);
}

QTEST_GUILESS_MAIN(PlatformsTest)
#include "tst_platforms.moc"

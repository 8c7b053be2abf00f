// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/privileged/image/store_fixture.h"

using namespace lamella;
using namespace lamella::image;

namespace {

const auto kBase = archiveOf({file("a", std::string(1000, 'a'))});
const auto kTop = archiveOf({file("b", std::string(10, 'b'))});
const json kHistory{{{"created", "1970-01-01T00:00:01Z"}, {"created_by", "ADD a"}, {"comment", "first"}},
                    {{"created_by", "ENV A=1"}, {"empty_layer", true}},
                    {{"created_by", "COPY b"}, {"author", "somebody"}}};

} // namespace

// What a user does with the images that he has: names, history, what they take, and what is not needed.
class ImageOperationsTest : public QObject, StoreTest {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        prepare();
        const TestLayout layout{this->layout()};
        layout.index({layout.image({kBase}), layout.image({kBase, kTop}, {{"history", kHistory}})});
    }
    void cleanup() { cleanUp(); }
    void namesComeAndGo();
    void badNamesAreRefused_data();
    void badNamesAreRefused();
    void whoUsesAnImageIsNamed();
    void theHistoryIsWhole();
    void documentsAreTheOwners();
    void usageCountsLayersOnce();
    void pruningTakesWhatItSaid();
};

void ImageOperationsTest::namesComeAndGo()
{
    Store store{root()};
    const auto ids = load(store, layout()).value();
    QVERIFY(store.images.tag(kOwner, ids[0], "app"));
    QCOMPARE(store.images.find(kOwner, "app:latest").value().id, ids[0]);
    QVERIFY(store.images.tag(kOwner, ids[1], "app:latest")); // it moves
    QCOMPARE(store.images.find(kOwner, "app").value().id, ids[1]);
    QVERIFY(store.images.find(kOwner, ids[0]).value().references.empty());
    QVERIFY(store.images.untag(kOwner, "app"));
    QCOMPARE(store.images.untag(kOwner, "app").error().kind, ErrorKind::NotFound);
    QVERIFY(store.images.find(kOwner, ids[1]));
    QCOMPARE(store.images.tag(kOwner + 1, ids[0], "mine").error().kind, ErrorKind::NotFound);
}

void ImageOperationsTest::badNamesAreRefused_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : {"", "a b", "../x", "a@sha256:00", "a\n"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void ImageOperationsTest::badNamesAreRefused()
{
    QFETCH(QString, name);
    Store store{root()};
    const auto ids = load(store, layout()).value();
    QCOMPARE(store.images.tag(kOwner, ids[0], name.toStdString()).error().kind, ErrorKind::InvalidArgument);
}

void ImageOperationsTest::whoUsesAnImageIsNamed()
{
    Store store{root()};
    const auto id = load(store, layout()).value().front();
    for (const auto* name : {"web", "db"})
        QVERIFY(store.database->lock().run("INSERT INTO containers (id, owner, name, image, created, document)"
                                           " VALUES (?, ?, ?, ?, 0, '{}')",
                                           name, kOwner, name, id));
    const auto refused = store.images.remove(kOwner, id);
    QCOMPARE(refused.error().kind, ErrorKind::Busy);
    QVERIFY2(refused.error().message.contains("db, web"), refused.error().message.c_str());
}

void ImageOperationsTest::theHistoryIsWhole()
{
    Store store{root()};
    const auto ids = load(store, layout()).value();
    const auto history = store.images.history(kOwner, ids[1], {});
    QVERIFY2(history, history ? "" : history.error().message.c_str());
    QCOMPARE(history->size(), 3u);
    QCOMPARE(history->at(0).created.count(), 1'000'000);
    QCOMPARE(history->at(0).comment, "first");
    QCOMPARE(history->at(0).size.value, 1000u);
    QCOMPARE(history->at(1).createdBy, "ENV A=1");
    QVERIFY(history->at(1).isEmptyLayer);
    QCOMPARE(history->at(2).author, "somebody");
    QCOMPARE(history->at(2).size.value, 10u);
    QVERIFY(store.images.history(kOwner, ids[0], {}).value().empty());
    QCOMPARE(store.images.history(kOwner + 1, ids[1], {}).error().kind, ErrorKind::NotFound);
}

void ImageOperationsTest::documentsAreTheOwners()
{
    Store store{root()};
    const auto id = load(store, layout()).value().front();
    const auto documents = store.images.documents(kOwner, id).value();
    QCOMPARE(layer::digestOf(documents.config), id);
    QCOMPARE(json::parse(documents.manifest)["config"]["digest"].get<std::string>(), id);
    QCOMPARE(store.images.documents(kOwner + 1, id).error().kind, ErrorKind::NotFound);
    QCOMPARE(store.images.documents(kOwner, "../../etc/passwd").error().kind, ErrorKind::NotFound);
}

void ImageOperationsTest::usageCountsLayersOnce()
{
    Store store{root()};
    const auto ids = load(store, layout()).value();
    const auto usage = store.images.usage(kOwner).value();
    QCOMPARE(usage.total.value, 1010u);
    QCOMPARE(usage.images.size(), 2u);
    for (const auto& image : usage.images) {
        QCOMPARE(image.shared.value, 1000u);
        QCOMPARE(image.unique.value, image.id == ids[1] ? 10u : 0u);
    }
    QCOMPARE(store.images.usage(kOwner + 1).value().total.value, 0u);
}

void ImageOperationsTest::pruningTakesWhatItSaid()
{
    Store store{root()};
    const auto ids = load(store, layout()).value();
    QVERIFY(store.images.tag(kOwner, ids[0], "kept"));
    const auto nameless = store.images.prunable(kOwner, PruneWhat::Nameless).value();
    QCOMPARE(nameless.images.size(), 1u);
    QCOMPARE(nameless.images[0].id, ids[1]);
    QCOMPARE(nameless.bytes.value, 10u); // the layer below is still needed
    QCOMPARE(store.images.prunable(kOwner, PruneWhat::Unused).value().bytes.value, 1010u);
    QCOMPARE(store.images.list().size(), 2u); // it only said so
    QCOMPARE(store.images.prune(kOwner, PruneWhat::Nameless).value().bytes, nameless.bytes);
    QCOMPARE(store.images.list().size(), 1u);
    QCOMPARE(namesIn(root() / "layers").size(), 1u);
    QVERIFY(store.database->lock().run("INSERT INTO containers (id, owner, name, image, created, document)"
                                       " VALUES ('c', ?, 'web', ?, 0, '{}')",
                                       kOwner, ids[0]));
    QVERIFY(store.images.prune(kOwner, PruneWhat::Unused).value().images.empty());
    QVERIFY(store.database->lock().run("DELETE FROM containers"));
    QCOMPARE(store.images.prune(kOwner, PruneWhat::Unused).value().images.size(), 1u);
    verifyEmpty();
}

QTEST_GUILESS_MAIN(ImageOperationsTest)
#include "tst_image_operations.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/changes_model.h"

#include <QAbstractItemModelTester>
#include <QLocale>
#include <QPersistentModelIndex>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

using namespace lamella::client;
using lamella::models::ChangesModel;
using lamella::models::ContentDifferences;

namespace {

ChangeEntry change(const char* path, ChangeKind kind = ChangeKind::Added, quint64 bytes = 10)
{
    return {QString::fromUtf8(path), kind, FileType::File, bytes, {}};
}

QStringList pathsBelow(const ChangesModel& model, const QModelIndex& parent = {})
{
    QStringList paths;
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, 0, parent);
        if (index.data(ChangesModel::KindRole).toInt() >= 0)
            paths.append(index.data(ChangesModel::PathRole).toString());
        paths += pathsBelow(model, index);
    }
    return paths;
}

QModelIndex find(const ChangesModel& model, const QString& path, const QModelIndex& below = {})
{
    for (int row = 0; row < model.rowCount(below); ++row) {
        const QModelIndex index = model.index(row, 0, below);
        if (index.data(ChangesModel::PathRole).toString() == path)
            return index;
        if (const QModelIndex found = find(model, path, index); found.isValid())
            return found;
    }
    return {};
}

} // namespace

/// Changes as a tree or a list; a new set is merged, so that what is expanded stays expanded.
class TestChangesModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void addsUp();
    void mergesByDifference();
    void mergesAnything_data();
    void mergesAnything();
    void isFlatOnDemand();
    void remembersHowMuchDiffers();
    void forgetsOnlyWhatHasGone();
    void countsNoMoreThanItRemembers();
};

void TestChangesModel::addsUp()
{
    ChangesModel model;
    QAbstractItemModelTester tester(&model);
    model.setChanges({{change("/etc/motd", ChangeKind::Modified, 100),
                       change("/etc/deep/er/file", ChangeKind::Added, 20), change("/tmp/x", ChangeKind::Deleted, 0)},
                      false});
    QCOMPARE(model.count(), 3);
    QCOMPARE(model.count(ChangeKind::Modified), 1);
    QCOMPARE(model.count(ChangeKind::Deleted), 1);
    QCOMPARE(model.totalBytes(), 120ULL);
    const QModelIndex etc = find(model, QStringLiteral("/etc"));
    QCOMPARE(etc.data(ChangesModel::BytesRole).toULongLong(), 120ULL);
    QCOMPARE(etc.data(ChangesModel::KindRole).toInt(), -1);
    QCOMPARE(find(model, QStringLiteral("/tmp/x")).siblingAtColumn(ChangesModel::KindColumn).data().toString(),
             QStringLiteral("D"));
}

void TestChangesModel::mergesByDifference()
{
    ChangesModel model;
    QAbstractItemModelTester tester(&model);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    model.setChanges({{change("/a/one"), change("/a/two"), change("/b/three")}, false});
    const QPersistentModelIndex kept(find(model, QStringLiteral("/a/two")));
    model.setChanges({{change("/a/between"), change("/a/two", ChangeKind::Modified, 77), change("/c")}, false});
    QVERIFY(kept.isValid());
    QCOMPARE(kept.data(ChangesModel::PathRole).toString(), QStringLiteral("/a/two"));
    QCOMPARE(kept.data(ChangesModel::BytesRole).toULongLong(), 77ULL);
    QCOMPARE(pathsBelow(model),
             (QStringList{QStringLiteral("/a/between"), QStringLiteral("/a/two"), QStringLiteral("/c")}));
    QCOMPARE(resets.count(), 0);
}

void TestChangesModel::mergesAnything_data()
{
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1; seed <= 8; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void TestChangesModel::mergesAnything()
{
    QFETCH(quint32, seed);
    QRandomGenerator random(seed);
    ChangesModel model;
    QAbstractItemModelTester tester(&model);
    for (int round = 0; round < 30; ++round) {
        QStringList wanted;
        ChangeSet set;
        for (int i = 0; i < 40; ++i) {
            const QString path
                = QStringLiteral("/%1/%2/%3").arg(random.bounded(3)).arg(random.bounded(3)).arg(random.bounded(6));
            if (wanted.contains(path))
                continue;
            wanted.append(path);
            set.entries.push_back({path, ChangeKind::Added, FileType::File, 1, {}});
        }
        model.setChanges(set);
        wanted.sort();
        QStringList shown = pathsBelow(model);
        shown.sort();
        QCOMPARE(shown, wanted);
    }
}

void TestChangesModel::isFlatOnDemand()
{
    ChangesModel model;
    QAbstractItemModelTester tester(&model);
    model.setChanges({{change("/a/one"), change("/b/c/two")}, false});
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("a"));
    model.setFlat(true);
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(1, 0).data().toString(), QStringLiteral("/b/c/two"));
    QCOMPARE(model.rowCount(model.index(1, 0)), 0);
}

void TestChangesModel::remembersHowMuchDiffers()
{
    ChangesModel model;
    ChangeEntry file = change("/etc/passwd", ChangeKind::Modified);
    file.size = 5'242'880;
    file.sizeBelow = 100;
    file.timeUsec = 7;
    ChangeEntry added = change("/new");
    added.size = 1234;
    model.setChanges(
        {{file, change("/etc/group", ChangeKind::Attributes), change("/etc/motd", ChangeKind::Deleted), added}, false});
    const auto differs = [&model](const QString& path, int role = Qt::DisplayRole) {
        return find(model, path).siblingAtColumn(ChangesModel::DiffersColumn).data(role);
    };
    QCOMPARE(differs(QStringLiteral("/new")).toString(), QStringLiteral("1.2 kB"));
    QCOMPARE(differs(QStringLiteral("/etc/group")).toString(), QStringLiteral("0 B"));
    QCOMPARE(differs(QStringLiteral("/etc/motd")).toString(), QString());
    QCOMPARE(differs(QStringLiteral("/etc")).toString(), QString());
    QVERIFY(!model.isContentDue(find(model, QStringLiteral("/new"))));
    QVERIFY(!model.isContentDue(find(model, QStringLiteral("/etc"))));

    const QString passwd = QStringLiteral("/etc/passwd");
    QCOMPARE(differs(passwd).toString(), QStringLiteral("…"));
    QCOMPARE(differs(passwd, ChangesModel::SortRole).toLongLong(), -1);
    QVERIFY(model.isContentDue(find(model, passwd)));
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.setDiffering(find(model, passwd), file, 37);
    QCOMPARE(changed.count(), 1);
    QVERIFY(!model.isContentDue(find(model, passwd)));
    QCOMPARE(differs(passwd).toString(), QStringLiteral("37 B"));
    QCOMPARE(differs(passwd, ChangesModel::SortRole).toLongLong(), 37);
    QCOMPARE(differs(passwd, Qt::ToolTipRole).toString(),
             QStringLiteral("37 of %1 bytes differ from the image's file.").arg(QLocale().toString(5'242'880)));
    model.setFlat(true);
    QCOMPARE(differs(passwd).toString(), QStringLiteral("37 B"));

    // Another time, or another size, is another file; what was known of the one before stays until this one is.
    file.timeUsec = 8;
    model.setChanges({{file}, false});
    QVERIFY(model.isContentDue(find(model, passwd)));
    QCOMPARE(differs(passwd).toString(), QStringLiteral("37 B"));
    model.setDiffering(find(model, passwd), file, std::nullopt);
    QVERIFY(!model.isContentDue(find(model, passwd)));
    QCOMPARE(differs(passwd).toString(), QStringLiteral("not known"));
    file.size = 1;
    model.setChanges({{file}, false});
    QVERIFY(model.isContentDue(find(model, passwd)));
    model.forgetDiffering();
    QCOMPARE(differs(passwd).toString(), QStringLiteral("…"));
    // The row has gone meanwhile.
    model.setChanges({});
    model.setDiffering({}, file, 1);
}

void TestChangesModel::forgetsOnlyWhatHasGone()
{
    ChangesModel model;
    const ChangeEntry one = change("/one", ChangeKind::Modified);
    const ChangeEntry two = change("/two", ChangeKind::Modified);
    const auto isDue = [&model](const QString& path) { return model.isContentDue(find(model, path)); };
    model.setChanges({{one, two}, false});
    model.setDiffering(find(model, QStringLiteral("/one")), one, 1);
    model.setDiffering(find(model, QStringLiteral("/two")), two, 2);
    model.setChanges({{two}, false});
    model.setChanges({{one, two}, false});
    QVERIFY(isDue(QStringLiteral("/one")));
    QVERIFY(!isDue(QStringLiteral("/two")));
    model.giveUpDiffering();
    QVERIFY(!isDue(QStringLiteral("/one")));
    model.forgetDiffering();
    QVERIFY(isDue(QStringLiteral("/one")) && isDue(QStringLiteral("/two")));
}

void TestChangesModel::countsNoMoreThanItRemembers()
{
    ContentDifferences differences;
    std::vector<ChangeEntry> entries;
    for (int i = 0; i < ContentDifferences::kMostRemembered + 5000; ++i)
        entries.push_back(change(QByteArray("/f" + QByteArray::number(i)).constData(), ChangeKind::Modified));
    // As long as any is due, it is counted: there is an end to that.
    std::size_t counted = 0;
    for (bool isAnyDue = true; isAnyDue && counted <= entries.size();) {
        isAnyDue = false;
        for (const ChangeEntry& entry : entries) {
            if (!differences.isDue(entry))
                continue;
            differences.set(entry, 7);
            isAnyDue = true;
            ++counted;
        }
    }
    QCOMPARE(counted, std::size_t{ContentDifferences::kMostRemembered});
    QCOMPARE(differences.of(entries.front()).state, ContentDifferences::State::Known);
    QCOMPARE(differences.of(entries.back()).state, ContentDifferences::State::Unknown);
    // One that is remembered is counted again when it is another.
    ChangeEntry grown = entries.front();
    grown.size += 1;
    QVERIFY(differences.isDue(grown));
    differences.set(grown, 8);
    QCOMPARE(differences.of(grown).bytes, 8ULL);
    // What has gone makes room.
    entries.erase(entries.begin(), entries.begin() + 10);
    differences.keepOnly(entries);
    QVERIFY(differences.isDue(entries.back()));
    QCOMPARE(differences.of(entries.front()).state, ContentDifferences::State::Known);
}

QTEST_GUILESS_MAIN(TestChangesModel)
#include "test_changes_model.moc"

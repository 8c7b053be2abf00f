// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/process_tree_model.h"

#include <QAbstractItemModelTester>
#include <QPersistentModelIndex>
#include <QSignalSpy>
#include <QTest>

using lamella::client::ProcessInfo;
using lamella::models::ProcessTreeModel;

namespace {

ProcessInfo process(quint32 pid, quint32 inside, quint32 parent, quint64 cpuUsec = 0)
{
    return {pid, inside, parent, 100000, 0, cpuUsec, 4096, QStringLiteral("S"), QStringLiteral("p%1").arg(pid)};
}

QModelIndex find(const ProcessTreeModel& model, quint32 pid, const QModelIndex& below = {})
{
    for (int row = 0; row < model.rowCount(below); ++row) {
        const QModelIndex index = model.index(row, 0, below);
        if (index.data(ProcessTreeModel::HostPidRole).toUInt() == pid)
            return index;
        if (const QModelIndex found = find(model, pid, index); found.isValid())
            return found;
    }
    return {};
}

} // namespace

/// The process tree keeps the index of every process that stays, whatever comes and goes around it.
class TestProcessTreeModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isATreeBelowTheShim();
    void keepsWhatStays();
    void movesWhatWasTakenOver();
    void opensCircles();
    void measuresCpuBetweenTwoLooks();
};

void TestProcessTreeModel::isATreeBelowTheShim()
{
    ProcessTreeModel model;
    QAbstractItemModelTester tester(&model);
    // Children before parents, and one whose parent is not in the list.
    model.update({process(12, 3, 11), process(10, 0, 1), process(11, 1, 10), process(13, 9, 4711)}, 1);
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.processCount(), 3);
    QCOMPARE(find(model, 12).parent(), find(model, 11));
    QCOMPARE(find(model, 11).parent(), find(model, 10));
    QCOMPARE(find(model, 13).parent(), find(model, 10));
}

void TestProcessTreeModel::keepsWhatStays()
{
    ProcessTreeModel model;
    QAbstractItemModelTester tester(&model);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    model.update({process(10, 0, 1), process(11, 1, 10), process(12, 2, 11), process(13, 3, 11)}, 1);
    const QPersistentModelIndex kept(find(model, 13));
    model.update({process(10, 0, 1), process(11, 1, 10), process(13, 3, 11), process(14, 4, 13)}, 2);
    QVERIFY(kept.isValid());
    QCOMPARE(kept.data(ProcessTreeModel::HostPidRole).toUInt(), 13U);
    // What has ended fades: it is there for one list more.
    QVERIFY(find(model, 12).data(ProcessTreeModel::EndedRole).toBool());
    QVERIFY(!kept.data(ProcessTreeModel::EndedRole).toBool());
    QCOMPARE(model.processCount(), 3);
    model.update({process(10, 0, 1), process(11, 1, 10), process(13, 3, 11), process(14, 4, 13)}, 3);
    QVERIFY(!find(model, 12).isValid());
    QCOMPARE(find(model, 14).parent(), QModelIndex(kept));
    model.clear();
    QCOMPARE(model.rowCount(), 0);
    QCOMPARE(resets.count(), 0);
}

void TestProcessTreeModel::movesWhatWasTakenOver()
{
    ProcessTreeModel model;
    QAbstractItemModelTester tester(&model);
    model.update({process(10, 0, 1), process(11, 1, 10), process(12, 2, 11), process(13, 3, 12)}, 1);
    // 12 has ended; PID 1 has taken over its child.
    model.update({process(10, 0, 1), process(11, 1, 10), process(13, 3, 11)}, 2);
    QCOMPARE(find(model, 13).parent(), find(model, 11));
    QCOMPARE(model.processCount(), 2);
    // A number that comes again at once is another process, and lives.
    model.update({process(10, 0, 1), process(11, 1, 10), process(12, 2, 11), process(13, 3, 11)}, 3);
    QVERIFY(!find(model, 12).data(ProcessTreeModel::EndedRole).toBool());
    QCOMPARE(model.processCount(), 3);
}

void TestProcessTreeModel::opensCircles()
{
    ProcessTreeModel model;
    QAbstractItemModelTester tester(&model);
    model.update({process(10, 0, 1), process(11, 1, 12), process(12, 2, 11), process(13, 3, 13)}, 1);
    QCOMPARE(model.processCount(), 3);
    QVERIFY(find(model, 11).isValid());
    QVERIFY(find(model, 12).isValid());
    QVERIFY(find(model, 13).isValid());
}

void TestProcessTreeModel::measuresCpuBetweenTwoLooks()
{
    ProcessTreeModel model;
    const auto cpu = [&] {
        return find(model, 11).siblingAtColumn(ProcessTreeModel::CpuColumn).data(ProcessTreeModel::SortRole).toDouble();
    };
    model.update({process(10, 0, 1), process(11, 1, 10, 5'000'000)}, 1'000'000);
    QCOMPARE(cpu(), 0.0);
    model.update({process(10, 0, 1), process(11, 1, 10, 5'500'000)}, 2'000'000);
    QCOMPARE(cpu(), 0.5);
    const auto text = [&](int column) { return find(model, 11).siblingAtColumn(column).data().toString(); };
    QCOMPARE(text(ProcessTreeModel::CpuTimeColumn), QStringLiteral("0:05.50"));
    // A counter that falls is another process of the same number.
    model.update({process(10, 0, 1), process(11, 1, 10, 1'000)}, 3'000'000);
    QCOMPARE(cpu(), 0.0);
}

QTEST_GUILESS_MAIN(TestProcessTreeModel)
#include "test_process_tree_model.moc"

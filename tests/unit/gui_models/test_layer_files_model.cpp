// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/layer_tree.h"
#include "gui/models/layer_files_model.h"
#include "gui/models/wasted_model.h"
#include "resources/dbus/layer_tree.h"
#include "tests/support/layer_tree/layer_tree_file.h"

#include <QAbstractItemModelTester>
#include <QPersistentModelIndex>
#include <QTest>

#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace lamella;
using client::LayerTree;
using client::LayerTreePtr;
using models::LayerFilesModel;
using Scope = LayerFilesModel::Scope;

namespace {

LayerTreePtr treeOf(const QByteArray& file)
{
    const auto tree = LayerTree::open(client::Descriptor(test::sealedFile(file)));
    return tree ? *tree : nullptr;
}

LayerTreePtr treeOf(int layers, const QByteArrayList& lines)
{
    return treeOf(test::layerTreeFile(layers, false, lines));
}

const QByteArrayList kLines{"/b A0d", "/b/large A0f100 M2f300", "/b/small A0f1 D1f0", "/a A0f20 c1f20", "/c/new A2f5"};

/// "a 20 c", rows below others behind them in brackets.
QString shown(const QAbstractItemModel& model, const QModelIndex& parent = {})
{
    QStringList rows;
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, LayerFilesModel::NameColumn, parent);
        QString text
            = index.data().toString() + u' ' + QString::number(index.data(LayerFilesModel::BytesRole).toULongLong());
        const QString letter = index.siblingAtColumn(LayerFilesModel::KindColumn).data().toString();
        if (!letter.isEmpty())
            text += u' ' + letter;
        if (model.hasChildren(index))
            text += QStringLiteral(" (%1)").arg(shown(model, index));
        rows.append(text);
    }
    return rows.join(QStringLiteral(", "));
}

} // namespace

/// The window's side of a stack of layers.
class TestLayerFilesModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsTheFile()
    {
        const auto tree = treeOf(3, kLines);
        QVERIFY(tree);
        QCOMPARE(tree->layers().size(), 3u);
        const qint64 large = tree->find("/b/large");
        QVERIFY(large > 0);
        QCOMPARE(tree->path(static_cast<quint32>(large)), "/b/large");
        const auto& node = tree->nodes()[static_cast<std::size_t>(large)];
        QCOMPARE(tree->entries(node).size(), 2u);
        QCOMPARE(tree->upTo(node, 1)->bytes, 100u);
        QCOMPARE(tree->upTo(node, 2)->bytes, 300u);
        QVERIFY(!tree->of(node, 1));
        QCOMPARE(tree->wasted(node), 100u);
        QCOMPARE(tree->find("/b/none"), -1);
        QCOMPARE(tree->find("/"), 0);
        const auto& small = tree->nodes()[static_cast<std::size_t>(tree->find("/b/small"))];
        QCOMPARE(tree->upTo(small, 1)->change, 'D');
        QVERIFY(!tree->upTo(small, 2));
    }

    void refusesOtherFiles_data()
    {
        QTest::addColumn<QByteArray>("content");
        const QByteArray good = test::layerTreeFile(3, false, kLines);
        const auto with = [&good](std::size_t offset, quint32 value) {
            QByteArray changed = good;
            std::memcpy(changed.data() + offset, &value, sizeof value);
            return changed;
        };
        const std::size_t nodes = sizeof(dbus::LayerTreeHeader) + 3 * sizeof(dbus::LayerTreeLayer);
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("cut off") << good.first(good.size() - 1);
        QTest::newRow("too long") << good + "x";
        QTest::newRow("another magic") << with(0, 7);
        QTest::newRow("too many nodes") << with(offsetof(dbus::LayerTreeHeader, nodes), 0x7fffffff);
        QTest::newRow("no nodes") << with(offsetof(dbus::LayerTreeHeader, nodes), 0);
        QTest::newRow("children that are not there")
            << with(nodes + offsetof(dbus::LayerTreeNode, childCount), 0x7fffffff);
        QTest::newRow("children of another") << with(nodes + offsetof(dbus::LayerTreeNode, firstChild), 2);
        QTest::newRow("a parent below") << with(nodes + sizeof(dbus::LayerTreeNode), 5);
        QTest::newRow("entries that are not there")
            << with(nodes + offsetof(dbus::LayerTreeNode, firstEntry), 0x7fffffff);
        QTest::newRow("a name beyond the end") << with(nodes + offsetof(dbus::LayerTreeNode, nameBytes), 0x7fffffff);
        QTest::newRow("fewer layers") << with(offsetof(dbus::LayerTreeHeader, layers), 2);
    }

    void refusesOtherFiles()
    {
        QFETCH(QByteArray, content);
        const auto tree = LayerTree::open(client::Descriptor(test::sealedFile(content)));
        QVERIFY(!tree);
        QCOMPARE(tree.error().kind, client::ErrorKind::Malformed);
    }

    // One that may shrink under the mapping would end the window.
    void refusesWhatIsNotSealed()
    {
        const QByteArray content = test::layerTreeFile(3, false, kLines);
        const client::Descriptor file(::memfd_create("open", MFD_CLOEXEC | MFD_ALLOW_SEALING));
        QCOMPARE(::write(file.get(), content.constData(), std::size_t(content.size())), content.size());
        QVERIFY(!LayerTree::open(file));
    }

    void showsTheStackUpToALayer()
    {
        LayerFilesModel model;
        const QAbstractItemModelTester tester(&model);
        QCOMPARE(model.rowCount(), 0);
        model.setTree(treeOf(3, kLines));
        QCOMPARE(shown(model), QStringLiteral("a 20, b 300 (large 300 M), c 5 (new 5 A)"));
        QCOMPARE(model.totalBytes(), 325u);
        model.setView(Scope::UpTo, 1);
        QCOMPARE(shown(model), QStringLiteral("a 20 c, b 100 (large 100, small 0 D)"));
        model.setView(Scope::UpTo, 0);
        QCOMPARE(shown(model), QStringLiteral("a 20 A, b 101 A (large 100 A, small 1 A)"));
        model.setView(Scope::Only, 2);
        QCOMPARE(shown(model), QStringLiteral("b 300 (large 300 M), c 5 (new 5 A)"));
        model.setView(Scope::Only, 1);
        QCOMPARE(shown(model), QStringLiteral("a 20 c, b 0 (small 0 D)"));
        model.setOnlyDifferent(true);
        QCOMPARE(shown(model), QStringLiteral("b 0 (small 0 D)"));
        model.setTree(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void filters()
    {
        LayerFilesModel model;
        const QAbstractItemModelTester tester(&model);
        model.setTree(treeOf(3, kLines));
        model.setText(QStringLiteral("LARGE"));
        QCOMPARE(shown(model), QStringLiteral("b 300 (large 300 M)"));
        model.setText(QStringLiteral("c"));
        QCOMPARE(shown(model), QStringLiteral("c 5 (new 5 A)"));
        model.setText(QStringLiteral("b/l"));
        QCOMPARE(shown(model), QStringLiteral("b 300 (large 300 M)"));
        model.setText(QStringLiteral("nothing"));
        QCOMPARE(model.rowCount(), 0);
    }

    void sorts()
    {
        LayerFilesModel model;
        const QAbstractItemModelTester tester(&model);
        model.setTree(treeOf(3, kLines));
        model.sort(LayerFilesModel::BytesColumn, Qt::DescendingOrder);
        QCOMPARE(shown(model), QStringLiteral("b 300 (large 300 M), a 20, c 5 (new 5 A)"));
        model.sort(LayerFilesModel::NameColumn, Qt::DescendingOrder);
        QCOMPARE(shown(model), QStringLiteral("c 5 (new 5 A), b 300 (large 300 M), a 20"));
    }

    // What a view has open and chosen stays there when the layer or the order changes.
    void keepsItsPlaces()
    {
        LayerFilesModel model;
        model.setTree(treeOf(3, kLines));
        const QPersistentModelIndex b(model.index(1, 0));
        const QPersistentModelIndex c(model.index(2, 0));
        model.sort(LayerFilesModel::NameColumn, Qt::DescendingOrder);
        QCOMPARE(b.data().toString(), QStringLiteral("b"));
        QCOMPARE(c.row(), 0);
        model.setView(Scope::UpTo, 1);
        QCOMPARE(b.data().toString(), QStringLiteral("b"));
        QVERIFY(!c.isValid());
    }

    void saysWhereAPathStands()
    {
        LayerFilesModel model;
        model.setTree(treeOf(3, {"/bin A0l>usr/bin", "/x A0f1 M2f2"}));
        model.setLayerNames({QStringLiteral("ADD base"), {}, QStringLiteral("RUN <b>x</b>")});
        QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("bin \u2192 usr/bin"));
        const QModelIndex x = model.index(1, LayerFilesModel::LayersColumn);
        QCOMPARE(x.data().toString(), QStringLiteral("1, 3"));
        const QString tip = x.data(Qt::ToolTipRole).toString();
        QVERIFY2(tip.contains(QStringLiteral("ADD base")) && !tip.contains(QStringLiteral("<b>x")), qPrintable(tip));
        QCOMPARE(models::modeText(client::FileType::Directory, 01777), QStringLiteral("drwxrwxrwt"));
        QCOMPARE(models::modeText(client::FileType::File, 04711), QStringLiteral("-rws--x--x"));
        QCOMPARE(models::modeText(client::FileType::File, 02640), QStringLiteral("-rw-r-S---"));
    }

    void listsWhatIsWasted()
    {
        models::WastedModel model;
        const QAbstractItemModelTester tester(&model);
        model.setTree(treeOf(3, kLines));
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("/b/large"));
        QCOMPARE(model.index(0, 2).data().toString(), QStringLiteral("replaced by layer 3"));
        QCOMPARE(model.index(1, 0).data().toString(), QStringLiteral("/a"));
        QCOMPARE(model.index(2, 2).data().toString(), QStringLiteral("deleted by layer 2"));
    }
};

QTEST_GUILESS_MAIN(TestLayerFilesModel)
#include "test_layer_files_model.moc"

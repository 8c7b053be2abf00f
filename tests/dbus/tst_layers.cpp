// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/dbus/layer_tree.h"
#include "resources/dbus/types.h"
#include "tests/dbus/support/client.h"
#include "tests/dbus/support/contract_members.h"
#include "tests/dbus/support/image_fixture.h"

#include <QTest>

#include <cstring>
#include <fcntl.h>
#include <memory>
#include <vector>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::test;

namespace {

/// What OpenLayers hands out, read without any code of the program.
struct Tree {
    dbus::LayerTreeHeader header{};
    std::vector<dbus::LayerTreeLayer> layers;
    QHash<QString, QString> said; ///< "A0 M1": added by the bottom layer, modified by the one above
    QSet<QString> shown; ///< by the whole stack
};

template <class T>
std::vector<T> take(const QByteArray& bytes, qsizetype& at, std::uint32_t count)
{
    std::vector<T> parts(count);
    const auto size = qsizetype(count * sizeof(T));
    if (at + size <= bytes.size())
        std::memcpy(parts.data(), bytes.constData() + at, std::size_t(size));
    at += size;
    return parts;
}

Tree treeOf(const QByteArray& bytes)
{
    Tree tree;
    qsizetype at = 0;
    tree.header = take<dbus::LayerTreeHeader>(bytes, at, 1).front();
    tree.layers = take<dbus::LayerTreeLayer>(bytes, at, tree.header.layers);
    const auto nodes = take<dbus::LayerTreeNode>(bytes, at, tree.header.nodes);
    const auto entries = take<dbus::LayerTreeEntry>(bytes, at, tree.header.entries);
    const QByteArray text = bytes.mid(at);
    if (text.size() != qsizetype(tree.header.textBytes))
        qWarning("the file has another length than it says");
    QStringList paths;
    for (const auto& node : nodes) {
        const QString name = QString::fromUtf8(text.mid(node.name, node.nameBytes));
        paths.append(paths.isEmpty() ? QString() : paths.at(node.parent) + u'/' + name);
        QStringList letters;
        for (std::uint32_t i = 0; i < node.entryCount; ++i) {
            const auto& entry = entries.at(node.firstEntry + i);
            letters.append(QChar::fromLatin1(entry.change) + QString::number(entry.layer));
        }
        tree.said.insert(paths.constLast(), letters.join(u' '));
        if (!letters.isEmpty() && !letters.constLast().startsWith(u'D'))
            tree.shown.insert(paths.constLast());
    }
    return tree;
}

} // namespace

/// Stacks of layers as trees, through the contract.
class LayersTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        dbus::registerTypes();
        alice = std::make_unique<Client>(4242);
        bob = std::make_unique<Client>(4343);
        QVERIFY(!alice->loadStarter().isEmpty());
        // An image of two layers, and a container of it that has changed something.
        const QString first = run(u"starter"_s,
                                  u"mkdir -p /data/sub; head -c 5000 /dev/zero >/data/a; echo x >/data/sub/b;"
                                  "rm /etc/group; ln -s a /data/l; mkfifo /data/p"_s);
        const QString job
            = alice->ask(first, u"Container"_s, u"Commit"_s, {u"two:1"_s}).value<QDBusObjectPath>().path();
        m_image = alice->ask(job, u"Job"_s, u"Wait"_s).toStringList().value(0);
        QVERIFY(!m_image.isEmpty());
        m_container = run(u"two:1"_s,
                          u"rm -r /data/sub; mkdir /data/sub; echo z >/data/sub/c; echo y >>/etc/passwd;"
                          "chmod 600 /data/a; rm /data/l; find / -xdev"_s);
    }

    void cleanupTestCase()
    {
        for (const QString& path : std::as_const(m_made))
            alice->lamella(path, u"Container"_s, u"Remove"_s, {}, {{u"force"_s, true}});
        alice->lamella(pathOf(m_image), u"Image"_s, u"Remove"_s);
    }

    void everyPathSaysWhatEachLayerDid()
    {
        const Tree tree = open(m_container, u"Container"_s);
        QCOMPARE(tree.header.magic, dbus::kLayerTreeMagic);
        const std::size_t count = tree.layers.size();
        QVERIFY(count >= 3);
        QCOMPARE(tree.layers.back().writable, 1u);
        QCOMPARE(tree.layers.front().writable, 0u);
        const QString own = QString::number(count - 1);
        const QString second = QString::number(count - 2);
        const auto said = [&](const char* path) { return tree.said.value(QString::fromUtf8(path)); };
        QCOMPARE(said("/data"), u"A"_s + second);
        QCOMPARE(said("/data/a"), u"A%1 m%2"_s.arg(second, own));
        QCOMPARE(said("/data/sub/b"), u"A%1 D%2"_s.arg(second, own));
        QCOMPARE(said("/data/sub/c"), u"A"_s + own);
        QCOMPARE(said("/data/l"), u"A%1 D%2"_s.arg(second, own));
        QCOMPARE(said("/data/p"), u"A"_s + second);
        QCOMPARE(said("/etc/group"), u"A0 D"_s + second);
        QCOMPARE(said("/etc/passwd"), u"A0 M"_s + own);
        // The file of 5,000 bytes lies in two layers, and something of the starter's in one too many.
        QVERIFY(tree.header.wastedBytes >= 5000);
        QVERIFY(tree.header.efficiency > 0 && tree.header.efficiency < 1);
        QVERIFY(tree.layers.back().bytes >= 5000);
        QVERIFY(tree.layers.back().deleted >= 2);
    }

    // Nothing is put together from the indices that the container does not see, and the other way round.
    void itIsWhatTheContainerSees()
    {
        const QString log = alice->log(m_container);
        QSet<QString> seen;
        for (const QString& line : log.split(u'\n', Qt::SkipEmptyParts))
            seen.insert(line.section(u" F "_s, 1));
        QVERIFY2(seen.contains(u"/data/sub/c"_s), qPrintable(log));
        // The root, and what is mounted on places that are made for it and go with it.
        seen -= QSet<QString>{u"/"_s, u"/etc/hostname"_s, u"/etc/resolv.conf"_s};
        QSet<QString> shown = open(m_container, u"Container"_s).shown;
        shown.remove(QString());
        const auto listed = [](const QSet<QString>& paths) {
            QStringList sorted(paths.cbegin(), paths.cend());
            sorted.sort();
            return sorted;
        };
        QCOMPARE(listed(shown - seen).join(u' '), QString());
        QCOMPARE(listed(seen - shown).join(u' '), QString());
    }

    void anImageAlone()
    {
        const Tree tree = open(pathOf(m_image), u"Image"_s);
        QCOMPARE(tree.layers.back().writable, 0u);
        QVERIFY(tree.shown.contains(u"/data/sub/b"_s));
        QVERIFY(!tree.said.contains(u"/data/sub/c"_s));
    }

    void twoAreCompared()
    {
        const QVariantMap with{{u"compare_with"_s, QVariant::fromValue(QDBusObjectPath(m_container))}};
        const Tree tree = open(pathOf(m_image), u"Image"_s, with);
        QCOMPARE(tree.layers.size(), 2u);
        QCOMPARE(tree.said.value(u"/data/sub/b"_s), u"A0 D1"_s);
        QCOMPARE(tree.said.value(u"/data/sub/c"_s), u"A1"_s);
        QCOMPARE(tree.said.value(u"/data/a"_s), u"A0 m1"_s);
        QCOMPARE(tree.said.value(u"/data/p"_s), u"A0 c1"_s);
        QCOMPARE(tree.said.value(u"/etc/passwd"_s), u"A0 M1"_s);
        QVERIFY(!tree.said.contains(u"/etc/group"_s));
    }

    void nobodyElseSeesIt()
    {
        QVERIFY(!bob->lamella(m_container, u"Container"_s, u"OpenLayers"_s).errorName().isEmpty());
        QVERIFY(!bob->loadStarter().isEmpty());
        QString image;
        const auto objects = bob->objects();
        for (const auto& [path, interfaces] : objects.asKeyValueRange()) {
            if (path.path().contains("/Images/"_L1))
                image = path.path();
        }
        QVERIFY(!image.isEmpty());
        for (const QString& other : {m_container, u"/org/lamella/Lamella1/Images/none"_s, u"/org/lamella/Lamella1"_s}) {
            const QVariantMap with{{u"compare_with"_s, QVariant::fromValue(QDBusObjectPath(other))}};
            QCOMPARE(bob->lamella(image, u"Image"_s, u"OpenLayers"_s, {}, with).errorName(), errorName(u"NotFound"_s));
        }
        QCOMPARE(bob->lamella(image, u"Image"_s, u"OpenLayers"_s, {}, {{u"compare_with"_s, u"text"_s}}).errorName(),
                 errorName(u"InvalidArgument"_s));
    }

    void nothingOfTheContractIsForgotten() { QCOMPARE(forgotten(layerMembers()), QStringList()); }

private:
    QString run(const QString& image, const QString& script)
    {
        const auto made = alice->lamella(
            kRoot, u"Manager"_s, u"CreateContainer"_s,
            {image, u"layers-%1"_s.arg(m_made.size()), QStringList{u"sh"_s, u"-c"_s, script}}, {{u"start"_s, true}});
        if (made.arguments().isEmpty()) {
            qWarning("%s", qPrintable(made.errorMessage()));
            return {};
        }
        const QString path = made.arguments().constFirst().value<QDBusObjectPath>().path();
        m_made.append(path);
        if (!alice->waitForState(path, u"stopped"_s))
            qWarning("it has not ended");
        return path;
    }

    Tree open(const QString& path, const QString& interface, const QVariantMap& options = {})
    {
        const auto answer = alice->lamella(path, interface, u"OpenLayers"_s, {}, options);
        if (answer.arguments().isEmpty()) {
            qWarning("%s", qPrintable(answer.errorMessage()));
            return {};
        }
        const int file = answer.arguments().constFirst().value<QDBusUnixFileDescriptor>().fileDescriptor();
        if (::fcntl(file, F_GET_SEALS) != (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE))
            qWarning("it is not sealed");
        return treeOf(readAll(file));
    }

    std::unique_ptr<Client> alice;
    std::unique_ptr<Client> bob;
    QString m_image;
    QString m_container;
    QStringList m_made;
};

QTEST_GUILESS_MAIN(LayersTest)
#include "tst_layers.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "bundle.h"
#include "mount_table.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <functional>
#include <memory>
#include <sys/mount.h>

using namespace lamella;
using namespace lamella::test;

/// What mounts of the host show in a container, and the other way round, on a host whose mounts are shared, as systemd
/// makes them (mount_namespaces(7)).
class TestRuntimePropagation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void ownMountsStayInside_data();
    void ownMountsStayInside();
    void containersMountShowsOnTheHost_data();
    void containersMountShowsOnTheHost();
    void sharedIsSharedInside_data();
    void sharedIsSharedInside();
    void hostsMountShowsInTheContainer_data();
    void hostsMountShowsInTheContainer();
    void ofTheRoot_data();
    void ofTheRoot();
};

/// A directory of the bundle that is a shared mount.
class SharedMount {
public:
    explicit SharedMount(const QString& directory)
        : m_path(directory.toLocal8Bit())
    {
        m_good = QDir{}.mkpath(directory)
            && ::mount(m_path.constData(), m_path.constData(), nullptr, MS_BIND, nullptr) == 0
            && ::mount(nullptr, m_path.constData(), nullptr, MS_SHARED, nullptr) == 0;
    }
    ~SharedMount()
    {
        while (::umount2(m_path.constData(), MNT_DETACH) == 0) { }
    }
    Q_DISABLE_COPY_MOVE(SharedMount)

    bool isGood() const { return m_good; }
    std::string path() const { return m_path.toStdString(); }

private:
    QByteArray m_path;
    bool m_good = false;
};

static int hostMountsBelow(const std::string& path)
{
    QFile table{QStringLiteral("/proc/self/mountinfo")};
    table.open(QIODevice::ReadOnly);
    int count = 0;
    for (const MountLine& line : mountLines(table.readAll()))
        count += line.point.startsWith(QByteArray::fromStdString(path) + '/') ? 1 : 0;
    return count;
}

/// A container with a volume on /vol, which says that it runs and goes on when its standard input ends.
static std::unique_ptr<QProcess> startWaiting(Bundle& bundle, const QString& before, const QString& after)
{
    bundle.spec.process.capabilities->bounding.push_back("CAP_SYS_ADMIN");
    bundle.spec.process.capabilities->permitted = bundle.spec.process.capabilities->effective
        = bundle.spec.process.capabilities->bounding;
    bundle.setScript(before + QStringLiteral("; echo running; cat >/dev/null; ") + after);
    bundle.write();
    auto process = std::make_unique<QProcess>();
    process->start(
        runtimeProgram(),
        bundle.runtimeArguments({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()}));
    if (!process->waitForReadyRead(20'000))
        return nullptr;
    return process;
}

void TestRuntimePropagation::ownMountsStayInside_data()
{
    QTest::addColumn<QByteArray>("rootfsPropagation");
    for (const char* word : {"", "private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable"})
        QTest::newRow(word) << QByteArray{word};
}

void TestRuntimePropagation::ownMountsStayInside()
{
    QFETCH(QByteArray, rootfsPropagation);
    for (const Kind kind : {Kind::Plain, Kind::User}) {
        Bundle bundle{kind};
        const SharedMount shared{bundle.image()};
        QVERIFY(shared.isGood());
        bundle.spec.linux.rootfsPropagation = rootfsPropagation.toStdString();
        const auto container
            = startWaiting(bundle, QStringLiteral("mount -t tmpfs tmpfs /tmp"), QStringLiteral("true"));
        QVERIFY(container != nullptr);
        QCOMPARE(container->readAllStandardOutput(), QByteArray{"running\n"});
        QCOMPARE(hostMountsBelow(shared.path()), 0);
        container->closeWriteChannel();
        QVERIFY(container->waitForFinished(20'000));
    }
}

void TestRuntimePropagation::containersMountShowsOnTheHost_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QByteArray>("root");
    QTest::addColumn<bool>("shows");
    const auto row = [](const char* options, const char* root, bool shows) {
        QTest::addRow("%s, %s", options, root) << QString::fromLatin1(options).split(u',') << QByteArray{root} << shows;
    };
    for (const char* options :
         {"rbind", "rbind,rprivate", "rbind,private", "rbind,rslave", "bind,slave", "rbind,runbindable"}) {
        row(options, "", false);
        row(options, "shared", false);
    }
    row("rbind,rshared", "rshared", true);
    row("bind,shared", "shared", true);
    for (const char* root : {"", "private", "rprivate", "slave", "rslave", "unbindable"})
        row("rbind,rshared", root, false);
}

void TestRuntimePropagation::containersMountShowsOnTheHost()
{
    QFETCH(QStringList, options);
    QFETCH(QByteArray, root);
    QFETCH(bool, shows);
    for (const Kind kind : {Kind::Plain, Kind::User}) {
        Bundle bundle{kind};
        const SharedMount shared{bundle.directory() + QStringLiteral("/volume")};
        QVERIFY(shared.isGood() && QDir{}.mkpath(bundle.directory() + QStringLiteral("/volume/below")));
        bundle.spec.linux.rootfsPropagation = root.toStdString();
        oci::Mount volume{"/vol", "bind", shared.path(), {}};
        for (const QString& option : options)
            volume.options.push_back(option.toStdString());
        bundle.spec.mounts.push_back(volume);
        const auto container
            = startWaiting(bundle, QStringLiteral("mount -t tmpfs tmpfs /vol/below"), QStringLiteral("true"));
        QVERIFY(container != nullptr);
        QCOMPARE(container->readAllStandardOutput(), QByteArray{"running\n"});
        QCOMPARE(hostMountsBelow(shared.path()), shows ? 1 : 0);
        container->closeWriteChannel();
        QVERIFY(container->waitForFinished(20'000));
        ::umount2((shared.path() + "/below").c_str(), MNT_DETACH);
    }
}

void TestRuntimePropagation::sharedIsSharedInside_data()
{
    QTest::addColumn<bool>("receives");
    for (const char* root : {"", "slave", "shared"})
        QTest::newRow(root) << (qstrcmp(root, "shared") != 0);
    QTest::newRow("private") << false;
}

/// Its copies inside are its peers in any case; a slave of the host's it is but where it is the host's peer or private.
void TestRuntimePropagation::sharedIsSharedInside()
{
    QFETCH(bool, receives);
    Bundle bundle{Kind::Plain};
    const SharedMount shared{bundle.directory() + QStringLiteral("/volume")};
    QVERIFY(shared.isGood());
    bundle.spec.linux.rootfsPropagation = QTest::currentDataTag();
    bundle.spec.mounts.push_back({"/vol", "bind", shared.path(), {"rbind", "rshared"}});
    bundle.setCommand({QStringLiteral("cat"), QStringLiteral("/proc/self/mountinfo")});
    const QByteArray table = bundle.run().out;
    const QByteArray is = topmostAt(table, "/vol").propagation;
    QVERIFY2(is.startsWith("shared:") && is.contains(" master:") == receives, table);
}

void TestRuntimePropagation::hostsMountShowsInTheContainer_data()
{
    QTest::addColumn<QString>("option");
    QTest::addColumn<bool>("shows");
    QTest::newRow("default") << QStringLiteral("rbind") << false;
    for (const char* option : {"private", "rprivate", "unbindable"})
        QTest::newRow(option) << QString::fromLatin1(option) << false;
    for (const char* option : {"slave", "rslave", "shared", "rshared"})
        QTest::newRow(option) << QString::fromLatin1(option) << true;
}

void TestRuntimePropagation::hostsMountShowsInTheContainer()
{
    QFETCH(QString, option);
    QFETCH(bool, shows);
    Bundle bundle{Kind::Plain};
    const SharedMount shared{bundle.directory() + QStringLiteral("/volume")};
    QVERIFY(shared.isGood() && QDir{}.mkpath(bundle.directory() + QStringLiteral("/volume/below")));
    bundle.spec.mounts.push_back({"/vol", "bind", shared.path(), {"rbind", option.toStdString()}});
    const auto container
        = startWaiting(bundle, QStringLiteral("true"), QStringLiteral("grep -c ' /vol/below ' /proc/self/mountinfo"));
    QVERIFY(container != nullptr);
    QCOMPARE(container->readAllStandardOutput(), QByteArray{"running\n"});
    QCOMPARE(::mount("tmpfs", (shared.path() + "/below").c_str(), "tmpfs", 0, nullptr), 0);
    container->closeWriteChannel();
    QVERIFY(container->waitForFinished(20'000));
    ::umount2((shared.path() + "/below").c_str(), MNT_DETACH);
    QCOMPARE(container->readAllStandardOutput(), shows ? QByteArray{"1\n"} : QByteArray{"0\n"});
}

void TestRuntimePropagation::ofTheRoot_data()
{
    QTest::addColumn<QByteArray>("root"); ///< how it begins; empty: private
    QTest::addColumn<QByteArray>("below"); ///< of /dev, which nothing was said of
    const auto row = [](const char* name, const char* root, const char* below) {
        QTest::newRow(name) << QByteArray{root} << QByteArray{below};
    };
    row("", "", "");
    row("private", "", "");
    row("rprivate", "", "");
    row("slave", "master:", "");
    row("rslave", "master:", "");
    row("shared", "shared:", "");
    row("rshared", "shared:", "shared:");
    row("unbindable", "unbindable", "");
    row("runbindable", "unbindable", "unbindable");
}

void TestRuntimePropagation::ofTheRoot()
{
    QFETCH(QByteArray, root);
    QFETCH(QByteArray, below);
    Bundle bundle{Kind::Plain};
    const SharedMount shared{bundle.image()};
    QVERIFY(shared.isGood());
    bundle.spec.linux.rootfsPropagation = QTest::currentDataTag();
    bundle.setCommand({QStringLiteral("cat"), QStringLiteral("/proc/self/mountinfo")});
    const QByteArray table = bundle.run().out;
    const auto check = [&](const char* point, const QByteArray& expected) {
        const QByteArray is = topmostAt(table, point).propagation;
        return !table.isEmpty() && (expected.isEmpty() ? is.isEmpty() : is.startsWith(expected));
    };
    QVERIFY2(check("/", root), table);
    QVERIFY2(check("/dev", below), table);
}

QTEST_GUILESS_MAIN(TestRuntimePropagation)
#include "test_runtime_propagation.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "bundle.h"
#include "default_spec.h"
#include "mount_table.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <array>
#include <fcntl.h>
#include <span>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::test;

Q_DECLARE_METATYPE(lamella::test::Kind)

/// config.md, "Mounts": what each kind and option of a mount makes of a container.
class TestRuntimeMounts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void attributes_data();
    void attributes();
    void superblockOptions_data();
    void superblockOptions();
    void recursiveAttributes();
    void missingTargetsAreMade_data();
    void missingTargetsAreMade();
    void laterMountsLieOverEarlierOnes();
    void listedInTheirOrder_data();
    void listedInTheirOrder();
    void tmpfsHasTheModeOfItsTarget_data();
    void tmpfsHasTheModeOfItsTarget();
    void readonlyTmpfsTakesMountsBelow();
    void tmpfsBeginsWithWhatItHides();
    void copyUpOfADeepTree();
    void overTheRoot_data();
    void overTheRoot();
    void idMaps_data();
    void idMaps();
    void idMapOfTheTree();
    void changesOfMounts();
    void manyLayers();
    void fileSystemsOfSharedNamespaces_data();
    void fileSystemsOfSharedNamespaces();
    void cgroupsAreWritableWhereAsked();
    void protectedPaths_data();
    void protectedPaths();
    void readonlyPathsKeepTheirAttributes();
    void refused_data();
    void refused();

private:
    static QByteArray tableOf(Bundle& bundle)
    {
        bundle.setCommand({QStringLiteral("cat"), QStringLiteral("/proc/self/mountinfo")});
        const Outcome outcome = bundle.run();
        if (!outcome.err.isEmpty())
            qWarning("%s", outcome.err.constData());
        return outcome.out;
    }
};

/// A tmpfs of this test, with another one on "sub", which is gone with this object.
class HostTree {
public:
    HostTree(const Bundle& bundle, unsigned long flags)
        : m_path((bundle.directory() + QStringLiteral("/tree")).toLocal8Bit())
    {
        ::mkdir(m_path.constData(), 0755);
        mounted(::mount("tmpfs", m_path.constData(), "tmpfs", flags, "mode=755"));
        ::mkdir((m_path + "/sub").constData(), 0755);
        mounted(::mount("tmpfs", (m_path + "/sub").constData(), "tmpfs", flags, "mode=755"));
        QFile file{QString::fromLocal8Bit(m_path + "/file")};
        m_good = m_good && file.open(QIODevice::WriteOnly) && file.write("content\n") > 0;
    }
    ~HostTree()
    {
        ::umount2((m_path + "/sub").constData(), MNT_DETACH);
        ::umount2(m_path.constData(), MNT_DETACH);
    }
    Q_DISABLE_COPY_MOVE(HostTree)

    bool isGood() const { return m_good; }
    std::string path() const { return m_path.toStdString(); }

private:
    void mounted(int result) { m_good = m_good && result == 0; }

    QByteArray m_path;
    bool m_good = true;
};

struct Shown {
    const char* option;
    const char* word; ///< in the mount's options
};

constexpr std::array kGiving{Shown{"ro", "ro"},
                             Shown{"nosuid", "nosuid"},
                             Shown{"nodev", "nodev"},
                             Shown{"noexec", "noexec"},
                             Shown{"noatime", "noatime"},
                             Shown{"relatime", "relatime"},
                             Shown{"nodiratime", "nodiratime"},
                             Shown{"nosymfollow", "nosymfollow"}};
constexpr std::array kTaking{Shown{"rw", "ro"},
                             Shown{"suid", "nosuid"},
                             Shown{"dev", "nodev"},
                             Shown{"exec", "noexec"},
                             Shown{"atime", "noatime"},
                             Shown{"strictatime", "relatime"},
                             Shown{"strictatime", "noatime"},
                             Shown{"relatime", "noatime"},
                             Shown{"diratime", "nodiratime"},
                             Shown{"symfollow", "nosymfollow"}};

void TestRuntimeMounts::attributes_data()
{
    QTest::addColumn<bool>("ofUser");
    QTest::addColumn<bool>("taking"); ///< the sources have what the options take away
    QTest::newRow("given") << false << false;
    QTest::newRow("taken") << false << true;
    QTest::newRow("given, user namespace") << true << false;
    QTest::newRow("taken, user namespace") << true << true;
}

void TestRuntimeMounts::attributes()
{
    QFETCH(bool, ofUser);
    QFETCH(bool, taking);
    Bundle bundle{ofUser ? Kind::User : Kind::Plain};
    constexpr unsigned long kAll = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_NOSYMFOLLOW;
    const HostTree tree{bundle, taking ? kAll : 0};
    QVERIFY(tree.isGood());
    if (taking)
        QCOMPARE(::mount(nullptr, tree.path().c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | kAll, nullptr), 0);
    const std::span<const Shown> rows = taking ? std::span<const Shown>{kTaking} : std::span<const Shown>{kGiving};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string number = std::to_string(i);
        const std::string option = rows[i].option;
        bundle.spec.mounts.push_back({"/tmpfs-" + number, "tmpfs", "tmpfs", {option}});
        bundle.spec.mounts.push_back({"/bind-" + number, "bind", tree.path(), {"bind", option}});
        bundle.spec.mounts.push_back({"/file-" + number, "", tree.path() + "/file", {"bind", option}});
    }
    const QByteArray table = tableOf(bundle);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (const char* name : {"/tmpfs-", "/bind-", "/file-"}) {
            const MountLine line = topmostAt(table, name + QByteArray::number(i));
            QVERIFY2(!line.point.isEmpty(), table);
            QVERIFY2(line.has(rows[i].word) != taking,
                     line.point + ' ' + rows[i].option + ": " + line.options.join(','));
        }
    }
}

void TestRuntimeMounts::superblockOptions_data()
{
    QTest::addColumn<bool>("shown");
    for (const char* option : {"sync", "dirsync", "lazytime"})
        QTest::newRow(option) << true;
    for (const char* option : {"async", "nolazytime", "nomand", "silent", "loud", "acl", "iversion", "defaults"})
        QTest::newRow(option) << false;
}

void TestRuntimeMounts::superblockOptions()
{
    QFETCH(bool, shown);
    Bundle bundle{Kind::User};
    bundle.spec.mounts.push_back({"/vol", "tmpfs", "some", {QTest::currentDataTag(), "size=1m"}});
    const QByteArray table = tableOf(bundle);
    const MountLine line = topmostAt(table, "/vol");
    QVERIFY2(line.systemOptions.contains("size=1024k"), table);
    QCOMPARE(line.systemOptions.contains(QTest::currentDataTag()), shown);
    QCOMPARE(line.source, QByteArray{"some"});
}

void TestRuntimeMounts::recursiveAttributes()
{
    for (const Kind kind : {Kind::Plain, Kind::User}) {
        Bundle bundle{kind};
        const HostTree tree{bundle, 0};
        QVERIFY(tree.isGood());
        for (const Shown& row : kGiving) {
            const std::string option = row.option;
            bundle.spec.mounts.push_back({"/own-" + option, "bind", tree.path(), {"rbind", option}});
            bundle.spec.mounts.push_back({"/tree-" + option, "bind", tree.path(), {"rbind", "r" + option}});
        }
        const QByteArray table = tableOf(bundle);
        for (const Shown& row : kGiving) {
            const bool byDefault = QByteArray{row.word} == "relatime";
            const auto has
                = [&](const QByteArray& point) { return topmostAt(table, point + row.option).has(row.word); };
            const auto hasBelow
                = [&](const QByteArray& point) { return topmostAt(table, point + row.option + "/sub").has(row.word); };
            QVERIFY2(has("/own-") && has("/tree-") && hasBelow("/tree-"), row.option);
            QVERIFY2(hasBelow("/own-") == byDefault, row.option);
            QVERIFY2(!topmostAt(table, QByteArray{"/own-"} + row.option + "/sub").point.isEmpty(), table);
        }
    }
}

void TestRuntimeMounts::missingTargetsAreMade_data()
{
    QTest::addColumn<QByteArray>("destination");
    QTest::addColumn<QByteArray>("found"); ///< where the file is then
    const auto row = [](const char* destination, const char* found) {
        QTest::newRow(destination) << QByteArray{destination} << QByteArray{found};
    };
    row("/new", "/new");
    row("/new/and/deep", "/new/and/deep");
    row("relative/to/root", "/relative/to/root");
    row("/un//clean/./../name", "/un/name");
    row("/vol/absolute/x", "/etc/x");
    row("/vol/up/x", "/etc/x");
    row("/vol/nowhere", "/a/b");
    row("/vol/nowhere/x", "/a/b/x");
    row("/vol/chain", "/a/b");
    row("/vol/outside/x", "/etc/x");
}

void TestRuntimeMounts::missingTargetsAreMade()
{
    QFETCH(QByteArray, destination);
    QFETCH(QByteArray, found);
    Bundle bundle{Kind::User};
    const QByteArray vol = bundle.image().toLocal8Bit() + "/vol/";
    for (const auto& [target, name] : {std::pair{"/etc", "absolute"},
                                       {"../etc", "up"},
                                       {"../a/b", "nowhere"},
                                       {"nowhere", "chain"},
                                       {"../../../../../etc", "outside"}})
        QCOMPARE(::symlink(target, (vol + name).constData()), 0);
    const HostTree tree{bundle, 0};
    QVERIFY(tree.isGood());
    for (const bool ofFile : {true, false}) {
        const std::string source = ofFile ? tree.path() + "/file" : tree.path();
        bundle.spec.mounts.push_back({destination.toStdString() + (ofFile ? "" : "2"), "bind", source, {"bind"}});
    }
    const QString path = QString::fromLocal8Bit(found);
    bundle.setScript(QStringLiteral("cat %1").arg(path));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, QByteArray{"content\n"});
}

void TestRuntimeMounts::laterMountsLieOverEarlierOnes()
{
    Bundle bundle{Kind::User};
    const HostTree tree{bundle, 0};
    QVERIFY(tree.isGood());
    // The source is relative to the bundle.
    bundle.spec.mounts.push_back({"/vol", "bind", "tree", {"rbind"}});
    bundle.spec.mounts.push_back({"/vol/sub", "tmpfs", "first", {}});
    bundle.spec.mounts.push_back({"/vol/sub", "tmpfs", "second", {}});
    bundle.spec.mounts.push_back({"/vol/sub/file", "bind", "tree/file", {}});
    bundle.setScript(
        QStringLiteral("cat /vol/file /vol/sub/file; grep ' /vol/sub ' /proc/self/mounts | cut -d' ' -f1"));
    QCOMPARE(bundle.run().out, QByteArray{"content\ncontent\ntmpfs\nfirst\nsecond\n"});
}

void TestRuntimeMounts::listedInTheirOrder_data()
{
    QTest::addColumn<Kind>("kind");
    QTest::newRow("the host's users") << Kind::Plain;
    QTest::newRow("users of its own") << Kind::User;
}

/// Also what the host has made for the container, which is /dev.
void TestRuntimeMounts::listedInTheirOrder()
{
    QFETCH(Kind, kind);
    Bundle bundle{kind};
    QByteArrayList wanted;
    for (const oci::Mount& mount : bundle.spec.mounts) {
        if (!mount.type.starts_with("cgroup"))
            wanted.append(QByteArray::fromStdString(mount.destination));
    }
    QVERIFY(wanted.indexOf("/dev") > wanted.indexOf("/proc"));
    QByteArrayList listed;
    for (const MountLine& line : mountLines(tableOf(bundle))) {
        if (wanted.contains(line.point) && !listed.contains(line.point))
            listed.append(line.point);
    }
    QCOMPARE(listed, wanted);
}

void TestRuntimeMounts::tmpfsHasTheModeOfItsTarget_data()
{
    QTest::addColumn<QString>("option");
    QTest::addColumn<QString>("destination");
    QTest::addColumn<QByteArray>("mode");
    QTest::newRow("target's") << QStringLiteral("nosuid") << QStringLiteral("/vol") << QByteArray{"3712\n"};
    QTest::newRow("its own") << QStringLiteral("mode=0700") << QStringLiteral("/vol") << QByteArray{"700\n"};
    QTest::newRow("no target") << QStringLiteral("nosuid") << QStringLiteral("/new") << QByteArray{"1777\n"};
    QTest::newRow("read-only") << QStringLiteral("ro") << QStringLiteral("/vol") << QByteArray{"3712\n"};
}

void TestRuntimeMounts::tmpfsHasTheModeOfItsTarget()
{
    QFETCH(QString, option);
    QFETCH(QString, destination);
    Bundle bundle{Kind::User};
    QCOMPARE(::chmod((bundle.image() + QStringLiteral("/vol")).toLocal8Bit().constData(), 03712), 0);
    bundle.spec.mounts.push_back({destination.toStdString(), "tmpfs", "tmpfs", {option.toStdString()}});
    bundle.setCommand({QStringLiteral("stat"), QStringLiteral("-c"), QStringLiteral("%a"), destination});
    QTEST(bundle.run().out, "mode");
}

void TestRuntimeMounts::readonlyTmpfsTakesMountsBelow()
{
    Bundle bundle{Kind::User};
    bundle.spec.mounts.push_back({"/vol", "tmpfs", "tmpfs", {"ro"}});
    bundle.spec.mounts.push_back({"/vol/below/deep", "tmpfs", "tmpfs", {}});
    bundle.setScript(QStringLiteral("touch /vol/file; touch /vol/below/deep/file && ls /vol/below/deep"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.out, QByteArray{"file\n"});
    QVERIFY2(outcome.err.contains("Read-only file system"), outcome.err);
}

void TestRuntimeMounts::tmpfsBeginsWithWhatItHides()
{
    Bundle bundle{Kind::User};
    const QByteArray vol = bundle.image().toLocal8Bit() + "/vol";
    QCOMPARE(::mkdir((vol + "/directory").constData(), 0750), 0);
    QCOMPARE(::mkdir((vol + "/directory/empty").constData(), 0700), 0);
    QFile file{QString::fromLocal8Bit(vol + "/directory/large")};
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(QByteArray(3'000'000, 'x')), 3'000'000);
    file.close();
    QCOMPARE(::symlink("/etc/passwd", (vol + "/link").constData()), 0);
    QCOMPARE(::mkfifo((vol + "/fifo").constData(), 0600), 0);
    QFile set{QString::fromLocal8Bit(vol + "/set-id")};
    QVERIFY(set.open(QIODevice::WriteOnly));
    for (const char* name : {"/directory", "/directory/empty", "/directory/large", "/link", "/fifo", "/set-id"})
        QCOMPARE(::lchown((vol + name).constData(), 100005, 100006), 0);
    QCOMPARE(::chmod((vol + "/set-id").constData(), 04755), 0);
    const timespec times[2]{{1'000'000'000, 0}, {1'000'000'000, 0}};
    QCOMPARE(::utimensat(AT_FDCWD, (vol + "/directory").constData(), times, 0), 0);
    const QString script
        = QStringLiteral("cd /vol; find . | sort | xargs stat -c '%n %A %u %g %h'; wc -c <directory/large; "
                         "readlink link; stat -c %Y directory");
    bundle.setScript(script);
    const Outcome before = bundle.run();
    QCOMPARE(before.err, QByteArray{});
    bundle.spec.mounts.push_back({"/vol", "tmpfs", "tmpfs", {"tmpcopyup"}});
    bundle.setScript(script + QStringLiteral("; rm -r *"));
    const Outcome after = bundle.run();
    QCOMPARE(after.err, QByteArray{});
    QCOMPARE(after.out.split('\n'), before.out.split('\n'));
    QVERIFY(QFile::exists(QString::fromLocal8Bit(vol + "/directory/large")));
}

/// As deep as it goes, on the stack that the container's process has.
void TestRuntimeMounts::copyUpOfADeepTree()
{
    Bundle bundle{Kind::User};
    const QString deep = QStringLiteral("/d").repeated(500);
    QVERIFY(QDir{}.mkpath(bundle.image() + QStringLiteral("/vol") + deep));
    bundle.spec.mounts.push_back({"/vol", "tmpfs", "tmpfs", {"tmpcopyup"}});
    bundle.setScript(QStringLiteral("cd /vol && find . | wc -l"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, QByteArray{"501\n"});
}

void TestRuntimeMounts::overTheRoot_data()
{
    QTest::addColumn<bool>("bound");
    QTest::addColumn<bool>("ofUser");
    QTest::newRow("tmpfs") << false << false;
    QTest::newRow("bind") << true << false;
    QTest::newRow("tmpfs, user namespace") << false << true;
    QTest::newRow("bind, user namespace") << true << true;
}

void TestRuntimeMounts::overTheRoot()
{
    QFETCH(bool, bound);
    QFETCH(bool, ofUser);
    Bundle bundle{ofUser ? Kind::User : Kind::Plain};
    Bundle other{ofUser ? Kind::User : Kind::Plain};
    QFile mark{other.image() + QStringLiteral("/mark")};
    QVERIFY(mark.open(QIODevice::WriteOnly));
    const oci::Mount mount = bound ? oci::Mount{"/", "bind", other.image().toStdString(), {"bind"}}
                                   : oci::Mount{"/", "tmpfs", "tmpfs", {"tmpcopyup"}};
    bundle.spec.mounts.insert(bundle.spec.mounts.begin(), mount);
    bundle.spec.rootReadonly = bound;
    bundle.setScript(QStringLiteral("ls -d /mark; touch /new 2>&1; ls /..; "
                                    "cut -d' ' -f5 /proc/self/mountinfo | grep -cx /"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 0);
    QCOMPARE(outcome.out.startsWith("/mark\n"), bound);
    QCOMPARE(outcome.out.contains("Read-only"), bound);
    // Nothing of what was below is left: one mount is the root.
    QVERIFY2(outcome.out.endsWith("\n1\n"), outcome.out);
    QVERIFY2(!outcome.out.contains("/var"), outcome.out);
    QCOMPARE(QFile::exists(bundle.image() + QStringLiteral("/new")), false);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeMounts::idMaps_data()
{
    QTest::addColumn<bool>("ofUser");
    QTest::addColumn<int>("first"); ///< the host's name for the file's owner 0; -1: as the container's map says
    QTest::addColumn<QByteArray>("shown");
    QTest::newRow("container's own") << true << -1 << QByteArray{"0:0\n"};
    QTest::newRow("as the container's") << true << 100000 << QByteArray{"0:0\n"};
    QTest::newRow("another") << true << 100007 << QByteArray{"7:7\n"};
    QTest::newRow("not of the container") << true << 5 << QByteArray{"65534:65534\n"};
    QTest::newRow("without user namespace") << false << 1000 << QByteArray{"1000:1000\n"};
}

void TestRuntimeMounts::idMaps()
{
    QFETCH(bool, ofUser);
    QFETCH(int, first);
    for (const char* option : {"idmap", "ridmap"}) {
        Bundle bundle{ofUser ? Kind::User : Kind::Plain};
        const HostTree tree{bundle, 0};
        QVERIFY(tree.isGood());
        oci::Mount mount{"/vol", "bind", tree.path(), {"bind", option}};
        if (first >= 0)
            mount.uidMappings = mount.gidMappings = {{0, static_cast<std::uint32_t>(first), 10}};
        bundle.spec.mounts.push_back(mount);
        bundle.setCommand(
            {QStringLiteral("stat"), QStringLiteral("-c"), QStringLiteral("%u:%g"), QStringLiteral("/vol/file")});
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.err, QByteArray{});
        QTEST(outcome.out, "shown");
    }
}

void TestRuntimeMounts::idMapOfTheTree()
{
    for (const bool tree : {false, true}) {
        Bundle bundle{Kind::User};
        const HostTree host{bundle, 0};
        QVERIFY(host.isGood());
        bundle.spec.mounts.push_back({"/vol", "bind", host.path(), {"rbind", tree ? "ridmap" : "idmap"}});
        bundle.setCommand({QStringLiteral("stat"), QStringLiteral("-c"), QStringLiteral("%u"), QStringLiteral("/vol"),
                           QStringLiteral("/vol/sub")});
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.out, tree ? QByteArray{"0\n0\n"} : QByteArray{"0\n65534\n"});
    }
}

void TestRuntimeMounts::changesOfMounts()
{
    Bundle bundle{Kind::User};
    const HostTree tree{bundle, 0};
    QVERIFY(tree.isGood());
    bundle.spec.mounts.push_back({"/vol", "tmpfs", "tmpfs", {"size=1m"}});
    bundle.spec.mounts.push_back({"/vol", "tmpfs", "", {"remount", "size=2m", "noexec"}});
    bundle.spec.mounts.push_back({"/tree", "bind", tree.path(), {"rbind"}});
    bundle.spec.mounts.push_back({"/tree", "bind", "", {"remount", "bind", "rro"}});
    bundle.spec.mounts.push_back({"/tree/sub", "none", "", {"shared"}});
    const QByteArray table = tableOf(bundle);
    QVERIFY2(topmostAt(table, "/vol").systemOptions.contains("size=2048k"), table);
    QVERIFY2(topmostAt(table, "/vol").has("noexec"), table);
    QVERIFY2(topmostAt(table, "/tree").has("ro"), table);
    QVERIFY2(topmostAt(table, "/tree/sub").has("ro"), table);
    QVERIFY2(topmostAt(table, "/tree").propagation.isEmpty(), table);
    QVERIFY2(topmostAt(table, "/tree/sub").propagation.startsWith("shared:"), table);
}

void TestRuntimeMounts::manyLayers()
{
    for (const Kind kind : {Kind::Plain, Kind::User}) {
        Bundle bundle{kind};
        std::string lower;
        for (int i = 0; i < 12; ++i) {
            const QString layer = bundle.directory() + QStringLiteral("/layer-%1").arg(i);
            QVERIFY(QDir{}.mkpath(layer + QStringLiteral("/of-%1").arg(i)));
            lower += (i == 0 ? "" : ":") + layer.toStdString();
        }
        QVERIFY(lower.size() > 255); // more than fsconfig(2) takes at once
        bundle.spec.mounts.push_back({"/vol", "overlay", "overlay", {"lowerdir=" + lower, "ro"}});
        bundle.setScript(QStringLiteral("ls /vol | wc -l"));
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.err, QByteArray{});
        QCOMPARE(outcome.out, QByteArray{"12\n"});
    }
}

void TestRuntimeMounts::fileSystemsOfSharedNamespaces_data()
{
    QTest::addColumn<int>("shared");
    QTest::addColumn<QString>("script");
    QTest::newRow("procfs") << static_cast<int>(oci::NamespaceType::Pid) << QStringLiteral("readlink /proc/self");
    QTest::newRow("sysfs") << static_cast<int>(oci::NamespaceType::Network)
                           << QStringLiteral("ls -d /sys/class/net/lo");
    QTest::newRow("mqueue") << static_cast<int>(oci::NamespaceType::Ipc)
                            << QStringLiteral("grep -o 'mqueue /dev/mqueue' /proc/mounts");
}

void TestRuntimeMounts::fileSystemsOfSharedNamespaces()
{
    QFETCH(int, shared);
    QFETCH(QString, script);
    for (const Kind kind : {Kind::Plain, Kind::User}) {
        Bundle bundle{kind};
        std::erase_if(bundle.spec.linux.namespaces,
                      [&](const oci::Namespace& space) { return static_cast<int>(space.type) == shared; });
        bundle.setScript(script);
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.err, QByteArray{});
        QVERIFY(!outcome.out.isEmpty());
        if (shared == static_cast<int>(oci::NamespaceType::Pid))
            QVERIFY2(outcome.out.toInt() > 1, outcome.out);
    }
}

void TestRuntimeMounts::cgroupsAreWritableWhereAsked()
{
    for (const bool readonly : {true, false}) {
        Bundle bundle{Kind::Plain};
        auto& options = bundle.spec.mounts.back().options;
        QCOMPARE(bundle.spec.mounts.back().type, std::string{"cgroup"});
        if (!readonly)
            std::erase(options, "ro");
        bundle.setScript(
            QStringLiteral("mkdir /sys/fs/cgroup/pids/below 2>/dev/null && rmdir /sys/fs/cgroup/pids/below "
                           "&& echo made; ls /sys/fs/cgroup/*/release_agent 2>/dev/null; "
                           "cat /proc/self/mountinfo"));
        const QByteArray out = bundle.run().out;
        QCOMPARE(out.startsWith("made\n"), !readonly);
        QVERIFY2(!out.contains("release_agent\n"), out);
        const MountLine line = topmostAt(out, "/sys/fs/cgroup/pids");
        QVERIFY2(line.has("nosuid") && line.has("nodev") && line.has("noexec"), out);
        QCOMPARE(line.has("ro"), readonly);
    }
}

void TestRuntimeMounts::protectedPaths_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("masked"); ///< what a masked one shows
    QTest::addColumn<QByteArray>("readonly"); ///< what writing to a read-only one answers
    const char* readonlySystem = "Read-only file system";
    QTest::newRow("file") << QByteArray{"/vol/file"} << QByteArray{""} << QByteArray{readonlySystem};
    QTest::newRow("unclean") << QByteArray{"vol//./file"} << QByteArray{""} << QByteArray{readonlySystem};
    QTest::newRow("directory") << QByteArray{"/vol/directory"} << QByteArray{""} << QByteArray{readonlySystem};
    QTest::newRow("link") << QByteArray{"/vol/link"} << QByteArray{""} << QByteArray{readonlySystem};
    QTest::newRow("missing") << QByteArray{"/vol/missing"} << QByteArray{"content\n"} << QByteArray{""};
    QTest::newRow("below a file") << QByteArray{"/vol/file/below"} << QByteArray{"content\n"} << QByteArray{""};
}

void TestRuntimeMounts::protectedPaths()
{
    QFETCH(QByteArray, path);
    for (const Kind kind : {Kind::Plain, Kind::User, Kind::Overlay}) {
        Bundle bundle{kind};
        const QByteArray vol = bundle.image().toLocal8Bit() + "/vol/";
        QVERIFY(QDir{}.mkpath(QString::fromLocal8Bit(vol + "directory")));
        QCOMPARE(::symlink("/vol/file", (vol + "link").constData()), 0);
        for (const char* name : {"file", "directory/file"}) {
            QFile file{QString::fromLocal8Bit(vol + name)};
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write("content\n") > 0);
            file.close();
            if (kind == Kind::User) // an overlay's layers have an id map
                QCOMPARE(::chown((vol + name).constData(), kFirstId, kFirstId), 0);
        }
        const QString file
            = path.contains("directory") ? QStringLiteral("/vol/directory/file") : QStringLiteral("/vol/file");
        bundle.spec.linux.maskedPaths = {path.toStdString()};
        bundle.setScript(QStringLiteral("cat %1 2>/dev/null").arg(file));
        QTEST(bundle.run().out, "masked");
        bundle.spec.linux.maskedPaths.clear();
        bundle.spec.linux.readonlyPaths = {path.toStdString()};
        bundle.setScript(QStringLiteral("cat %1; chmod 600 %1").arg(file));
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.out, QByteArray{"content\n"});
        QFETCH(QByteArray, readonly);
        QVERIFY2(readonly.isEmpty() ? outcome.err.isEmpty() : outcome.err.contains(readonly), outcome.err);
    }
}

void TestRuntimeMounts::readonlyPathsKeepTheirAttributes()
{
    for (const Kind kind : {Kind::Plain, Kind::User}) {
        Bundle bundle{kind};
        const HostTree tree{bundle, MS_NOSUID | MS_NODEV | MS_NOEXEC};
        QVERIFY(tree.isGood());
        bundle.spec.mounts.push_back({"/vol", "bind", tree.path(), {"rbind"}});
        bundle.spec.mounts.front().options = {"nosuid", "nodev", "noexec"};
        bundle.spec.linux.readonlyPaths = {"/vol/sub", "/vol", "/proc/bus"};
        const QByteArray table = tableOf(bundle);
        for (const char* point : {"/vol", "/vol/sub", "/proc/bus"}) {
            const MountLine line = topmostAt(table, point);
            QVERIFY2(line.has("ro") && line.has("nosuid") && line.has("nodev") && line.has("noexec"), table);
        }
    }
}

void TestRuntimeMounts::refused_data()
{
    QTest::addColumn<QByteArray>("mount");
    QTest::addColumn<QByteArray>("message");
    const auto row = [](const char* name, const char* mount, const char* message) {
        QTest::newRow(name) << QByteArray{mount} << QByteArray{message};
    };
    row("no such file system", R"({"destination":"/vol","type":"nosuchfs","source":"x"})",
        "cannot prepare the mount of /vol: cannot use the file system nosuchfs");
    row("value that the kernel refuses", R"({"destination":"/vol","type":"tmpfs","options":["size=many"]})",
        "cannot mount /vol (the option size=many)");
    row("option that the kernel refuses", R"({"destination":"/vol","type":"overlay","options":["nosuchoption"]})",
        "cannot mount /vol (the option nosuchoption)");
    row("over procfs through a link", R"({"destination":"/vol/proc/fs","type":"tmpfs"})",
        "cannot mount /vol/proc/fs: Operation not permitted");
    row("change of nothing", R"({"destination":"/vol","options":["remount","ro"]})", "cannot mount /vol");
    row("directory on a file", R"({"destination":"/etc/passwd","type":"tmpfs"})", "cannot mount /etc/passwd");
    row("copy of a file's place", R"({"destination":"/etc/passwd","type":"tmpfs","options":["tmpcopyup"]})",
        "cannot mount /etc/passwd");
    row("something else on /proc", R"({"destination":"/proc","type":"bind","source":"/sys","options":["rbind"]})",
        "mounts: only a procfs may be mounted on /proc, and /sys is none");
    row("part of procfs on /proc", R"({"destination":"/proc","type":"bind","source":"/proc/sys","options":["bind"]})",
        "mounts: only a procfs may be mounted on /proc, and /proc/sys is none");
}

void TestRuntimeMounts::refused()
{
    QFETCH(QByteArray, mount);
    QFETCH(QByteArray, message);
    Bundle bundle{Kind::User};
    QCOMPARE(::symlink("/proc", (bundle.image() + QStringLiteral("/vol/proc")).toLocal8Bit().constData()), 0);
    bundle.spec.mounts.push_back({"/to/be/replaced", "tmpfs", "", {}});
    bundle.setCommand({QStringLiteral("true")});
    QByteArray config = QByteArray::fromStdString(oci::serializeSpec(bundle.spec));
    const qsizetype at = config.indexOf("/to/be/replaced");
    const qsizetype start = config.lastIndexOf('{', at);
    config.replace(start, config.indexOf('}', at) + 1 - start, mount);
    bundle.writeRaw(config);
    const Outcome outcome
        = bundle.runtime({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()});
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains(message), outcome.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

QTEST_GUILESS_MAIN(TestRuntimeMounts)
#include "test_runtime_mounts.moc"

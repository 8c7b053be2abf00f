// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/mount_options.h"

#include <QTest>

#include <algorithm>
#include <format>
#include <sys/mount.h>

using namespace lamella;

/// Every option of config.md, "Linux mount options".
class TestOciMountOptions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void attributes_data();
    void attributes();
    void attributesTogether_data();
    void attributesTogether();
    void recursiveOptionsOfANewFileSystem();
    void bind();
    void propagation_data();
    void propagation();
    void idMap();
    void kinds();
    void superblock_data();
    void superblock();
    void dataOfBindsChangesNothing();
    void withoutEffect_data();
    void withoutEffect();
    void data();
    void unknownFileSystemsTakeAnything();
    void refused_data();
    void refused();
    void allNames();
};

static Result<oci::MountOptions> parse(const char* type, std::vector<std::string> options)
{
    return oci::parseMountOptions({"/x", type, "source", std::move(options)});
}

void TestOciMountOptions::attributes_data()
{
    QTest::addColumn<quint64>("set");
    QTest::addColumn<quint64>("clear");
    const auto row = [](const char* name, quint64 set, quint64 clear) { QTest::newRow(name) << set << clear; };
    row("ro", MOUNT_ATTR_RDONLY, 0);
    row("rw", 0, MOUNT_ATTR_RDONLY);
    row("nosuid", MOUNT_ATTR_NOSUID, 0);
    row("suid", 0, MOUNT_ATTR_NOSUID);
    row("nodev", MOUNT_ATTR_NODEV, 0);
    row("dev", 0, MOUNT_ATTR_NODEV);
    row("noexec", MOUNT_ATTR_NOEXEC, 0);
    row("exec", 0, MOUNT_ATTR_NOEXEC);
    row("noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME);
    row("atime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME);
    row("relatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME);
    row("norelatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME);
    row("strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME);
    row("nostrictatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME);
    row("nodiratime", MOUNT_ATTR_NODIRATIME, 0);
    row("diratime", 0, MOUNT_ATTR_NODIRATIME);
    row("nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0);
    row("symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW);
}

void TestOciMountOptions::attributes()
{
    const std::string option = QTest::currentDataTag();
    const auto parsed = parse("bind", {option});
    QVERIFY2(parsed.has_value(), parsed ? "" : parsed.error().message.c_str());
    QTEST(static_cast<quint64>(parsed->own.set), "set");
    QTEST(static_cast<quint64>(parsed->own.clear), "clear");
    QVERIFY(parsed->tree.empty());
    const auto recursive = parse("bind", {"r" + option});
    QVERIFY2(recursive.has_value(), recursive ? "" : recursive.error().message.c_str());
    QTEST(static_cast<quint64>(recursive->tree.set), "set");
    QTEST(static_cast<quint64>(recursive->tree.clear), "clear");
    QVERIFY(recursive->own.empty());
}

void TestOciMountOptions::attributesTogether_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<quint64>("set");
    QTest::addColumn<quint64>("clear");
    const auto row = [](const char* options, quint64 set, quint64 clear) {
        QTest::newRow(options) << QString::fromLatin1(options).split(u',') << set << clear;
    };
    row("ro,rw", 0, MOUNT_ATTR_RDONLY);
    row("rw,ro", MOUNT_ATTR_RDONLY, 0);
    row("nosuid,nodev,noexec", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, 0);
    row("noatime,strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME);
    row("noatime,relatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME);
    row("noatime,atime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME);
    row("noatime,nostrictatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME);
    row("noatime,norelatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME);
    row("strictatime,atime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME);
    row("strictatime,nostrictatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME);
    row("noatime,nodiratime", MOUNT_ATTR_NOATIME | MOUNT_ATTR_NODIRATIME, MOUNT_ATTR__ATIME);
}

void TestOciMountOptions::attributesTogether()
{
    QFETCH(QStringList, options);
    std::vector<std::string> words;
    for (const QString& option : options)
        words.push_back(option.toStdString());
    const auto parsed = parse("bind", words);
    QVERIFY2(parsed.has_value(), parsed ? "" : parsed.error().message.c_str());
    QTEST(static_cast<quint64>(parsed->own.set), "set");
    QTEST(static_cast<quint64>(parsed->own.clear), "clear");
}

void TestOciMountOptions::recursiveOptionsOfANewFileSystem()
{
    const auto parsed = parse("tmpfs", {"nosuid", "ro", "rrw", "rnoexec"});
    QVERIFY(parsed && parsed->tree.empty());
    QCOMPARE(parsed->own.set, std::uint64_t{MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC});
}

void TestOciMountOptions::bind()
{
    const auto plain = parse("none", {"bind", "ro"});
    QVERIFY(plain && plain->bind && !plain->recursive);
    const auto recursive = parse("", {"rbind", "rprivate"});
    QVERIFY(recursive && recursive->bind && recursive->recursive);
    // Whatever the type: config.md, "Linux mount options".
    const auto ofAnyType = parse("tmpfs", {"ro", "bind"});
    QVERIFY(ofAnyType && ofAnyType->bind);
    const auto byType = parse("bind", {});
    QVERIFY(byType && byType->bind && !byType->recursive);
}

void TestOciMountOptions::propagation_data()
{
    QTest::addColumn<quint64>("type");
    QTest::addColumn<bool>("recursive");
    const auto row = [](const char* name, quint64 type, bool recursive) { QTest::newRow(name) << type << recursive; };
    row("private", MS_PRIVATE, false);
    row("rprivate", MS_PRIVATE, true);
    row("shared", MS_SHARED, false);
    row("rshared", MS_SHARED, true);
    row("slave", MS_SLAVE, false);
    row("rslave", MS_SLAVE, true);
    row("unbindable", MS_UNBINDABLE, false);
    row("runbindable", MS_UNBINDABLE, true);
}

void TestOciMountOptions::propagation()
{
    const auto parsed = parse("bind", {"rslave", QTest::currentDataTag()});
    QVERIFY(parsed && parsed->propagation.size() == 2);
    QCOMPARE(parsed->propagation[0].type, std::uint64_t{MS_SLAVE});
    QTEST(static_cast<quint64>(parsed->propagation[1].type), "type");
    QTEST(parsed->propagation[1].recursive, "recursive");
}

void TestOciMountOptions::idMap()
{
    QCOMPARE(static_cast<int>(parse("bind", {})->idMap), static_cast<int>(oci::IdMapScope::None));
    QCOMPARE(static_cast<int>(parse("bind", {"idmap"})->idMap), static_cast<int>(oci::IdMapScope::Mount));
    QCOMPARE(static_cast<int>(parse("bind", {"ridmap"})->idMap), static_cast<int>(oci::IdMapScope::Tree));
}

void TestOciMountOptions::kinds()
{
    QVERIFY(parse("tmpfs", {"tmpcopyup"})->copyUp);
    QVERIFY(parse("tmpfs", {"remount", "size=1m"})->remount);
    const auto change = [](const char* type, std::vector<std::string> options) {
        const oci::Mount mount{"/x", type, "source", std::move(options)};
        return oci::isChange(mount, *oci::parseMountOptions(mount));
    };
    QVERIFY(change("tmpfs", {"remount"}));
    QVERIFY(change("bind", {"remount", "bind", "ro"}));
    QVERIFY(change("none", {"rslave"}));
    QVERIFY(!change("none", {"bind"}));
    QVERIFY(!change("tmpfs", {}));
}

void TestOciMountOptions::superblock_data()
{
    QTest::addColumn<int>("nothing");
    for (const char* word : {"sync", "async", "dirsync", "lazytime", "nolazytime", "mand", "nomand"})
        QTest::newRow(word) << 0;
}

void TestOciMountOptions::superblock()
{
    const std::string word = QTest::currentDataTag();
    const auto parsed = parse("tmpfs", {word});
    QVERIFY(parsed && parsed->data.size() == 1);
    QCOMPARE(parsed->data[0].first, word);
    QCOMPARE(parsed->data[0].second, std::string{});
    const auto bound = parse("bind", {word});
    QVERIFY(bound && bound->data.empty());
}

void TestOciMountOptions::dataOfBindsChangesNothing()
{
    const auto parsed = parse("bind", {"mode=755", "size=1k", "ro"});
    QVERIFY(parsed && parsed->data.empty());
    QVERIFY(parsed->own.set & MOUNT_ATTR_RDONLY);
}

void TestOciMountOptions::withoutEffect_data()
{
    QTest::addColumn<int>("nothing");
    for (const char* word : {"defaults", "silent", "loud", "acl", "noacl", "iversion", "noiversion"})
        QTest::newRow(word) << 0;
    QTest::newRow("") << 0; // as podman writes it
}

void TestOciMountOptions::withoutEffect()
{
    for (const char* type : {"tmpfs", "bind", "ext4"}) {
        const auto parsed = parse(type, {QTest::currentDataTag()});
        QVERIFY(parsed && parsed->data.empty() && parsed->own.empty() && parsed->propagation.empty());
    }
}

void TestOciMountOptions::data()
{
    const auto parsed = parse("tmpfs", {"nosuid", "size=64k", "mode=755"});
    QVERIFY(parsed.has_value());
    QCOMPARE(parsed->data.size(), 2u);
    QCOMPARE(parsed->data[0].first, std::string{"size"});
    QCOMPARE(parsed->data[0].second, std::string{"64k"});
}

void TestOciMountOptions::unknownFileSystemsTakeAnything()
{
    const auto parsed = parse("overlay", {"lowerdir=/a:/b", "volatile"});
    QVERIFY(parsed.has_value());
    QCOMPARE(parsed->data[0].second, std::string{"/a:/b"});
    QCOMPARE(parsed->data[1].first, std::string{"volatile"});
}

void TestOciMountOptions::refused_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("option");
    QTest::newRow("misspelt") << QByteArray{"tmpfs"} << QByteArray{"noexecc"};
    QTest::newRow("only a value") << QByteArray{"ext4"} << QByteArray{"=1"};
    QTest::newRow("two words") << QByteArray{"ext4"} << QByteArray{"mode size"};
    QTest::newRow("two options") << QByteArray{"ext4"} << QByteArray{"ro,noexec"};
    QTest::newRow("option of another type") << QByteArray{"tmpfs"} << QByteArray{"hidepid=2"};
    QTest::newRow("word of a bind") << QByteArray{"bind"} << QByteArray{"noexecc"};
    QTest::newRow("only a value, of a bind") << QByteArray{"bind"} << QByteArray{"=1"};
    QTest::newRow("upper case") << QByteArray{"tmpfs"} << QByteArray{"RO"};
    QTest::newRow("twice recursive") << QByteArray{"bind"} << QByteArray{"rrro"};
    QTest::newRow("data of a change") << QByteArray{"none"} << QByteArray{"size=1"};
}

void TestOciMountOptions::refused()
{
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, option);
    const auto parsed = parse(type.constData(), {option.toStdString()});
    QVERIFY(!parsed);
    QCOMPARE(static_cast<int>(parsed.error().kind), static_cast<int>(ErrorKind::InvalidArgument));
    QVERIFY2(parsed.error().message.contains(std::format("\"{}\" of /x", option.toStdString())),
             parsed.error().message.c_str());
}

void TestOciMountOptions::allNames()
{
    const std::vector<std::string> names = oci::mountOptionNames();
    QVERIFY(std::ranges::is_sorted(names));
    QVERIFY(std::ranges::adjacent_find(names) == names.end());
    for (const std::string& name : names)
        QVERIFY2(parse(name == "tmpcopyup" ? "tmpfs" : "bind", {name}).has_value(), name.c_str());
    for (const char* name : {"rbind", "rro", "rnosymfollow", "ridmap", "nolazytime", "runbindable", "tmpcopyup"})
        QVERIFY2(std::ranges::contains(names, name), name);
}

QTEST_GUILESS_MAIN(TestOciMountOptions)
#include "test_oci_mount_options.moc"

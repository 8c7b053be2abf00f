// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/mount_options.h"

#include <QTest>

#include <sys/mount.h>

using namespace lamella;

class TestOciMountOptions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void attributes_data();
    void attributes();
    void bind();
    void data();
    void refused_data();
    void refused();
};

static Result<oci::MountOptions> parse(const char* type, std::vector<std::string> options)
{
    return oci::parseMountOptions({"/x", type, "source", std::move(options)});
}

void TestOciMountOptions::attributes_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<quint64>("set");
    QTest::addColumn<quint64>("clear");
    const auto row = [](const char* name, QStringList options, quint64 set, quint64 clear) {
        QTest::newRow(name) << options << set << clear;
    };
    row("none", {}, 0, 0);
    row("ro", {QStringLiteral("ro")}, MOUNT_ATTR_RDONLY, 0);
    row("the last one counts", {QStringLiteral("ro"), QStringLiteral("rw")}, 0, MOUNT_ATTR_RDONLY);
    row("and back", {QStringLiteral("rw"), QStringLiteral("ro")}, MOUNT_ATTR_RDONLY, 0);
    row("all no", {QStringLiteral("nosuid"), QStringLiteral("nodev"), QStringLiteral("noexec")},
        MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, 0);
    row("access time is a field", {QStringLiteral("noatime"), QStringLiteral("strictatime")}, MOUNT_ATTR_STRICTATIME,
        MOUNT_ATTR__ATIME);
    row("recursively read-only", {QStringLiteral("rro")}, MOUNT_ATTR_RDONLY, 0);
}

void TestOciMountOptions::attributes()
{
    QFETCH(QStringList, options);
    std::vector<std::string> words;
    for (const QString& option : options)
        words.push_back(option.toStdString());
    const auto parsed = parse("tmpfs", words);
    QVERIFY2(parsed.has_value(), parsed ? "" : parsed.error().message.c_str());
    QTEST(static_cast<quint64>(parsed->set), "set");
    QTEST(static_cast<quint64>(parsed->clear), "clear");
}

void TestOciMountOptions::bind()
{
    const auto plain = parse("none", {"bind", "ro"});
    QVERIFY(plain && plain->bind && !plain->recursive);
    const auto recursive = parse("bind", {"rbind", "rprivate"});
    QVERIFY(recursive && recursive->bind && recursive->recursive);
}

void TestOciMountOptions::data()
{
    const auto parsed = parse("tmpfs", {"nosuid", "size=64k", "mode=755"});
    QVERIFY(parsed.has_value());
    QCOMPARE(parsed->data.size(), 2u);
    QCOMPARE(parsed->data[0].first, std::string{"size"});
    QCOMPARE(parsed->data[0].second, std::string{"64k"});
}

void TestOciMountOptions::refused_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("option");
    QTest::addColumn<int>("kind");
    const int invalid = static_cast<int>(ErrorKind::InvalidArgument);
    QTest::newRow("misspelt") << QByteArray{"tmpfs"} << QByteArray{"noexecc"} << invalid;
    QTest::newRow("empty") << QByteArray{"tmpfs"} << QByteArray{""} << invalid;
    QTest::newRow("only a value") << QByteArray{"tmpfs"} << QByteArray{"=1"} << invalid;
    QTest::newRow("two words") << QByteArray{"tmpfs"} << QByteArray{"mode size"} << invalid;
    QTest::newRow("option of another type") << QByteArray{"tmpfs"} << QByteArray{"hidepid=2"} << invalid;
    QTest::newRow("data of a bind") << QByteArray{"bind"} << QByteArray{"size=1"} << invalid;
    QTest::newRow("shared") << QByteArray{"bind"} << QByteArray{"rshared"} << invalid;
    QTest::newRow("upper case") << QByteArray{"tmpfs"} << QByteArray{"RO"} << invalid;
    QTest::newRow("disk") << QByteArray{"ext4"} << QByteArray{"ro"} << static_cast<int>(ErrorKind::Unsupported);
    QTest::newRow("overlay") << QByteArray{"overlay"} << QByteArray{"ro"} << static_cast<int>(ErrorKind::Unsupported);
}

void TestOciMountOptions::refused()
{
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, option);
    const auto parsed = parse(type.constData(), {option.toStdString()});
    QVERIFY(!parsed);
    QTEST(static_cast<int>(parsed.error().kind), "kind");
}

QTEST_GUILESS_MAIN(TestOciMountOptions)
#include "test_oci_mount_options.moc"

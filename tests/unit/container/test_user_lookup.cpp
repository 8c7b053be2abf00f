// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/id_ranges.h"
#include "engine/container/layer_stack.h"
#include "engine/container/names.h"
#include "engine/container/user_lookup.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <set>
#include <sys/stat.h>
#include <sys/sysmacros.h>

using namespace lamella;
using namespace lamella::container;
namespace fs = std::filesystem;

namespace {

constexpr char kPasswd[] = "root:x:0:0:root:/root:/bin/sh\n"
                           "broken line\n"
                           "ant:x:1000:1001:Ant:/home/ant:/bin/sh\n"
                           "1234:x:77:77:a name of digits:/:/bin/sh\n"
                           "huge:x:4294967296:0::/:\n"
                           "half:x:2147483648:0::/:\n"
                           "minus:x:-1:0::/:\n"
                           "blank:x: 5:0::/:\n"
                           "nohome:x:9:9::relative:\n";
constexpr char kGroup[] = "root:x:0:\nant:x:1001:\nhill:x:2000:ant,bee\nwood:x:2001:bee,ant\nhuge:x:4294967296:ant\n";

void write(const fs::path& file, const std::string& text)
{
    fs::create_directories(file.parent_path());
    std::ofstream{file} << text;
}

void whiteOut(const fs::path& file)
{
    fs::create_directories(file.parent_path());
    QCOMPARE(::mknod(file.c_str(), S_IFCHR | 0600, makedev(0, 0)), 0);
}

} // namespace

class TestUserLookup : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void resolves_data()
    {
        QTest::addColumn<QByteArray>("user");
        QTest::addColumn<QByteArray>("result"); // uid gid additional… home, or the kind of the error
        const auto row = [](const char* user, const char* result) {
            QTest::newRow(user) << QByteArray{user} << QByteArray{result};
        };
        row("", "0 0 /root");
        row("root", "0 0 /root");
        row("ant", "1000 1001 2000 2001 /home/ant");
        row("1000", "1000 1001 2000 2001 /home/ant");
        row("1000:5", "1000 5 /home/ant");
        row("ant:hill", "1000 2000 /home/ant");
        row("ant:0", "1000 0 /home/ant");
        row("4242", "4242 0 /");
        row("1234", "1234 0 /"); // never the user whose name is 1234
        row("65535", "65535 0 /");
        row("nohome", "9 9 /");
        row("65536", "InvalidArgument");
        row("2147483648", "InvalidArgument");
        row("4294967295", "InvalidArgument");
        row("4294967296", "InvalidArgument");
        row("18446744073709551616", "InvalidArgument");
        row("-1", "InvalidArgument");
        row("+1", "InvalidArgument");
        row(" 1", "InvalidArgument");
        row("1 ", "InvalidArgument");
        row("0x0", "NotFound");
        row("1000:", "InvalidArgument");
        row(":0", "InvalidArgument");
        row("0:4294967296", "InvalidArgument");
        row("0:-1", "InvalidArgument");
        row("a:b:c", "InvalidArgument");
        row("../root", "InvalidArgument");
        row("nobody", "NotFound");
        row("ant:nobody", "NotFound");
        row("huge", "NotFound");
        row("half", "NotFound");
        row("minus", "NotFound");
        row("blank", "NotFound");
        row("ant:huge", "NotFound");
    }
    void resolves()
    {
        QFETCH(const QByteArray, user);
        QFETCH(const QByteArray, result);
        const auto resolved = resolveUser(user.toStdString(), kPasswd, kGroup, kIdCount);
        if (!resolved) {
            const auto kind = errorKindName(resolved.error().kind);
            QCOMPARE(QByteArray(kind.data(), static_cast<qsizetype>(kind.size())), result);
            return;
        }
        QByteArray text = QByteArray::number(resolved->uid) + ' ' + QByteArray::number(resolved->gid);
        for (const gid_t gid : resolved->additionalGids)
            text += ' ' + QByteArray::number(gid);
        QCOMPARE(text + ' ' + QByteArray::fromStdString(resolved->home), result);
    }

    void boundsWhatItReads()
    {
        const std::string endless(1 << 20, 'x');
        QVERIFY(!resolveUser("ant", endless, endless, kIdCount));
        std::string many;
        for (int i = 0; i < 60'000; ++i)
            many += "g:x:1:ant\n";
        QCOMPARE(resolveUser("ant", kPasswd, many, kIdCount)->additionalGids.size(), 1u);
    }

    void readsTheStackLikeOverlay()
    {
        QTemporaryDir directory;
        const fs::path root = directory.path().toStdString();
        const fs::path top = root / "2", middle = root / "1", bottom = root / "0";
        write(bottom / "etc/passwd", "bottom");
        write(bottom / "etc/group", "bottom");
        write(bottom / "etc/gone", "bottom");
        write(bottom / "usr/lib/passwd", "usr");
        write(bottom / "dir/file", "bottom");
        write(middle / "etc/passwd", "middle");
        whiteOut(middle / "etc/gone");
        write(middle / "dir", "a file now");
        fs::create_directories(top / "etc");
        fs::create_symlink("/usr/lib/passwd", top / "etc/absolute");
        fs::create_symlink("../../../../usr/lib/passwd", top / "etc/relative");
        fs::create_symlink("loop", top / "etc/loop");
        fs::create_symlink("/etc", top / "link");
        QCOMPARE(::mkfifo((top / "etc/fifo").c_str(), 0600), 0);
        write(root / "outside", "secret");
        fs::create_symlink("../outside", top / "escape");

        const auto stack = LayerStack::open({top, middle, bottom});
        QVERIFY(stack.has_value());
        const auto read = [&](const char* path, std::size_t limit = 100) {
            const auto text = stack->readFile(path, limit);
            return text ? QString::fromStdString(*text) : QLatin1String{errorKindName(text.error().kind).data()};
        };
        QCOMPARE(read("/etc/passwd"), QStringLiteral("middle"));
        QCOMPARE(read("/etc/group"), QStringLiteral("bottom"));
        QCOMPARE(read("/etc/gone"), QStringLiteral("NotFound"));
        QCOMPARE(read("/dir/file"), QStringLiteral("NotFound"));
        QCOMPARE(read("/dir"), QStringLiteral("a file now"));
        QCOMPARE(read("/etc/absolute"), QStringLiteral("usr"));
        QCOMPARE(read("/etc/relative"), QStringLiteral("usr"));
        QCOMPARE(read("/link/passwd"), QStringLiteral("middle"));
        QCOMPARE(read("/escape"), QStringLiteral("NotFound"));
        QCOMPARE(read("/etc/loop"), QStringLiteral("LimitExceeded"));
        QCOMPARE(read("/etc/fifo"), QStringLiteral("InvalidArgument"));
        QCOMPARE(read("/etc"), QStringLiteral("InvalidArgument"));
        QCOMPARE(read("/etc/passwd", 3), QStringLiteral("LimitExceeded"));
    }

    void choosesRanges()
    {
        const auto uids = parseSubids(
            "ant:100000:65536\nbee:165536:65536\nbroken\nsmall:1:10\ncross:231072:131072\nover:4294967295:65536\n");
        QCOMPARE(uids.size(), 4u);
        QCOMPARE(ownSubids(uids, uids, {"1000", "ant"}, {}), (std::optional{IdRange{100000, 65536}}));
        QCOMPARE(ownSubids(uids, uids, {"1000"}, {}), std::nullopt);
        QCOMPARE(ownSubids(uids, uids, {"small"}, {}), std::nullopt);
        QCOMPARE(ownSubids(uids, {}, {"ant"}, {}), std::nullopt); // no groups
        QCOMPARE(ownSubids(uids, uids, {"ant"}, {{150000, 65536}}), std::nullopt);
        const auto overlapping = parseSubids("ant:100000:65536\nbee:150000:65536\n");
        QCOMPARE(ownSubids(overlapping, overlapping, {"ant"}, {}), std::nullopt);
        QCOMPARE(freeRange(uids, uids, {}).value(), (IdRange{kFirstOwnId, kIdCount}));
        QCOMPARE(freeRange(uids, uids, {{kFirstOwnId, kIdCount}}).value(), (IdRange{kFirstOwnId + kIdCount, kIdCount}));
        const auto high = parseSubids("x:536870912:1000000\n");
        QVERIFY(freeRange(high, {}, {})->base >= 536870912u + 1000000u);
    }

    void names_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<bool>("good");
        for (const char* name : {"a", "web-1", "A.b_c-9", "0"})
            QTest::newRow(name) << QByteArray{name} << true;
        for (const char* name : {"", "-a", ".a", "_a", "a b", "a/b", "\xc3\xa4", "a\n"})
            QTest::newRow(name) << QByteArray{name} << false;
        QTest::newRow("63") << QByteArray(63, 'a') << true;
        QTest::newRow("64") << QByteArray(64, 'a') << false;
    }
    void names()
    {
        QFETCH(const QByteArray, name);
        QFETCH(const bool, good);
        QCOMPARE(checkName(name.toStdString()).has_value(), good);
    }

    void makesUpNames()
    {
        std::set<std::string> all;
        for (std::uint64_t i = 0; i < 2000; ++i) {
            const std::string name = makeUpName(i);
            QVERIFY(checkName(name));
            all.insert(name);
        }
        QCOMPARE(all.size(), 2000u);
        QVERIFY(isId(*makeId()) && *makeId() != *makeId());
        QVERIFY(!isId("../x"));
    }
};

QTEST_GUILESS_MAIN(TestUserLookup)
#include "test_user_lookup.moc"

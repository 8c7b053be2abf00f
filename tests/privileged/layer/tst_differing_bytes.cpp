// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/differing_bytes.h"

#include "engine/layer/side_by_side.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <QProcess>
#include <QTest>

#include <fcntl.h>
#include <format>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace lamella;
using namespace lamella::layer;
namespace fs = std::filesystem;

namespace {

bool shell(const std::string& script)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral("/bin/sh"), {QStringLiteral("-euc"), QString::fromStdString(script)});
    const bool good
        = process.waitForFinished() && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
    if (!good)
        qWarning("%s", process.readAll().constData());
    return good;
}

/// Of a tebibyte.
constexpr std::uint64_t kHuge = std::uint64_t{1} << 40;

} // namespace

/// A writable layer and the two of an image below it, as plain directories.
class DifferingBytesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void truth_data();
    void truth();
    void noFileIsAnError_data();
    void noFileIsAnError();
    void readsNoMoreThanItMay();
    void holesCostNothing();
    void cancelling();
    void aFileThatGrows();
    void aFileThatIsCutOff();
    void linksThatComeMeanwhileAreNotFollowed();

private:
    fs::path m_directory;

    Result<std::uint64_t> differing(const std::string& path, Bytes budget = 64_MiB) const
    {
        const auto tree
            = OverlayTree::open({m_directory / "upper", {}, {m_directory / "0", m_directory / "1"}}).value();
        return differingBytes(tree, path, budget, {});
    }
    bool make(const std::string& script) const { return shell(std::format("cd {}; {}", m_directory.string(), script)); }
};

void DifferingBytesTest::initTestCase()
{
    QCOMPARE(::geteuid(), 0u); // whiteouts are devices
}

void DifferingBytesTest::init()
{
    m_directory = "/var/tmp/lamella-test-" + std::to_string(::getpid());
    fs::create_directories(m_directory);
    QVERIFY(make("mkdir -p upper/d 0/d 1/d; printf '%1000s' >0/text; cp 0/text upper/text; ln -s text 0/link; "
                 "dd if=/dev/urandom of=0/big bs=1024 count=600 2>/dev/null; cp 0/big upper/big"));
}

void DifferingBytesTest::cleanup()
{
    const auto parent = os::open(m_directory.parent_path(), O_RDONLY | O_DIRECTORY).value();
    QVERIFY(removeTree(parent.borrow(), m_directory.filename()));
}

void DifferingBytesTest::truth_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<QString>("path");
    QTest::addColumn<quint64>("expected");
    const auto row = [](const char* name, const char* script, const char* path, quint64 expected) {
        QTest::newRow(name) << QString::fromLatin1(script) << QString::fromLatin1(path) << expected;
    };
    row("the same", ":", "text", 0);
    row("not copied up", "rm upper/text", "text", 0);
    row("one byte", "printf x | dd of=upper/text bs=1 seek=500 conv=notrunc 2>/dev/null", "text", 1);
    row("first and last",
        "for at in 0 614399; do printf X | dd of=upper/big bs=1 seek=$at conv=notrunc 2>/dev/null; "
        "printf Y | dd of=0/big bs=1 seek=$at conv=notrunc 2>/dev/null; done",
        "big", 2);
    row("across what is read at once",
        "dd if=/dev/zero of=0/big bs=1024 count=600 2>/dev/null; cp 0/big upper/big; "
        "printf 123456 | dd of=upper/big bs=1 seek=131069 conv=notrunc 2>/dev/null",
        "big", 6);
    row("longer", "printf 12345 >>upper/text", "text", 5);
    row("shorter", "truncate -s 400 upper/text", "text", 600);
    row("emptied", ": >upper/text", "text", 1000);
    row("was empty", ": >0/text", "text", 1000);
    row("both empty", ": >0/text; : >upper/text", "text", 0);
    row("a byte, and longer",
        "printf x | dd of=upper/text bs=1 seek=3 conv=notrunc 2>/dev/null; printf 12 >>upper/text", "text", 3);
    row("added", "printf 12345 >upper/new", "new", 5);
    row("from the layer above", "printf '%900s' >1/text; printf '%900sx' >upper/text", "text", 1);
    row("deleted by a layer", "mknod 1/text c 0 0", "text", 1000);
    row("instead of a link", "printf 12345 >upper/link", "link", 5);
    row("instead of a directory", "printf 12345 >upper/f; mkdir 0/f", "f", 5);
    row("a directory that was made anew", "mkdir upper/d2 0/d2; printf 123 >0/d2/f; printf 124 >upper/d2/f", "d2/f", 1);
    row("a hole instead of zeroes", "dd if=/dev/zero of=0/z bs=1024 count=600 2>/dev/null; truncate -s 614400 upper/z",
        "z", 0);
    row("a hole instead of bytes",
        "printf 1234567 >0/z; dd if=/dev/zero bs=1024 count=600 >>0/z 2>/dev/null; "
        "truncate -s 614407 upper/z",
        "z", 7);
    row("one byte in a tebibyte",
        "truncate -s 1T 0/z upper/z; printf x | dd of=upper/z bs=1 seek=500G conv=notrunc "
        "2>/dev/null; printf x | dd of=0/z bs=1 seek=700G conv=notrunc 2>/dev/null",
        "z", 2);
    row("grown to a tebibyte", "printf 12 >0/z; printf 13 >upper/z; truncate -s 1T upper/z", "z", kHuge - 1);
}

void DifferingBytesTest::truth()
{
    QFETCH(QString, script);
    QFETCH(QString, path);
    QFETCH(quint64, expected);
    QVERIFY(make(script.toStdString()));
    const auto counted = differing(path.toStdString());
    QVERIFY2(counted, counted ? "" : counted.error().message.c_str());
    QCOMPARE(*counted, expected);
}

void DifferingBytesTest::noFileIsAnError_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<int>("kind");
    const auto row = [](const char* name, const char* script, ErrorKind kind) {
        QTest::newRow(name) << QString::fromLatin1(script) << static_cast<int>(kind);
    };
    row("deleted", "mknod upper/f c 0 0; echo 1 >0/f", ErrorKind::NotFound);
    row("never there", ":", ErrorKind::NotFound);
    row("directory", "mkdir upper/f", ErrorKind::InvalidArgument);
    row("link to a file", "ln -s /etc/passwd upper/f; echo 1 >0/f", ErrorKind::InvalidArgument);
    row("FIFO", "mkfifo upper/f; echo 1 >0/f", ErrorKind::InvalidArgument);
    row("device", "mknod upper/f c 1 5; echo 1 >0/f", ErrorKind::InvalidArgument);
}

void DifferingBytesTest::noFileIsAnError()
{
    QFETCH(QString, script);
    QFETCH(int, kind);
    QVERIFY(make(script.toStdString()));
    const auto counted = differing("f");
    QVERIFY(!counted);
    QCOMPARE(static_cast<int>(counted.error().kind), kind);
}

void DifferingBytesTest::readsNoMoreThanItMay()
{
    const auto tree = OverlayTree::open({m_directory / "upper", {}, {m_directory / "0", m_directory / "1"}}).value();
    Bytes budget = 600_KiB;
    QCOMPARE(differingBytes(tree, "big", budget, {}).value(), 0u);
    QCOMPARE(budget.value, 0u);
    QCOMPARE(differingBytes(tree, "text", budget, {}).error().kind, ErrorKind::LimitExceeded);
    budget = 599_KiB;
    QCOMPARE(differingBytes(tree, "big", budget, {}).error().kind, ErrorKind::LimitExceeded);
}

void DifferingBytesTest::holesCostNothing()
{
    QVERIFY(make("truncate -s 1T 0/z upper/z; printf x | dd of=upper/z bs=1 seek=900G conv=notrunc 2>/dev/null"));
    QCOMPARE(differing("z", 1_MiB).value(), 1u);
}

void DifferingBytesTest::cancelling()
{
    const auto tree = OverlayTree::open({m_directory / "upper", {}, {m_directory / "0", m_directory / "1"}}).value();
    std::stop_source source;
    source.request_stop();
    Bytes budget = 1_MiB;
    QCOMPARE(differingBytes(tree, "big", budget, source.get_token()).error().kind, ErrorKind::Cancelled);
}

// Its first byte is another one; what comes behind is more than what the image has.
void DifferingBytesTest::aFileThatGrows()
{
    QVERIFY(make("printf X | dd of=upper/text bs=1 conv=notrunc 2>/dev/null"));
    std::jthread writer([file = m_directory / "upper/text"](const std::stop_token& stop) {
        const auto out = os::open(file, O_WRONLY | O_APPEND).value();
        while (!stop.stop_requested())
            std::ignore = ::write(out.get(), "y", 1);
    });
    std::uint64_t last = 1;
    for (int round = 0; round < 200 || (last == 1 && round < 20'000); ++round) {
        const auto counted = differing("text");
        QVERIFY(counted);
        QVERIFY(*counted >= last);
        last = *counted;
    }
    QVERIFY(last > 1);
}

void DifferingBytesTest::aFileThatIsCutOff()
{
    QVERIFY(make("truncate -s 100000 upper/big"));
    std::jthread writer([file = m_directory / "upper/big"](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            std::ignore = ::truncate(file.c_str(), 100'000);
            std::ignore = ::truncate(file.c_str(), 614'400);
        }
    });
    // Behind the cut there is nothing, or zeroes, of which the image's file has one in 256 or so.
    constexpr std::uint64_t kCut = 514'400;
    for (int round = 0; round < 200; ++round) {
        const auto counted = differing("big");
        QVERIFY(counted);
        QVERIFY2(*counted <= kCut && *counted > kCut * 98 / 100, std::to_string(*counted).c_str());
    }
}

void DifferingBytesTest::linksThatComeMeanwhileAreNotFollowed()
{
    // Whoever followed the link would find a length that nothing of the container's has.
    QVERIFY(make("printf '%7777s' >secret; printf '%10s' >0/f; printf '%12s' >upper/f; printf '%12s' >upper/other; "
                 "ln -s ../secret upper/link; mkfifo upper/fifo"));
    std::jthread swapper([upper = m_directory / "upper"](const std::stop_token& stop) {
        const auto directory = os::open(upper, O_RDONLY | O_DIRECTORY).value();
        while (!stop.stop_requested()) {
            for (const char* other : {"link", "other", "fifo"}) {
                ::renameat2(directory.get(), other, directory.get(), "f", RENAME_EXCHANGE);
                ::renameat2(directory.get(), other, directory.get(), "f", RENAME_EXCHANGE);
            }
        }
    });
    int files = 0;
    int others = 0;
    for (int round = 0; round < 20'000 && (round < 2000 || files == 0 || others == 0); ++round) {
        const auto counted = differing("f");
        ++(counted ? files : others);
        if (counted)
            QCOMPARE(*counted, 2u);
        else
            QCOMPARE(counted.error().kind, ErrorKind::InvalidArgument);
    }
    QVERIFY(files > 0 && others > 0);
}

QTEST_GUILESS_MAIN(DifferingBytesTest)
#include "tst_differing_bytes.moc"

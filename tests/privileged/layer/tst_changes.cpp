// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/changes.h"
#include "engine/layer/directory_names.h"
#include "engine/layer/regular_file.h"
#include "engine/layer/tree.h"
#include "engine/layer/whiteout.h"
#include "engine/os/file.h"

#include <QProcess>
#include <QTest>

#include <csignal>
#include <format>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>

using namespace lamella;
using namespace lamella::layer;
namespace fs = std::filesystem;

namespace {

// Runs a script and says what it wrote when it fails.
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

std::string describe(const Change& change)
{
    constexpr char kLetters[] = {'A', 'M', 'D', 'm', 'c'};
    constexpr char kTypes[] = {'f', 'd', 'l', 'p', 's', 'c', 'b'};
    return std::format("{}{} {} {}", kLetters[static_cast<int>(change.kind)], kTypes[static_cast<int>(change.type)],
                       change.path, change.layer);
}

// What the two layers below the container hold.
constexpr const char* kLayers = R"(
mkdir -p 0/etc 0/dir/sub 0/old 1/etc 1/new 1/old
echo passwd >0/etc/passwd; echo hosts >0/etc/hosts; echo a >0/dir/a; echo b >0/dir/b; echo c >0/dir/sub/c
ln -s target 0/link; echo x >0/old/hidden; mkfifo 0/fifo; printf start >0/sparse; truncate -s 1T 0/sparse; dd if=/dev/zero of=0/big bs=1024 count=64 2>/dev/null
echo other >1/etc/hosts; echo n >1/new/n; mknod 1/gone c 0 0; echo g >0/gone; echo y >1/old/seen
)";

} // namespace

/// Every row mounts a real overlay, lets a shell change it, and compares what is read from the upper directory.
class ChangesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void cleanupTestCase();
    void truth_data();
    void truth();
    void mappedOwnersAreMappedBack();
    void bytesAreThoseOnTheDisk();
    void cancelling();
    void aDirectoryOfTooManyNamesIsRefused();
    void removingGoesAsDeepAsItMust();
    void removingGoesAsDeepAsTheImageDoes();
    void nobodyWaitsForALease();

private:
    fs::path m_base;
    fs::path m_directory;
    int m_count = 0;

    std::vector<fs::path> layers() const { return {m_directory / "0", m_directory / "1"}; }
    fs::path upper() const { return m_directory / "upper"; }
    bool mount() const
    {
        return shell(
            std::format("cd {}; mkdir -p upper work merged; mount -t overlay -o "
                        "lowerdir=1:0,upperdir=upper,workdir=work,redirect_dir=off,metacopy=off overlay merged",
                        m_directory.string()));
    }
    bool inside(const std::string& script) const
    {
        return shell(std::format("cd {}/merged; {}", m_directory.string(), script));
    }
    QStringList changes(std::uint32_t idBase = 0) const
    {
        QStringList found;
        const auto done
            = readChanges(upper(), layers(), idBase,
                          [&](const Change& change) { found << QString::fromStdString(describe(change)); }, {});
        return done ? found : QStringList{QString::fromStdString(done.error().message)};
    }
};

void ChangesTest::initTestCase()
{
    QCOMPARE(::geteuid(), 0u);
    QCOMPARE(::unshare(CLONE_NEWNS), 0);
    QCOMPARE(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    m_base = "/var/tmp/lamella-test-" + std::to_string(::getpid());
}

void ChangesTest::init()
{
    m_directory = m_base / std::to_string(m_count++);
    fs::create_directories(m_directory);
    QVERIFY(shell(std::format("cd {}; {}", m_directory.string(), kLayers)));
    QCOMPARE(::setxattr((m_directory / "1/old").c_str(), "trusted.overlay.opaque", "y", 1, 0), 0);
    QVERIFY(mount());
}

void ChangesTest::cleanup()
{
    ::umount2((m_directory / "merged").c_str(), MNT_DETACH);
}

void ChangesTest::cleanupTestCase()
{
    const auto parent = os::open("/var/tmp", O_RDONLY | O_DIRECTORY).value();
    QVERIFY(removeTree(parent.borrow(), m_base.filename()));
    QVERIFY(!fs::exists(m_base));
}

void ChangesTest::truth_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<QStringList>("expected");
    const auto row = [](const char* name, const char* script, QStringList expected) {
        QTest::newRow(name) << QString::fromLatin1(script) << std::move(expected);
    };
    const auto one = [](const char* text) { return QStringList{QString::fromLatin1(text)}; };
    row("nothing", ":", {});
    row("reading", "cat etc/passwd >/dev/null; ls -R >/dev/null", {});
    row("new file", "echo 1 >f", one("Af /f -1"));
    row("new tree", "mkdir -p x/y; echo 1 >x/y/z",
        {QStringLiteral("Ad /x -1"), QStringLiteral("Ad /x/y -1"), QStringLiteral("Af /x/y/z -1")});
    row("new link, FIFO, device", "ln -s a l; mkfifo p; mknod c c 1 3; mknod b b 7 0",
        {QStringLiteral("Ab /b -1"), QStringLiteral("Ac /c -1"), QStringLiteral("Al /l -1"),
         QStringLiteral("Ap /p -1")});
    row("modified", "echo more >>etc/passwd", one("Mf /etc/passwd 0"));
    row("modified in the upper layer", "echo more >>etc/hosts", one("Mf /etc/hosts 1"));
    row("same length", "echo PASSWD >etc/passwd", one("Mf /etc/passwd 0"));
    row("modified, with its old time",
        "touch -r etc/passwd /tmp/t.$$; echo PASSWD >etc/passwd; touch -r /tmp/t.$$ etc/passwd",
        one("Mf /etc/passwd 0"));
    row("mode", "chmod 600 etc/passwd", one("mf /etc/passwd 0"));
    row("owner of a large file", "chown 5 big", one("mf /big 0"));
    row("owner of a file of holes", "chown 5 sparse", one("mf /sparse 0"));
    row("a byte where there was a hole", "printf x | dd of=sparse bs=1 seek=500G conv=notrunc 2>/dev/null",
        one("Mf /sparse 0"));
    row("nothing where there was something", "fallocate -p -l 4096 sparse", one("Mf /sparse 0"));
    row("time", "touch -d @5 etc/passwd", one("mf /etc/passwd 0"));
    row("written as it was", "echo passwd >etc/passwd", one("mf /etc/passwd 0"));
    row("directory's mode", "chmod 700 dir", one("md /dir 0"));
    row("directory's time", "touch -d @5 dir", {});
    row("directory's attribute", "setfattr dir", one("md /dir 0"));
    row("deleted", "rm etc/passwd", one("Df /etc/passwd 0"));
    row("deleted tree", "rm -r dir", one("Dd /dir 0"));
    row("deleted and made again", "rm etc/hosts; echo other >etc/hosts", one("mf /etc/hosts 1"));
    row("made and deleted", "echo 1 >f; rm f; mkdir d; rmdir d", {});
    row("made where a layer deleted", "echo new >gone", one("Af /gone -1"));
    row("hidden by a layer", "echo new >old/hidden", one("Af /old/hidden -1"));
    row("replaced directory", "rm -r dir; mkdir dir; echo b >dir/b; echo n >dir/n",
        {QStringLiteral("Df /dir/a 0"), QStringLiteral("mf /dir/b 0"), QStringLiteral("Af /dir/n -1"),
         QStringLiteral("Dd /dir/sub 0")});
    row("replaced directory within one", "rm -r dir; mkdir -p dir/sub",
        {QStringLiteral("Df /dir/a 0"), QStringLiteral("Df /dir/b 0"), QStringLiteral("Df /dir/sub/c 0")});
    row("file instead of a directory", "rm -r dir; echo 1 >dir", one("Mf /dir 0"));
    row("directory instead of a file", "rm big; mkdir big; echo 1 >big/f",
        {QStringLiteral("Md /big 0"), QStringLiteral("Af /big/f -1")});
    row("link retargeted", "rm link; ln -s elsewhere link", one("Ml /link 0"));
    row("link made again", "rm link; ln -s target link", one("ml /link 0"));
    row("renamed file", "mv etc/passwd etc/shadow",
        {QStringLiteral("Df /etc/passwd 0"), QStringLiteral("Af /etc/shadow -1")});
    row("renamed new directory", "mkdir d; echo 1 >d/f; mv d e",
        {QStringLiteral("Ad /e -1"), QStringLiteral("Af /e/f -1")});
    row("hard link to a layer's file", "ln etc/passwd etc/second",
        {QStringLiteral("cf /etc/passwd 0"), QStringLiteral("Af /etc/second -1")});
    row("opened for writing", ": >>etc/passwd", one("cf /etc/passwd 0"));
    row("mode there and back", "chmod 600 etc/passwd; chmod 644 etc/passwd", one("cf /etc/passwd 0"));
    row("link's owner", "chown -h 5 link", one("ml /link 0"));
}

void ChangesTest::truth()
{
    QFETCH(QString, script);
    QFETCH(QStringList, expected);
    // The one thing that a shell has no program for.
    if (script == QStringLiteral("setfattr dir"))
        QCOMPARE(::setxattr((m_directory / "merged/dir").c_str(), "user.a", "1", 1, 0), 0);
    else
        QVERIFY(inside(script.toStdString()));
    QCOMPARE(changes(), expected);
}

void ChangesTest::mappedOwnersAreMappedBack()
{
    // As in a confined container: root inside is 100000 on the disk.
    QVERIFY(inside("chmod 700 dir; chmod 755 dir; chown 100000:100000 dir; touch etc/passwd"));
    QCOMPARE(changes(100000), (QStringList{QStringLiteral("md /etc 1"), QStringLiteral("mf /etc/passwd 0")}));
    QVERIFY(inside("chown 100000:100000 etc"));
    QCOMPARE(changes(100000), QStringList{QStringLiteral("mf /etc/passwd 0")});
    QVERIFY(inside("chown 100005 dir"));
    QVERIFY(changes(100000).contains(QStringLiteral("md /dir 0")));
}

void ChangesTest::bytesAreThoseOnTheDisk()
{
    QVERIFY(
        inside("dd if=/dev/urandom of=f bs=1024 count=1024 2>/dev/null; truncate -s 1G holes; rm etc/passwd; sync"));
    std::uint64_t sum = 0;
    QVERIFY(readChanges(upper(), layers(), 0, [&](const Change& change) { sum += change.bytes.value; }, {}));
    QVERIFY2(sum >= 1u << 20 && sum < 2u << 20, std::to_string(sum).c_str());
}

void ChangesTest::cancelling()
{
    QVERIFY(inside("echo 1 >f"));
    std::stop_source source;
    source.request_stop();
    QCOMPARE(readChanges(
                 upper(), layers(), 0, [](const Change&) { }, source.get_token())
                 .error()
                 .kind,
             ErrorKind::Cancelled);
    QCOMPARE(readChanges(m_directory / "none", layers(), 0, [](const Change&) { }, {}).error().kind,
             ErrorKind::NotFound);
}

void ChangesTest::aDirectoryOfTooManyNamesIsRefused()
{
    QVERIFY(inside("mkdir many; cd many; touch a b c"));
    const auto many = os::open(upper() / "many", O_RDONLY | O_DIRECTORY).value();
    QCOMPARE(directoryNames(many.borrow(), 3).value(), (std::vector<std::string>{"a", "b", "c"}));
    QCOMPARE(directoryNames(many.borrow(), 2).error().kind, ErrorKind::LimitExceeded);
}

void ChangesTest::removingGoesAsDeepAsItMust()
{
    QVERIFY(inside("i=0; mkdir deep; cd deep; while [ $i -lt 300 ]; do mkdir d e; echo 1 >f; cd d; i=$((i+1)); done"));
    QVERIFY(shell(std::format("echo kept >{0}/kept; ln -s ../../kept {0}/upper/deep/link", m_directory.string())));
    const auto parent = os::open(upper(), O_RDONLY | O_DIRECTORY).value();
    QVERIFY(removeTree(parent.borrow(), "deep"));
    QVERIFY(!fs::exists(upper() / "deep"));
    QVERIFY(fs::exists(m_directory / "kept"));
    QVERIFY(removeTree(parent.borrow(), "deep"));
}

// Overlay moves none of them.
void ChangesTest::removingGoesAsDeepAsTheImageDoes()
{
    QCOMPARE(::umount2((m_directory / "merged").c_str(), 0), 0);
    QVERIFY(shell(std::format("cd {}/0; i=0; mkdir far; cd far; while [ $i -lt 100 ]; do mkdir d e; echo 1 >f; cd d; "
                              "i=$((i+1)); done",
                              m_directory.string())));
    QVERIFY(mount());
    const auto root = os::open(m_directory / "merged", O_RDONLY | O_DIRECTORY).value();
    const auto removed = removeTree(root.borrow(), "far");
    QVERIFY2(removed, removed ? "" : removed.error().message.c_str());
    struct stat status{};
    QCOMPARE(::lstat((upper() / "far").c_str(), &status), 0);
    QVERIFY(isWhiteout(status));
}

void ChangesTest::nobodyWaitsForALease()
{
    const auto directory = os::open(m_directory, O_RDONLY | O_DIRECTORY).value();
    const auto leased = os::openAt(directory.borrow(), "leased", O_RDWR | O_CREAT, 0600).value();
    ::signal(SIGIO, SIG_IGN); // it says that somebody waits
    QCOMPARE(::fcntl(leased.get(), F_SETLEASE, F_WRLCK), 0);
    const auto refused = openRegularFile(directory.borrow(), "leased");
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, ErrorKind::Busy);
    QCOMPARE(::fcntl(leased.get(), F_SETLEASE, F_UNLCK), 0);
    QVERIFY(openRegularFile(directory.borrow(), "leased"));
}

QTEST_GUILESS_MAIN(ChangesTest)
#include "tst_changes.moc"

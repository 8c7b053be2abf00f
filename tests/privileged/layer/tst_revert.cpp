// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/changes.h"
#include "engine/layer/directory_names.h"
#include "engine/layer/revert.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"
#include "tests/privileged/layer/described_tree.h"

#include <QProcess>
#include <QRegularExpression>
#include <QTest>

#include <atomic>
#include <format>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace lamella;
using namespace lamella::layer;
using namespace Qt::StringLiterals;
namespace fs = std::filesystem;

namespace {

/// What a script wrote; with its complaint where it failed.
QString shell(const std::string& script)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(u"/bin/sh"_s, {u"-euc"_s, QString::fromStdString(script)});
    const bool good
        = process.waitForFinished() && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
    const auto text = QString::fromUtf8(process.readAll());
    return good ? text : u"failed: "_s + text;
}

// What the two layers below the container hold.
constexpr const char* kImage = R"(
mkdir -p 0/etc 0/dir/sub 0/old 1/etc 1/new 1/old
echo passwd >0/etc/passwd; echo hosts >0/etc/hosts; echo a >0/dir/a; echo b >0/dir/b; echo c >0/dir/sub/c
mkdir 0/d; mkfifo 0/d/pipe; chmod 666 0/d/pipe; chown 44:44 0/d/pipe; ln -s target 0/link; echo x >0/old/hidden; mkfifo 0/fifo; printf start >0/sparse; truncate -s 1M 0/sparse
head -c 65536 /dev/urandom >0/big; echo l >0/one; ln 0/one 0/two; echo g >0/gone; mknod 1/gone c 0 0
echo other >1/etc/hosts; echo n >1/new/n; echo y >1/old/seen; chmod 4755 0/dir/b; chown 33:34 0/dir/a; chmod 750 0/dir/sub
find 0 1 -exec touch -h -d @1000000000.123456789 {} +
)";

bool setAttribute(const fs::path& path, const char* name, std::string_view value)
{
    return ::setxattr(path.c_str(), name, value.data(), value.size(), 0) == 0;
}

// What a shell has no programs for.
bool setImageAttributes(const fs::path& layers)
{
    using namespace std::string_view_literals;
    return setAttribute(layers / "1/old", "trusted.overlay.opaque", "y")
        && setAttribute(layers / "0/dir/a", "user.colour", "blue")
        && setAttribute(layers / "0/etc/passwd", "security.capability", "\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv);
}

bool changeAttributes(const fs::path& merged)
{
    return setAttribute(merged / "dir/b", "user.new", "1") && setAttribute(merged / "dir/sub", "user.new", "1")
        && ::removexattr((merged / "dir/a").c_str(), "user.colour") == 0;
}

} // namespace

/// Every row mounts a real overlay as containers have it, lets a shell change it, undoes that and looks at the tree
/// through overlay again.
class RevertTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void cleanupTestCase();
    void everything_data();
    void everything();
    void whileItRuns_data() { everything_data(); }
    void whileItRuns();
    void onlyWhatIsNamed_data();
    void onlyWhatIsNamed();
    void oneNameOfAHardLink();
    void whatLiesInSomethingDeleted();
    void nothingOutsideIsTouchedWhateverIsSwapped();
    void mountsAreLeftAlone();
    void noSymlinkIsFollowed();
    void cancelling();
    void killedAtAnyMoment_data();
    void killedAtAnyMoment();

private:
    fs::path m_base;
    fs::path m_directory;
    QString m_before;
    QString m_beforeLoosely;
    int m_count = 0;

    OverlayDirectories directories() const
    {
        return {m_directory / "upper", m_directory / "work", {m_directory / "0", m_directory / "1"}, 0, UINT32_MAX};
    }
    RevertOptions options(std::stop_token stop = {}) const { return {m_directory / "undo", {}, {}, std::move(stop)}; }
    Result<void> undo(const std::vector<std::string>& paths, std::stop_token stop = {}) const
    {
        return revert(directories(), paths, options(std::move(stop)));
    }
    Result<void> undoMerged(const std::vector<std::string>& paths, std::stop_token stop = {}) const
    {
        const auto root = TRY(os::open(merged(), O_RDONLY | O_DIRECTORY));
        return revertMerged(directories(), root.borrow(), paths, options(std::move(stop)));
    }
    fs::path merged() const { return m_directory / "merged"; }
    QString run(const std::string& script) const
    {
        return shell(std::format("cd {}; {}", m_directory.string(), script));
    }
    QString mount() const
    {
        return run("mkdir -p upper work merged; mount -t overlay -o lowerdir=1:0,upperdir=upper,workdir=work,"
                   "redirect_dir=off,metacopy=off,index=on,nfs_export=on overlay merged");
    }
    void unmount() const { QCOMPARE(::umount(merged().c_str()), 0); }
    QString inside(const std::string& script) const
    {
        if (script == "attributes")
            return changeAttributes(merged()) ? QString() : u"failed"_s;
        return run("cd merged; " + script);
    }

    /// All that the container sees. What is made in a directory changes its time, and a file that is made anew is no
    /// hard link: `loosely` leaves these out.
    QString tree(bool loosely = false) const
    {
        auto text = QString::fromStdString(test::describedTree(merged()));
        if (loosely) {
            text.replace(QRegularExpression(u"(?m)^(\\S+ 4\\d+ \\S+ \\S+) \\S+"_s), u"\\1"_s);
            text.remove(QRegularExpression(u"(?m) = \\S+"_s));
        }
        return text;
    }
    QString changes() const
    {
        QString found;
        const auto done = readChanges(directories().upper, directories().layers, 0,
                                      [&](const Change& change) {
                                          found += QLatin1Char("AMDmc"[static_cast<int>(change.kind)])
                                              + QString::fromStdString(change.path) + u' ';
                                      },
                                      {});
        return done ? found.trimmed() : QString::fromStdString(done.error().message);
    }
    bool hasLeftOvers() const
    {
        return fs::exists(m_directory / "undo") || !run("find upper -name '.lamella*'").isEmpty();
    }
};

void RevertTest::initTestCase()
{
    QCOMPARE(::geteuid(), 0u);
    QCOMPARE(::unshare(CLONE_NEWNS), 0);
    QCOMPARE(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    m_base = "/var/tmp/lamella-test-" + std::to_string(::getpid());
}

void RevertTest::init()
{
    m_directory = m_base / std::to_string(m_count++);
    fs::create_directories(m_directory);
    QCOMPARE(run(kImage), QString());
    QVERIFY(setImageAttributes(m_directory));
    QCOMPARE(mount(), QString());
    m_before = tree();
    m_beforeLoosely = tree(true);
    QVERIFY2(m_before.contains(u"user.colour"_s) && m_before.contains(u"security.capability"_s), qPrintable(m_before));
}

void RevertTest::cleanup()
{
    ::umount2(merged().c_str(), MNT_DETACH);
}

void RevertTest::cleanupTestCase()
{
    const auto parent = os::open("/var/tmp", O_RDONLY | O_DIRECTORY).value();
    QVERIFY(removeTree(parent.borrow(), m_base.filename()));
}

void RevertTest::everything_data()
{
    QTest::addColumn<QString>("script");
    const auto row = [](const char* name, const char* script) { QTest::newRow(name) << QString::fromLatin1(script); };
    row("nothing", ":");
    row("added", "echo 1 >f; mkdir -p x/y; echo 2 >x/y/z; ln -s a l; mkfifo p; mknod c c 1 3");
    row("modified", "echo more >>etc/passwd; echo more >>etc/hosts; echo more >>big");
    row("sparse", "printf x | dd of=sparse bs=1 seek=5000 conv=notrunc 2>/dev/null");
    row("mode, owner, time", "chmod 600 etc/passwd; chown 5 big; touch -d @5 dir/b; chmod 777 dir; chown -h 7 link");
    row("attributes", "attributes");
    row("capability lost", "echo changed >etc/passwd");
    row("deleted", "rm etc/passwd link fifo");
    row("deleted tree", "rm -r dir");
    row("deleted and made again", "rm etc/hosts; echo new >etc/hosts");
    row("replaced directory", "rm -r dir; mkdir dir; echo b >dir/b; echo n >dir/n");
    row("replaced within a replaced one", "rm -r dir; mkdir -p dir/sub; echo n >dir/sub/n");
    row("file instead of a directory", "rm -r dir; echo 1 >dir");
    row("directory instead of a file", "rm big; mkdir big; echo 1 >big/f");
    row("link instead of a directory", "rm -r dir; ln -s etc dir");
    row("renamed", "mv etc/passwd etc/shadow; mv dir/sub dir/other 2>/dev/null || cp -r dir/sub dir/other");
    row("a hard link's names", "echo more >>one; rm two");
    row("all names of a hard link", "rm one two");
    row("hard link to a layer's file", "ln etc/passwd etc/second");
    row("what a layer deleted", "echo new >gone; echo new >old/hidden");
    row("copied only", ": >>big; : >>etc/passwd");
    row("all of it", "rm -r etc old; echo 1 >etc");
}

// Undone while nothing is mounted, and mounted again: the index must not stand in the way.
void RevertTest::everything()
{
    QFETCH(QString, script);
    QCOMPARE(inside(script.toStdString()), QString());
    unmount();
    const auto done = undo({""});
    QVERIFY2(done, done ? "" : done.error().message.c_str());
    QCOMPARE(changes(), QString());
    QVERIFY(!hasLeftOvers());
    QCOMPARE(run("ls -A upper"), QString()); // and its room is free again
    QCOMPARE(mount(), QString());
    QCOMPARE(tree(), m_before);
    // It goes on as a new one would.
    QCOMPARE(inside("echo more >>etc/passwd; rm -r dir; echo 2 >>one; cat two"), u"l\n2\n"_s);
    unmount();
    QCOMPARE(changes(), u"D/dir M/etc/passwd M/one"_s);
}

void RevertTest::whileItRuns()
{
    QFETCH(QString, script);
    QCOMPARE(inside(script.toStdString()), QString());
    const auto done = undoMerged({""});
    QVERIFY2(done, done ? "" : done.error().message.c_str());
    QVERIFY(!hasLeftOvers());
    QCOMPARE(tree(true), m_beforeLoosely);
    const auto left = changes();
    QVERIFY2(!left.contains(u'A') && !left.contains(u'M') && !left.contains(u'D') && !left.contains(u'm'),
             qPrintable(left));
    unmount();
    QCOMPARE(mount(), QString());
    QCOMPARE(tree(true), m_beforeLoosely);
}

void RevertTest::onlyWhatIsNamed_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<QStringList>("paths");
    QTest::addColumn<QString>("left");
    const auto row = [](const char* name, const char* script, QStringList paths, const char* left) {
        QTest::newRow(name) << QString::fromLatin1(script) << std::move(paths) << QString::fromLatin1(left);
    };
    row("one of two", "echo 1 >f; echo 2 >g", {u"f"_s}, "A/g");
    row("a directory", "echo 1 >>dir/a; echo 2 >dir/n; echo 3 >>big", {u"dir"_s}, "M/big");
    row("not its neighbour", "mkdir di; echo 1 >>dir/a", {u"di"_s}, "M/dir/a");
    row("several", "rm dir/a; rm -r dir/sub; echo 1 >f; chmod 600 big", {u"dir/a"_s, u"f"_s}, "m/big D/dir/sub");
    row("what was not changed", "echo 1 >f", {u"etc/passwd"_s, u"no/such"_s}, "A/f");
    row("one in a replaced directory", "rm -r dir; mkdir dir; echo n >dir/n; chmod 755 dir", {u"dir/a"_s},
        "c/dir/a D/dir/b A/dir/n D/dir/sub");
    row("one that was made anew in a replaced one", "rm -r dir; mkdir -p dir/sub; echo n >dir/sub/n; chmod 755 dir",
        {u"dir/sub"_s}, "D/dir/a D/dir/b c/dir/sub/c");
    row("a tree in a replaced directory", "rm -r dir; mkdir dir; chmod 755 dir", {u"dir/sub"_s},
        "D/dir/a D/dir/b c/dir/sub/c");
}

void RevertTest::onlyWhatIsNamed()
{
    QFETCH(QString, script);
    QFETCH(QStringList, paths);
    QFETCH(QString, left);
    std::vector<std::string> wanted;
    for (const QString& path : std::as_const(paths))
        wanted.push_back(path.toStdString());
    QCOMPARE(inside(script.toStdString()), QString());
    unmount();
    const auto done = undo(wanted);
    QVERIFY2(done, done ? "" : done.error().message.c_str());
    QCOMPARE(changes(), left);
    QCOMPARE(mount(), QString());
    QVERIFY(!tree().isEmpty());
}

void RevertTest::oneNameOfAHardLink()
{
    QCOMPARE(inside("echo more >>one; echo again >>two"), QString());
    unmount();
    QVERIFY(undo({"one"}));
    QCOMPARE(changes(), u"M/two"_s);
    QCOMPARE(mount(), QString());
    QCOMPARE(inside("cat one; echo; cat two"), u"l\n\nl\nmore\nagain\n"_s);
    QCOMPARE(inside("rm two; cat one; echo x >>one; cat one"), u"l\nl\nx\n"_s);
}

// A fifo comes back by a name of its own first: somebody inside puts a link there that leads out.
void RevertTest::nothingOutsideIsTouchedWhateverIsSwapped()
{
    QCOMPARE(run("echo secret >outside; chmod 600 outside"), QString());
    // He is told the name, which somebody inside would have to find out.
    std::atomic<bool> ended = false;
    std::thread swapper{[&] {
        const auto in = os::open(merged() / "d", O_RDONLY | O_DIRECTORY).value();
        std::ignore = ::symlinkat((m_directory / "outside").c_str(), in.get(), "swap");
        while (!ended) {
            const auto mark = os::readFile(m_directory / "undo/mark");
            const auto name = mark ? fs::path{*mark}.filename().string() : std::string{};
            for (int i = 0; i < 2000 && !name.empty(); ++i) {
                if (::renameat2(in.get(), "swap", in.get(), name.c_str(), RENAME_EXCHANGE) == 0)
                    break;
            }
            ::unlinkat(in.get(), "swap", 0);
            std::ignore = ::symlinkat((m_directory / "outside").c_str(), in.get(), "swap");
        }
    }};
    for (int round = 0; round < 300; ++round) {
        ::unlink((merged() / "d/pipe").c_str());
        std::ignore = undoMerged({"d/pipe"});
    }
    ended = true;
    swapper.join();
    struct stat status{};
    QCOMPARE(::stat((m_directory / "outside").c_str(), &status), 0);
    QCOMPARE(status.st_mode & 07777, 0600u);
    QCOMPARE(status.st_uid, 0u);
}

void RevertTest::whatLiesInSomethingDeleted()
{
    QCOMPARE(inside("rm -r dir"), QString());
    const auto before = tree();
    QVERIFY(undoMerged({"dir/a"}));
    QCOMPARE(tree(), before); // only the directory is a change
    unmount();
    const auto refused = undo({"dir/a"});
    QCOMPARE(refused.error().kind, ErrorKind::NotFound);
    QCOMPARE(refused.error().message, std::string("/dir was removed as well: undo that first"));
    QVERIFY(!hasLeftOvers());
}

void RevertTest::mountsAreLeftAlone()
{
    QCOMPARE(
        inside("mkdir -p new/volume; mount -t tmpfs lamella-test new/volume; echo kept >new/volume/f; echo 1 >new/f"),
        QString());
    const auto root = os::open(merged(), O_RDONLY | O_DIRECTORY).value();
    auto withMounts = options();
    withMounts.mounts = {"new/volume"};
    const auto refused = revertMerged(directories(), root.borrow(), {"new/volume"}, withMounts);
    QCOMPARE(refused.error().kind, ErrorKind::Busy);
    QVERIFY(revertMerged(directories(), root.borrow(), {""}, withMounts));
    QCOMPARE(inside("ls new; cat new/volume/f; umount new/volume"), u"n\nvolume\nkept\n"_s);
}

// A directory of the image becomes a link out of the tree: neither what it leads to nor the link's target is touched.
void RevertTest::noSymlinkIsFollowed()
{
    QCOMPARE(run("mkdir outside; echo kept >outside/a"), QString());
    QCOMPARE(
        inside(std::format("echo 1 >>dir/a; mv dir/a keep; rm -r dir; ln -s {}/outside dir", m_directory.string())),
        QString());
    std::ignore = undoMerged({"dir/a"});
    QCOMPARE(run("ls outside; cat outside/a"), u"a\nkept\n"_s);
    QVERIFY(undoMerged({"dir"}));
    QCOMPARE(run("ls outside; cat outside/a"), u"a\nkept\n"_s);
    unmount();
    std::ignore = undo({"dir/a"});
    QVERIFY(undo({""}));
    QCOMPARE(run("ls outside; cat outside/a"), u"a\nkept\n"_s);
}

void RevertTest::cancelling()
{
    QCOMPARE(inside("echo 1 >f"), QString());
    std::stop_source source;
    source.request_stop();
    QCOMPARE(undoMerged({""}, source.get_token()).error().kind, ErrorKind::Cancelled);
    unmount();
    QCOMPARE(undo({""}, source.get_token()).error().kind, ErrorKind::Cancelled);
    QCOMPARE(changes(), u"A/f"_s);
    QVERIFY(!hasLeftOvers());
}

void RevertTest::killedAtAnyMoment_data()
{
    QTest::addColumn<bool>("running");
    QTest::newRow("stopped") << false;
    QTest::newRow("running") << true;
}

// The image's file or the container's, never half of one; and the next undo clears up what was left.
void RevertTest::killedAtAnyMoment()
{
    QFETCH(bool, running);
    const auto sums = inside("sha256sum <big");
    const char* change = "head -c 3000000 /dev/urandom >big; rm -r dir; mkdir dir; echo mine >dir/a; rm -r new; chmod "
                         "700 etc; echo 1 >etc/f";
    QCOMPARE(inside(change), QString());
    const auto mine = inside("sha256sum <big");
    for (int round = 0; round < 40; ++round) {
        if (!running)
            unmount();
        const pid_t child = ::fork();
        if (child == 0) {
            std::ignore = running ? undoMerged({""}) : undo({""});
            ::_exit(0);
        }
        ::usleep(static_cast<useconds_t>(round) * 60);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        if (!running) {
            QVERIFY(finishRevert(directories(), m_directory / "undo"));
            QCOMPARE(mount(), QString());
        }
        const auto now = inside("sha256sum <big");
        QVERIFY(now == mine || now == sums);
        const auto a = inside("cat dir/a 2>/dev/null || true");
        QVERIFY2(a == u"mine\n"_s || a == u"a\n"_s || running, qPrintable(a));
    }
    QVERIFY(undoMerged({""}));
    QVERIFY(!hasLeftOvers());
    QCOMPARE(tree(true), m_beforeLoosely);
}

QTEST_GUILESS_MAIN(RevertTest)
#include "tst_revert.moc"

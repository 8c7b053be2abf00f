// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/file.h"
#include "engine/os/memfd.h"
#include "engine/os/process.h"
#include "engine/os/signals.h"
#include "engine/os/socket.h"
#include "engine/os/spawn.h"
#include "engine/os/terminal.h"

#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>

using namespace lamella;

/// The wrappers of system calls that do more than pass arguments on.
class TestOs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_directory.emplace();
        QVERIFY(m_directory->isValid());
    }
    void cleanup() { m_directory.reset(); }

    void readIsLimited();
    void replaceKeepsOldOnFailure();
    void replaceSetsModeAndContent();
    void openBeneathRefuses_data();
    void openBeneathRefuses();
    void sealedCopyIsIndependent();
    void datagramsCarryDescriptors();
    void longDatagramsAreRefused();
    void socketsWithLongPaths();
    void exitStatus();
    void spawnedProgramsGetWhatTheyAreGiven();
    void signalNames_data();
    void signalNames();
    void terminalPeer();

private:
    std::filesystem::path path(const char* name) const { return m_directory->path().toStdString() + '/' + name; }
    std::optional<QTemporaryDir> m_directory;
};

void TestOs::signalNames_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("number"); // 0: refused
    QTest::newRow("number") << "9" << SIGKILL;
    QTest::newRow("name") << "TERM" << SIGTERM;
    QTest::newRow("whole name") << "SIGUSR1" << SIGUSR1;
    QTest::newRow("real time") << "SIGRTMIN+3" << SIGRTMIN + 3;
    QTest::newRow("the first of them") << "RTMIN" << SIGRTMIN;
    QTest::newRow("from the end") << "SIGRTMAX-1" << SIGRTMAX - 1;
    for (const char* wrong : {"", "SIG", "0", "-9", "65", "9 ", "99999999999999999999", "term", "RTMIN-1", "RTMAX+1",
                              "RTMIN+", "RTMIN+31", "RTMIN+99999999999", "SIGSIGTERM"})
        QTest::newRow(wrong) << wrong << 0;
}

void TestOs::signalNames()
{
    QFETCH(QString, text);
    QFETCH(int, number);
    QCOMPARE(os::signalNumber(text.toStdString()).value_or(0), number);
}

void TestOs::readIsLimited()
{
    QVERIFY(os::replaceFile(path("file"), std::string(1000, 'x')).has_value());
    QCOMPARE(os::readFile(path("file"), 1000).value().size(), 1000u);
    const auto tooLong = os::readFile(path("file"), 999);
    QVERIFY(!tooLong);
    QCOMPARE(static_cast<int>(tooLong.error().kind), static_cast<int>(ErrorKind::LimitExceeded));
    // Endless, and its size says nothing.
    QVERIFY(!os::readFile("/dev/zero", 100'000));
    QVERIFY(!os::readFile("/proc/self/maps").value().empty());
    QCOMPARE(static_cast<int>(os::readFile(path("none")).error().kind), static_cast<int>(ErrorKind::NotFound));
}

void TestOs::replaceKeepsOldOnFailure()
{
    QVERIFY(::mkdir(path("target").c_str(), 0755) == 0);
    QVERIFY(!os::replaceFile(path("target"), "new"));
    // Neither the directory nor a temporary file beside it.
    std::size_t entries = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{m_directory->path().toStdString()})
        ++entries;
    QCOMPARE(entries, 1u);
}

void TestOs::replaceSetsModeAndContent()
{
    ::umask(0077);
    QVERIFY(os::replaceFile(path("file"), "old", 0644).has_value());
    QVERIFY(os::replaceFile(path("file"), "new", 0640, os::Sync::No).has_value());
    ::umask(0022);
    QCOMPARE(os::readFile(path("file")).value(), std::string{"new"});
    struct stat info{};
    QCOMPARE(::stat(path("file").c_str(), &info), 0);
    QCOMPARE(info.st_mode & 07777, 0640u);
}

void TestOs::openBeneathRefuses_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const char* name : {"..", "../outside", "/etc/passwd", "link", "directory/../../outside"})
        QTest::newRow(name) << QByteArray{name};
}

void TestOs::openBeneathRefuses()
{
    QFETCH(QByteArray, name);
    QVERIFY(os::makeDirectories(path("root/directory")).has_value());
    QVERIFY(os::replaceFile(path("outside"), "outside").has_value());
    QCOMPARE(::symlink("../outside", path("root/link").c_str()), 0);
    const auto root = os::open(path("root"), O_PATH | O_DIRECTORY);
    QVERIFY(os::openBeneath(root->borrow(), "directory/..", O_PATH).has_value());
    const auto opened = os::openBeneath(root->borrow(), name.toStdString(), O_PATH);
    QVERIFY(!opened);
    QCOMPARE(opened.error().errnum, EXDEV);
}

void TestOs::sealedCopyIsIndependent()
{
    QVERIFY(os::replaceFile(path("program"), "first").has_value());
    const auto file = os::open(path("program"), O_RDWR);
    QVERIFY(!os::isSealed(file->borrow()));
    const auto copy = os::sealedCopy("copy", file->borrow());
    QVERIFY(copy.has_value() && os::isSealed(copy->borrow()));
    QVERIFY(os::writeAll(file->borrow(), "other", "program").has_value());
    QCOMPARE(os::readFile(os::descriptorPath(copy->borrow())).value(), std::string{"first"});
    QVERIFY(::pwrite(copy->get(), "x", 1, 0) < 0);
    QVERIFY(::ftruncate(copy->get(), 0) != 0);
    QVERIFY(!os::writeControl(os::descriptorPath(copy->borrow()), "x"));
}

void TestOs::datagramsCarryDescriptors()
{
    auto pair = os::makeSocketPair();
    QVERIFY(os::replaceFile(path("file"), "passed"));
    const auto file = os::open(path("file"), O_RDONLY);
    const std::array descriptors{file->borrow(), BorrowedFd{0}};
    QVERIFY(os::sendDatagram(pair->first.borrow(), "hello", descriptors).has_value());
    const auto received = os::receiveDatagram(pair->second.borrow(), 100);
    QVERIFY(received && *received);
    QCOMPARE((*received)->data, std::string{"hello"});
    QCOMPARE((*received)->descriptors.size(), 2u);
    QCOMPARE(os::readAll((*received)->descriptors[0].borrow(), "memory").value(), std::string{"passed"});
    QVERIFY((::fcntl((*received)->descriptors[0].get(), F_GETFD) & FD_CLOEXEC) != 0);
    pair->first.reset();
    QVERIFY(!os::receiveDatagram(pair->second.borrow(), 100).value().has_value());
}

void TestOs::longDatagramsAreRefused()
{
    const auto pair = os::makeSocketPair();
    QVERIFY(os::sendDatagram(pair->first.borrow(), std::string(200, 'x')).has_value());
    const auto received = os::receiveDatagram(pair->second.borrow(), 100);
    QVERIFY(!received);
    QCOMPARE(static_cast<int>(received.error().kind), static_cast<int>(ErrorKind::LimitExceeded));
}

void TestOs::socketsWithLongPaths()
{
    const auto directory = path(std::string(200, 'd').c_str());
    QVERIFY(os::makeDirectory(directory).has_value());
    const auto listener = os::listenUnix(directory / "socket", 0600);
    QVERIFY2(listener.has_value(), listener ? "" : listener.error().message.c_str());
    struct stat info{};
    QCOMPARE(::stat((directory / "socket").c_str(), &info), 0);
    QCOMPARE(info.st_mode & 0777, 0600u);
    const auto client = os::connectUnix(directory / "socket");
    QVERIFY(client.has_value());
    const auto accepted = os::acceptUnix(listener->borrow());
    QCOMPARE(os::peerCredentials(accepted->borrow()).value().pid, ::getpid());
}

void TestOs::exitStatus()
{
    auto child = os::clone(0);
    QVERIFY(child.has_value());
    if (child->pid == 0)
        ::_exit(7);
    QCOMPARE(os::waitFor(child->pidfd.borrow()).value().code, 7);
    child = os::clone(0);
    if (child->pid == 0)
        for (;;)
            ::pause();
    QVERIFY(!os::tryWait(child->pidfd.borrow()).value());
    QVERIFY(!os::waitUntilEnded(child->pidfd.borrow(), std::chrono::milliseconds{10}).value());
    QVERIFY(os::startTime(child->pid).value() > 0);
    QVERIFY(os::sendSignal(child->pidfd.borrow(), SIGKILL).has_value());
    const auto status = os::waitFor(child->pidfd.borrow());
    QCOMPARE(status->signal, SIGKILL);
    QCOMPARE(status->code, 128 + SIGKILL);
    QVERIFY(!os::sendSignal(child->pidfd.borrow(), SIGKILL));
}

void TestOs::spawnedProgramsGetWhatTheyAreGiven()
{
    auto pipe = os::makePipe().value();
    Result<UniqueFd> pidfd;
    {
        // 14 here is 13 there and the other way round: no copy overwrites another.
        const UniqueFd first{::dup3(pipe.write.get(), 14, O_CLOEXEC)};
        const UniqueFd second{::dup3(os::open("/dev/null", O_RDONLY)->get(), 13, O_CLOEXEC)};
        os::Spawn spawn;
        QVERIFY(spawn.pass(first.borrow(), 13));
        QVERIFY(spawn.pass(second.borrow(), 14));
        ::signal(SIGTERM, SIG_IGN);
        pidfd = spawn.run("/bin/sh",
                          {"sh", "-c", "cat </proc/self/fd/14; echo \"$1\" >/proc/self/fd/13; kill $$", "sh", "one"});
        ::signal(SIGTERM, SIG_DFL);
    }
    QVERIFY(pidfd);
    pipe.write.reset();
    QCOMPARE(os::waitFor(pidfd->borrow()).value().signal, SIGTERM);
    QCOMPARE(os::readAll(pipe.read.borrow(), "pipe").value(), "one\n");
    QCOMPARE(os::Spawn().run("/no/such/program", {"x"}).error().kind, ErrorKind::NotFound);
}

void TestOs::terminalPeer()
{
    const UniqueFd master{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    QCOMPARE(::unlockpt(master.get()), 0);
    const auto peer = os::openTerminalPeer(master.borrow());
    QVERIFY(peer.has_value());
    QVERIFY(os::isTerminalMaster(master.borrow()));
    QVERIFY(!os::isTerminalMaster(peer->borrow()));
    QVERIFY(os::setWindowSize(master.borrow(), {33, 44}).has_value());
    QCOMPARE(os::windowSize(peer->borrow()).value().columns, std::uint16_t{44});
}

QTEST_GUILESS_MAIN(TestOs)
#include "test_os.moc"

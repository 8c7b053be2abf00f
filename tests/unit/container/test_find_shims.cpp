// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/find_shims.h"
#include "engine/os/socket.h"
#include "engine/shim/protocol.h"

#include <QTemporaryDir>
#include <QTest>

#include <thread>

using namespace lamella;
using namespace lamella::container;

namespace fs = std::filesystem;

namespace {

UniqueFd listenIn(const fs::path& run, int backlog = 8)
{
    fs::create_directory(run);
    return os::listenUnix(run / "shim.sock", 0600, SOCK_SEQPACKET, backlog).value();
}

/// A connection with the request that came on it.
struct Asked {
    UniqueFd connection;
    nlohmann::json request;
};

Asked askedAt(const UniqueFd& listener)
{
    UniqueFd connection = os::acceptUnix(listener.borrow()).value();
    auto message = shim::receive(connection.borrow()).value();
    return {std::move(connection), message ? std::move(message->body) : nlohmann::json{}};
}

bool answer(const Asked& asked, nlohmann::json reply)
{
    reply["serial"] = asked.request["serial"];
    return shim::send(asked.connection.borrow(), {{"event", "paused"}}) && shim::send(asked.connection.borrow(), reply);
}

} // namespace

/// A helper that comes back, and shims that are quick, slow, silent, full or gone.
class TestFindShims : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void asksAllAtOnce()
    {
        const QTemporaryDir directory;
        const fs::path base = directory.path().toStdString();
        const UniqueFd first = listenIn(base / "first");
        const UniqueFd second = listenIn(base / "second");
        const UniqueFd refusing = listenIn(base / "refusing");
        const UniqueFd silent = listenIn(base / "silent");
        const UniqueFd full = listenIn(base / "full", 0);
        listenIn(base / "dead"); // nobody listens any more
        std::vector<UniqueFd> waiting; // until the queue is full
        while (auto one = os::connectUnix(base / "full/shim.sock", SOCK_SEQPACKET | SOCK_NONBLOCK))
            waiting.push_back(std::move(*one));
        bool answered = false;
        std::jthread shims([&] {
            // Nobody answers before everybody has been asked.
            const Asked one = askedAt(first);
            const Asked other = askedAt(second);
            const Asked third = askedAt(refusing);
            answered = answer(one, {{"ok", {{"pid", 11}}}}) && answer(other, {{"ok", {{"pid", 22}}}})
                && answer(third, {{"error", {{"kind", "WrongState"}, {"message", "no"}}}});
        });
        std::map<std::string, fs::path> runs;
        for (const char* id : {"first", "second", "refusing", "silent", "full", "dead", "none"})
            runs.emplace(id, base / id);
        const auto found = findShims(runs, std::chrono::seconds{2});
        shims.join();
        QVERIFY(answered);
        QCOMPARE(found.size(), 4u);
        QCOMPARE(found.at("first").state.value()["pid"], 11);
        QCOMPARE(found.at("second").state.value()["pid"], 22);
        QCOMPARE(found.at("refusing").state.error().kind, ErrorKind::WrongState);
        QCOMPARE(found.at("silent").state.error().kind, ErrorKind::Failed);
        QCOMPARE(found.at("silent").process.pid, ::getpid());
    }
};

QTEST_GUILESS_MAIN(TestFindShims)
#include "test_find_shims.moc"

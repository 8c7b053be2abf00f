// SPDX-License-Identifier: GPL-3.0-or-later
// Scopes of systemd: their names, and the conversation about them with a systemd of the test's own. (tst_systemd has
// the real one.)
#include "engine/cgroup/systemd_bus.h"
#include "engine/cgroup/systemd_scope.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/socket.h>
#include <sys/un.h>
#include <thread>

using namespace lamella;
using namespace lamella::cgroup;

class TestSystemdScope : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void names_data();
    void names();
    void wrongNames_data();
    void wrongNames();
    void encodesACall();
    void decodesOnlyMessages_data();
    void decodesOnlyMessages();
    void jobs_data();
    void jobs();
    void propertiesOfAnnotations_data();
    void propertiesOfAnnotations();
    void wrongAnnotations_data();
    void wrongAnnotations();
    void ownPropertiesGiveWay();
    void stops_data();
    void stops();
    void nobodyListens();
    void notForThisUser();
};

namespace {

QByteArray words(const Error& error)
{
    return QByteArray::fromStdString(error.message);
}

/// Reads until the bytes end so.
std::string receive(int socket, std::string_view ending)
{
    std::string text;
    char byte = 0;
    while (!text.ends_with(ending) && ::recv(socket, &byte, 1, 0) == 1)
        text += byte;
    return text;
}

std::string receiveMessage(int socket)
{
    std::string bytes;
    char byte = 0;
    while (messageLength(bytes).value_or(bytes.size() + 1) > bytes.size() && ::recv(socket, &byte, 1, 0) == 1)
        bytes += byte;
    return bytes;
}

/// A message as systemd sends it: a method return, an error or a signal with strings in it.
std::string message(BusMessageType type, std::uint32_t replySerial, std::string_view name, std::string_view signature,
                    const BusWriter& body)
{
    BusWriter out;
    for (const int byte : {int('l'), int(type), 1, 1})
        out.byte(std::uint8_t(byte));
    out.u32(std::uint32_t(body.bytes().size()));
    out.u32(77);
    out.array(8, [&](BusWriter& fields) {
        const auto text = [&](int code, const char* kind, std::string_view value) {
            fields.align(8);
            fields.byte(std::uint8_t(code));
            fields.signature(kind);
            *kind == 'g' ? fields.signature(value) : fields.string(value);
        };
        if (replySerial != 0) {
            fields.align(8);
            fields.byte(5);
            fields.signature("u");
            fields.u32(replySerial);
        }
        if (!name.empty())
            text(type == BusMessageType::Error ? 4 : 3, "s", name);
        text(1, "o", "/org/freedesktop/systemd1");
        text(8, "g", signature);
    });
    out.align(8);
    return out.bytes() + body.bytes();
}

std::string returned(std::string_view job)
{
    BusWriter body;
    body.string(job);
    return message(BusMessageType::Return, 1, "", "o", body);
}

std::string refused(std::string_view error, std::string_view why)
{
    BusWriter body;
    body.string(why);
    return message(BusMessageType::Error, 1, error, "s", body);
}

std::string removed(std::string_view job, std::string_view result)
{
    BusWriter body;
    body.u32(5);
    body.string(job);
    body.string("box.scope");
    body.string(result);
    return message(BusMessageType::Signal, 0, "JobRemoved", "uoss", body);
}

/// Listens as systemd does, lets one client in, and answers its call.
class FakeSystemd {
public:
    explicit FakeSystemd(std::string greeting, std::string answer)
    {
        m_listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        const bool listens = ::bind(m_listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0
            && ::listen(m_listener, 1) == 0;
        if (listens)
            m_thread = std::thread([this, greeting, answer] { serve(greeting, answer); });
    }
    ~FakeSystemd()
    {
        ::close(m_listener);
        if (m_thread.joinable())
            m_thread.join();
    }

    std::string path() const { return m_directory.filePath(QStringLiteral("private")).toStdString(); }
    /// What the client has said, when it has its answer.
    const std::string& asked()
    {
        m_thread.join();
        return m_asked;
    }

private:
    void serve(const std::string& greeting, const std::string& answer)
    {
        const int client = ::accept(m_listener, nullptr, nullptr);
        m_asked = receive(client, "BEGIN\r\n"); // as long as it waits: sd-bus wants no call in the same breath
        ::send(client, greeting.data(), greeting.size(), MSG_NOSIGNAL);
        m_asked += receiveMessage(client);
        ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
        ::close(client);
    }
    QTemporaryDir m_directory;
    int m_listener = -1;
    std::string m_asked;
    std::thread m_thread;
};

const std::string kWelcome = "OK 0123456789abcdef0123456789abcdef\r\n";

} // namespace

void TestSystemdScope::names_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("slice");
    QTest::addColumn<QByteArray>("cgroup");
    const auto row = [](const char* path, const char* slice, const char* cgroup) {
        QTest::newRow(path) << QByteArray(path) << QByteArray(slice) << QByteArray(cgroup);
    };
    row("machine.slice:libpod:box", "machine.slice", "/machine.slice/libpod-box.scope/container");
    row(":docker:box", "system.slice", "/system.slice/docker-box.scope/container");
    row("machine.slice::box", "machine.slice", "/machine.slice/box.scope/container");
    row("user-1000-app.slice:a:b", "user-1000-app.slice",
        "/user.slice/user-1000.slice/user-1000-app.slice/a-b.scope/container");
    row("-.slice:a:b", "-.slice", "/a-b.scope/container");
    row("", "system.slice", "/system.slice/lamella-id.scope/container");
}

void TestSystemdScope::names()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, slice);
    QFETCH(QByteArray, cgroup);
    const auto name = ScopeName::parse(path.toStdString(), "id");
    QVERIFY2(name.has_value(), name ? "" : words(name.error()).constData());
    QCOMPARE(QByteArray::fromStdString(name->slice), slice);
    QCOMPARE(QByteArray::fromStdString(name->containerCgroup()), cgroup);
}

void TestSystemdScope::wrongNames_data()
{
    QTest::addColumn<QByteArray>("path");
    for (const char* path :
         {"/lamella/box", "a:b", "a.slice:b:c:d", "a:b:c", "a/b.slice:c:d", ".slice:c:d", "a--b.slice:c:d",
          "-a.slice:c:d", "a-.slice:c:d", "..:b:c", "a.slice:b:", "a.slice:b/..:c", "a.slice:b:c d", "a.slice:b:c\n"})
        QTest::newRow(path) << QByteArray(path);
    QTest::newRow("long") << "a.slice:b:" + QByteArray(256, 'c');
}

void TestSystemdScope::wrongNames()
{
    QFETCH(QByteArray, path);
    const auto name = ScopeName::parse(path.toStdString(), "id");
    QVERIFY(!name);
    QCOMPARE(name.error().kind, ErrorKind::InvalidArgument);
    QVERIFY2(words(name.error()).contains("slice:prefix:name"), words(name.error()).constData());
}

/// Byte by byte, as the specification lays it out.
void TestSystemdScope::encodesACall()
{
    BusWriter body;
    body.string("ab");
    body.array(
        8, [](BusWriter& properties) { properties.property("D", "b", [](BusWriter& value) { value.boolean(true); }); });
    const QByteArray expectedBody = QByteArray::fromHex("02000000"
                                                        "61620000"
                                                        "10000000"
                                                        "00000000" // "ab", 16 bytes
                                                        "01000000"
                                                        "4400"
                                                        "016200"
                                                        "000000"
                                                        "01000000");
    QCOMPARE(QByteArray::fromStdString(body.bytes()), expectedBody);
    const QByteArray call = QByteArray::fromStdString(encodeCall({"/p", "i.f", "M", "sa(sv)", body}, 3));
    QCOMPARE(call.first(4), QByteArray("l\x01\0\x01", 4));
    QCOMPARE(call.last(expectedBody.size()), expectedBody);
    const auto decoded = decodeMessage(call.toStdString());
    QVERIFY(decoded.has_value());
    QCOMPARE(decoded->member, "M");
    QCOMPARE(decoded->signature, "sa(sv)");
    QCOMPARE(QByteArray::fromStdString(decoded->body), expectedBody);
}

void TestSystemdScope::decodesOnlyMessages_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const QByteArray good = QByteArray::fromStdString(removed("/job/1", "done"));
    for (const qsizetype length : {qsizetype(0), qsizetype(3), qsizetype(15), qsizetype(16), good.size() - 1})
        QTest::addRow("cut after %d", int(length)) << good.first(length);
    QTest::newRow("more than one") << good + "x";
    for (const auto& [at, byte] : {std::pair{0, 'B'}, {3, '\2'}, {7, '\x7f'}, {15, '\x7f'}, {18, '\x7f'}}) {
        QByteArray bad = good;
        bad[at] = byte;
        QTest::addRow("byte %d", at) << bad;
    }
}

void TestSystemdScope::decodesOnlyMessages()
{
    QFETCH(QByteArray, bytes);
    QVERIFY(!decodeMessage(bytes.toStdString()));
}

void TestSystemdScope::jobs_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QByteArray>("error"); // nothing: it works
    const auto row = [](const char* name, const std::string& answer, const char* error) {
        QTest::newRow(name) << QByteArray::fromStdString(answer) << QByteArray(error);
    };
    row("done", returned("/job/1") + removed("/job/1", "done"), "");
    row("told before the answer", removed("/job/1", "done") + returned("/job/1"), "");
    row("another's before",
        removed("/job/9", "failed") + returned("/job/1") + removed("/job/8", "failed") + removed("/job/1", "done"), "");
    row("failed", returned("/job/1") + removed("/job/1", "failed"), "box.scope ended with \"failed\"");
    row("there already", refused("org.freedesktop.systemd1.UnitExists", "Unit box.scope was already loaded"),
        "already loaded");
    row("ends", returned("/job/1"), "has ended the connection");
    row("no sense", "what is this, systemd?", "no sense");
}

void TestSystemdScope::jobs()
{
    QFETCH(QByteArray, answer);
    QFETCH(QByteArray, error);
    FakeSystemd systemd{kWelcome, answer.toStdString()};
    auto bus = SystemdBus::connect(systemd.path());
    QVERIFY2(bus.has_value(), bus ? "" : words(bus.error()).constData());
    BusWriter arguments;
    arguments.string("box.scope");
    const auto result = bus->runJob("StartTransientUnit", "s", arguments);
    QCOMPARE(result.has_value(), error.isEmpty());
    if (!result)
        QVERIFY2(words(result.error()).contains(error), words(result.error()).constData());
    if (error.contains("already"))
        QCOMPARE(result.error().kind, ErrorKind::AlreadyExists);
    const QByteArray asked = QByteArray::fromStdString(systemd.asked());
    QVERIFY(asked.startsWith(QByteArray("\0AUTH EXTERNAL ", 15)));
    QVERIFY(asked.contains("StartTransientUnit"));
    QVERIFY(asked.contains("box.scope"));
}

void TestSystemdScope::propertiesOfAnnotations_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("written"); // the name, the type and the value as they travel
    const auto row = [](const char* name, const char* text, const char* wireName, const char* type, auto put) {
        BusWriter writer;
        writer.string(wireName);
        writer.signature(type);
        put(writer);
        QTest::addRow("%s: %s", name, text)
            << QByteArray(name) << QByteArray(text) << QByteArray::fromStdString(writer.bytes());
    };
    const auto usec = [](std::uint64_t value) { return [value](BusWriter& to) { to.u64(value); }; };
    const auto number = [](std::uint32_t value) { return [value](BusWriter& to) { to.u32(value); }; };
    const auto string = [](const char* value) { return [value](BusWriter& to) { to.string(value); }; };
    const auto list = [](std::vector<const char*> values) {
        return [values](BusWriter& to) {
            to.array(4, [&](BusWriter& texts) {
                for (const char* text : values)
                    texts.string(text);
            });
        };
    };
    row("TimeoutStopUSec", "uint64 123456789", "TimeoutStopUSec", "t", usec(123456789));
    row("TimeoutStopUSec", "@t 5", "TimeoutStopUSec", "t", usec(5));
    row("TimeoutStopSec", "10", "TimeoutStopUSec", "t", usec(10'000'000));
    row("TimeoutStopSec", "uint64 1", "TimeoutStopUSec", "t", usec(1'000'000));
    row("TimeoutStopSec", "0.5", "TimeoutStopUSec", "t", usec(500'000));
    row("CollectMode", "'inactive'", "CollectMode", "s", string("inactive"));
    row("Description", "\"it\\\"s \\n\"", "Description", "s", string("it\"s \n"));
    row("SendSIGHUP", "true", "SendSIGHUP", "b", number(1));
    row("SendSIGHUP", " false ", "SendSIGHUP", "b", number(0));
    row("KillSignal", "-7", "KillSignal", "i", number(std::uint32_t(-7)));
    row("KillSignal", "int32 0x10", "KillSignal", "i", number(16));
    row("IPWeight", "uint32 4294967295", "IPWeight", "u", number(4294967295));
    row("Something", "int64 -1", "Something", "x", usec(~0ull));
    row("After", "['a.service', \"b.service\"]", "After", "as", list({"a.service", "b.service"}));
    row("After", "@as []", "After", "as", list({}));
}

void TestSystemdScope::propertiesOfAnnotations()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, text);
    const auto properties = unitPropertiesOf(
        {{"org.systemd.property." + name.toStdString(), text.toStdString()}, {"org.systemd.other", "x"}});
    QVERIFY2(properties.has_value(), properties ? "" : words(properties.error()).constData());
    QCOMPARE(properties->size(), 1u);
    BusWriter writer;
    putProperty(writer, properties->front());
    QTEST(QByteArray::fromStdString(writer.bytes()), "written");
}

void TestSystemdScope::wrongAnnotations_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("text");
    for (const auto& [name, text] : {std::pair{"ab", "true"},       {"Kill Signal", "1"},
                                     {"Kill-Signal", "1"},          {"Description", "text"},
                                     {"Description", "'text"},      {"Description", "'text' more"},
                                     {"Description", "'text\\"},    {"Description", ""},
                                     {"KillSignal", "4294967296"},  {"KillSignal", "uint32 -1"},
                                     {"KillSignal", "uint64 true"}, {"KillSignal", "1.2.3"},
                                     {"After", "['a', 1]"},         {"After", "['a'"},
                                     {"After", "['a',]"},           {"TimeoutStopSec", "'soon'"},
                                     {"TimeoutStopSec", "-1"},      {"TimeoutStopSec", "true"},
                                     {"Slice", "'other.slice'"},    {"Delegate", "false"},
                                     {"PIDs", "[uint32 1]"}})
        QTest::addRow("%s: %s", name, text) << QByteArray(name) << QByteArray(text);
}

void TestSystemdScope::wrongAnnotations()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, text);
    const std::string key = "org.systemd.property." + name.toStdString();
    const auto properties = unitPropertiesOf({{key, text.toStdString()}});
    QVERIFY(!properties);
    QCOMPARE(properties.error().kind, ErrorKind::InvalidArgument);
    QVERIFY(words(properties.error()).contains(QByteArray::fromStdString(key)));
}

void TestSystemdScope::ownPropertiesGiveWay()
{
    BusWriter writer;
    putScopeProperties(writer, {"system.slice", "box.scope"}, "container box", 77,
                       {{"CollectMode", std::string{"inactive"}}});
    const QByteArray bytes = QByteArray::fromStdString(writer.bytes());
    QCOMPARE(bytes.count("CollectMode"), 1);
    QVERIFY(!bytes.contains("inactive-or-failed"));
    for (const char* word : {"Description", "container box", "Slice", "Delegate", "PIDs"})
        QCOMPARE(bytes.count(word), 1);
}

void TestSystemdScope::stops_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QByteArray>("error"); // nothing: it works
    const auto row = [](const char* name, const std::string& answer, const char* error) {
        QTest::newRow(name) << QByteArray::fromStdString(answer) << QByteArray(error);
    };
    row("done", returned("/job/1") + removed("/job/1", "done"), "");
    row("gone already", refused("org.freedesktop.systemd1.NoSuchUnit", "Unit box.scope not loaded."), "");
    row("refused", refused("org.freedesktop.DBus.Error.AccessDenied", "no"), "cannot stop the unit box.scope");
    row("failed", returned("/job/1") + removed("/job/1", "timeout"), "ended with \"timeout\"");
}

void TestSystemdScope::stops()
{
    QFETCH(QByteArray, answer);
    QFETCH(QByteArray, error);
    FakeSystemd systemd{kWelcome, answer.toStdString()};
    const auto stopped = SystemdScope::stop("box.scope", systemd.path());
    QVERIFY2(stopped.has_value() == error.isEmpty(), stopped ? "" : words(stopped.error()).constData());
    if (!stopped)
        QVERIFY2(words(stopped.error()).contains(error), words(stopped.error()).constData());
    const QByteArray asked = QByteArray::fromStdString(systemd.asked());
    for (const char* word : {"StopUnit", "box.scope", "replace"})
        QVERIFY(asked.contains(word));
}

void TestSystemdScope::nobodyListens()
{
    const auto bus = SystemdBus::connect("/run/no/such/socket");
    QVERIFY(!bus);
    QCOMPARE(bus.error().kind, ErrorKind::Unsupported);
    QVERIFY(words(bus.error()).contains("systemd does not run here"));
}

void TestSystemdScope::notForThisUser()
{
    FakeSystemd systemd{"REJECTED EXTERNAL\r\n", ""};
    const auto bus = SystemdBus::connect(systemd.path());
    QVERIFY(!bus);
    QCOMPARE(bus.error().kind, ErrorKind::NotAuthorized);
}

QTEST_GUILESS_MAIN(TestSystemdScope)
#include "tst_systemd_scope.moc"

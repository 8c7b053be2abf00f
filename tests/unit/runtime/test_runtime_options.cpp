// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/resources.h"
#include "engine/runtime/cli/option_table.h"
#include "engine/runtime/cli/option_values.h"
#include "engine/runtime/cli/update_settings.h"
#include "engine/runtime/cli/usage.h"

#include <QTest>

#include <set>

using namespace lamella;
using namespace lamella::runtime::cli;

using Arguments = std::vector<std::string>;
using Check = bool (*)(const Options&);
Q_DECLARE_METATYPE(Arguments)
Q_DECLARE_METATYPE(Check)

/// The command line of lamella-runtime, which is runc's.
class TestRuntimeOptions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void taken_data();
    void taken();
    void refused_data();
    void refused();
    void cve_2026_30892_user_data();
    void cve_2026_30892_user();
    void durations_data();
    void durations();
    void sizes_data();
    void sizes();
    void settingsAreResources_data();
    void settingsAreResources();
    void everySettingIsKnown();
    void everyOptionIsFoundAndShown();
};

void TestRuntimeOptions::taken_data()
{
    QTest::addColumn<Arguments>("arguments");
    QTest::addColumn<Check>("check");
    const auto row
        = [](const char* name, const Arguments& arguments, Check check) { QTest::newRow(name) << arguments << check; };
    row("root", {"--root", "/r", "list"}, [](const Options& o) { return o.root == "/r"; });
    row("root with =", {"--root=/r", "list"}, [](const Options& o) { return o.root == "/r"; });
    row("one dash", {"-root", "/r", "list"}, [](const Options& o) { return o.root == "/r"; });
    row("value with =", {"exec", "-e", "A=b=c", "x", "true"},
        [](const Options& o) { return o.env == Arguments{"A=b=c"}; });
    row("letter with =", {"run", "-b=/b", "x"}, [](const Options& o) { return o.bundle == "/b"; });
    row("log", {"--log", "/l", "--log-format", "json", "list"},
        [](const Options& o) { return o.logFile == "/l" && o.logFormat == log::Format::Json; });
    row("debug", {"--debug", "list"}, [](const Options& o) { return o.logLevel == log::Level::Debug; });
    row("rootless", {"--rootless", "auto", "list"}, [](const Options& o) { return o.command == Command::List; });
    row("systemd", {"--systemd-cgroup", "list"}, [](const Options& o) { return o.systemdCgroup; });
    row("version", {"-v"}, [](const Options& o) { return o.version; });
    row("help", {"--help"}, [](const Options& o) { return o.help && o.command == Command::None; });
    row("help word", {"help"}, [](const Options& o) { return o.help; });
    row("help of a command", {"create", "-h"}, [](const Options& o) { return o.help && o.command == Command::Create; });
    row("create as conmon does",
        {"--log-format=json", "--log", "/l", "create", "--bundle", "/b", "--pid-file", "/p", "--console-socket", "/c",
         "--no-pivot", "--no-new-keyring", "--preserve-fds", "2", "x"},
        [](const Options& o) {
            return o.bundle == "/b" && o.pidFile == "/p" && o.consoleSocket == "/c" && o.noPivot && o.noNewKeyring
                && o.preservedFds == 2 && o.id == "x";
        });
    row("run", {"run", "-d", "--keep", "--no-subreaper", "--pidfd-socket", "/s", "x"},
        [](const Options& o) { return o.detach && o.keep && o.pidfdSocket == "/s"; });
    row("flag that is false", {"run", "--detach=false", "x"}, [](const Options& o) { return !o.detach; });
    row("exec as containerd does", {"exec", "--process", "/p", "--detach", "--pid-file", "/f", "x"},
        [](const Options& o) { return o.process == "/p" && o.detach && o.pidFile == "/f" && o.rest.empty(); });
    row("exec",
        {"exec", "-t", "-u", "1:2", "-g", "3", "-g", "4", "--cwd", "/d", "-c", "CAP_KILL", "--no-new-privs",
         "--ignore-paused", "x", "ls", "-l", "--user"},
        [](const Options& o) {
            return o.terminal && o.user && o.user->uid == 1 && o.user->gid == 2 && o.additionalGids.size() == 2
                && o.cwd == "/d" && o.capabilities == Arguments{"CAP_KILL"} && o.noNewPrivileges && o.ignorePaused
                && o.id == "x" && o.rest == Arguments{"ls", "-l", "--user"};
        });
    row("kill", {"kill", "x", "SIGKILL", "--all"},
        [](const Options& o) { return o.all && o.rest == Arguments{"SIGKILL"}; });
    row("kill as podman does", {"kill", "--all", "x", "15"}, [](const Options& o) { return o.all && o.id == "x"; });
    row("delete", {"delete", "x", "-f"}, [](const Options& o) { return o.force; });
    row("list", {"list", "-f", "json", "-q"}, [](const Options& o) { return o.format == Format::Json && o.quiet; });
    row("ps", {"ps", "--format", "json", "x", "-o", "pid", "--format"},
        [](const Options& o) { return o.format == Format::Json && o.rest == Arguments{"-o", "pid", "--format"}; });
    row("events", {"events", "--stats", "--interval=1m30s", "x"},
        [](const Options& o) { return o.stats && o.interval == std::chrono::seconds{90}; });
    row("update", {"update", "-r", "-", "--memory=64m", "--pids-limit", "-1", "x"}, [](const Options& o) {
        return o.resources == "-" && o.settings.size() == 2 && o.settings[0].first == "memory"
            && o.settings[1].second == "-1";
    });
    row("spec", {"spec", "--rootless", "-b", "/b"},
        [](const Options& o) { return o.rootlessSpec && o.bundle == "/b"; });
    row("only words after --", {"state", "--", "x"}, [](const Options& o) { return o.id == "x"; });
    row("id with every kind of character", {"state", "a_Z+0-9.x"}, [](const Options& o) { return o.id.size() == 9; });
    row("hidden id", {"state", ".x"}, [](const Options& o) { return o.id == ".x"; });
    row("id that is a name as long as can be", {"state", std::string(255, 'x')},
        [](const Options& o) { return o.id.size() == 255; });
}

void TestRuntimeOptions::taken()
{
    QFETCH(Arguments, arguments);
    QFETCH(Check, check);
    const auto options = parseOptions(arguments);
    QVERIFY2(options, options ? "" : options.error().message.c_str());
    QVERIFY(check(*options));
}

void TestRuntimeOptions::refused_data()
{
    QTest::addColumn<Arguments>("arguments");
    QTest::addColumn<QByteArray>("message");
    const auto row = [](const char* name, const Arguments& arguments, const char* message) {
        QTest::newRow(name) << arguments << QByteArray{message};
    };
    row("nothing", {}, "a command is missing");
    row("unknown command", {"checkpoint", "x"}, "there is no command checkpoint");
    row("init is no command", {"init"}, "there is no command init");
    row("unknown option", {"--nosuch", "list"}, "has no option --nosuch");
    row("option of another command", {"list", "--force"}, "list has no option --force");
    row("command's option before it", {"--bundle", "/b", "run", "x"}, "has no option --bundle");
    row("no value", {"run", "--bundle"}, "--bundle needs a value");
    row("empty path", {"run", "--bundle=", "x"}, "--bundle needs a path");
    row("no id", {"start"}, "the id of the container is missing");
    row("empty id", {"start", ""}, "the id of the container is missing");
    row("id with a slash", {"start", "../x"}, "invalid container ID format");
    row("id of the directory", {"start", "."}, "invalid container ID format");
    row("id above it", {"start", ".."}, "invalid container ID format");
    row("id with a newline", {"start", "a\nb"}, "invalid container ID format");
    row("long id", {"start", std::string(256, 'x')}, "invalid container ID format");
    row("too much", {"start", "x", "y"}, "\"y\" is more than start takes");
    row("two signals", {"kill", "x", "9", "15"}, "\"15\" is more than kill takes");
    row("exec without a program", {"exec", "x"}, "either a program or --process");
    row("exec with both", {"exec", "-p", "/p", "x", "ls"}, "either a program or --process");
    row("log format", {"--log-format", "xml", "list"}, "unknown log-format");
    row("log level", {"--log-level", "loud", "list"}, "is not a log level");
    row("list format", {"list", "-f", "yaml"}, "invalid format option");
    row("rootless", {"--rootless=true", "list"}, "--rootless=true is not supported");
    row("rootless word", {"--rootless=perhaps", "list"}, "is not true or false");
    row("criu", {"--criu", "/c", "list"}, "there are no checkpoints");
    row("flag's value", {"run", "--detach=yes", "x"}, "is not true or false");
    row("descriptors", {"run", "--preserve-fds", "-1", "x"}, "is not a number");
    row("many descriptors", {"run", "--preserve-fds", "65537", "x"}, "is not a number");
    row("interval", {"events", "--interval", "0s", "x"}, "is not a time");
}

void TestRuntimeOptions::refused()
{
    QFETCH(Arguments, arguments);
    QFETCH(QByteArray, message);
    const auto options = parseOptions(arguments);
    QVERIFY(!options);
    QVERIFY2(options.error().message.contains(message.toStdString()), options.error().message.c_str());
}

/// `exec -u` that was misread gave another user: what is not two plain numbers in range is refused.
void TestRuntimeOptions::cve_2026_30892_user_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<bool>("good");
    for (const char* good : {"0", "1000", "2147483647", "0:0", "1000:2147483647", "007"})
        QTest::newRow(good) << QByteArray{good} << true;
    for (const char* bad : {"",
                            ":",
                            "1:",
                            ":1",
                            "1:2:3",
                            "-1",
                            "+1",
                            " 1",
                            "1 ",
                            "0x1",
                            "1e3",
                            "1.0",
                            "root",
                            "2147483648",
                            "4294967295",
                            "4294967296",
                            "18446744073709551616",
                            "1:4294967296",
                            "1:-1",
                            "1:root",
                            "1\n"})
        QTest::newRow(bad[0] == '\0' ? "empty" : bad) << QByteArray{bad} << false;
}

void TestRuntimeOptions::cve_2026_30892_user()
{
    QFETCH(QByteArray, value);
    QFETCH(bool, good);
    const auto options = parseOptions({"exec", "-u", value.toStdString(), "x", "id"});
    QCOMPARE(options.has_value(), good);
    if (good) {
        const QByteArray gid = options->user->gid ? ':' + QByteArray::number(*options->user->gid) : QByteArray{};
        QCOMPARE(QByteArray::number(options->user->uid) + gid, value == "007" ? QByteArray{"7"} : value);
    }
}

void TestRuntimeOptions::durations_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("nanoseconds"); // -1: refused
    const auto row
        = [](const char* text, qint64 nanoseconds) { QTest::newRow(text) << QByteArray{text} << nanoseconds; };
    row("5s", 5'000'000'000);
    row("100ms", 100'000'000);
    row("1.5s", 1'500'000'000);
    row("1h0m1s", 3'601'000'000'000);
    row("7us", 7'000);
    for (const char* bad : {"5", "s", "-5s", "5 s", "5x", "0s", "25h", "infs", "nans"})
        row(bad, -1);
    QTest::newRow("empty") << QByteArray{} << qint64{-1};
}

void TestRuntimeOptions::durations()
{
    QFETCH(QByteArray, text);
    const auto time = readDuration("interval", text.toStdString());
    QTEST(time ? qint64{time->count()} : qint64{-1}, "nanoseconds");
}

void TestRuntimeOptions::sizes_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("bytes"); // -2: refused
    const auto row = [](const char* text, qint64 bytes) { QTest::newRow(text) << QByteArray{text} << bytes; };
    row("-1", -1);
    row("0", 0);
    row("1048577", 1048577);
    row("9007199254740993", 9007199254740993); // a double has no such number
    row("64m", 64 << 20);
    row("64M", 64 << 20);
    row("64MB", 64 << 20);
    row("64MiB", 64 << 20);
    row("64 mb", 64 << 20);
    row("1.5k", 1536);
    row("3b", 3);
    for (const char* bad : {"-2", "m", "64x", "64mm", "1e400", "8589934592g", "inf", "nan", " 1", "1k "})
        row(bad, -2);
}

void TestRuntimeOptions::sizes()
{
    QFETCH(QByteArray, text);
    const auto size = readSize("memory", text.toStdString());
    QTEST(size ? qint64{*size} : qint64{-2}, "bytes");
}

void TestRuntimeOptions::settingsAreResources_data()
{
    QTest::addColumn<QByteArray>("option");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("document");
    const auto row = [](const char* option, const char* value, const char* document) {
        QTest::newRow(option) << QByteArray{option} << QByteArray{value} << QByteArray{document};
    };
    row("memory", "64m", R"({"memory":{"limit":67108864}})");
    row("memory-reservation", "1k", R"({"memory":{"reservation":1024}})");
    row("memory-swap", "-1", R"({"memory":{"swap":-1}})");
    row("cpu-period", "100000", R"({"cpu":{"period":100000}})");
    row("cpu-quota", "-1", R"({"cpu":{"quota":-1}})");
    row("cpu-burst", "5", R"({"cpu":{"burst":5}})");
    row("cpu-share", "2", R"({"cpu":{"shares":2}})");
    row("cpu-rt-period", "6", R"({"cpu":{"realtimePeriod":6}})");
    row("cpu-rt-runtime", "7", R"({"cpu":{"realtimeRuntime":7}})");
    row("cpu-idle", "1", R"({"cpu":{"idle":1}})");
    row("cpuset-cpus", "0-1,3", R"({"cpu":{"cpus":"0-1,3"}})");
    row("cpuset-mems", "0", R"({"cpu":{"mems":"0"}})");
    row("pids-limit", "-1", R"({"pids":{"limit":-1}})");
    row("blkio-weight", "10", R"({"blockIO":{"weight":10}})");
}

void TestRuntimeOptions::settingsAreResources()
{
    QFETCH(QByteArray, option);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, document);
    const auto made = resourcesDocument({{option.toStdString(), value.toStdString()}});
    QVERIFY(made);
    QCOMPARE(QByteArray::fromStdString(*made), document);
    const auto resources = oci::parseResources(*made);
    QVERIFY2(resources, resources ? "" : resources.error().message.c_str());
}

void TestRuntimeOptions::everySettingIsKnown()
{
    for (const OptionRule& rule : optionRules()) {
        if (rule.belongsTo(Command::Update) && rule.name != "resources")
            QVERIFY2(resourcesDocument({{std::string{rule.name}, "1"}}), rule.name.data());
    }
}

void TestRuntimeOptions::everyOptionIsFoundAndShown()
{
    std::set<std::pair<Command, std::string_view>> names;
    for (unsigned number = 0; number <= static_cast<unsigned>(Command::Update); ++number) {
        const auto command = static_cast<Command>(number);
        const std::string help = usage(command);
        for (const OptionRule& rule : optionRules()) {
            if (!rule.belongsTo(command))
                continue;
            QVERIFY2(names.emplace(command, rule.name).second, rule.name.data());
            if (rule.letter != 0)
                QVERIFY2(names.emplace(command, std::string_view{&rule.letter, 1}).second, rule.name.data());
            QCOMPARE(findOption(command, rule.name), &rule);
            QVERIFY2(help.contains("--" + std::string{rule.name}), rule.name.data());
        }
    }
}

QTEST_GUILESS_MAIN(TestRuntimeOptions)
#include "test_runtime_options.moc"

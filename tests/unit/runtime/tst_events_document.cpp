// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/events_document.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace lamella;
using nlohmann::json;

/// The lines of `events`, as programs that know runc's read them.
class TestEventsDocument : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void oom();
    void nothingCounted();
    void everythingCounted();
    void oneLine();
};

namespace {

json dataOf(const cgroup::Statistics& statistics)
{
    const json document = json::parse(runtime::cli::statsEvent("box", statistics));
    return document.at("data");
}

cgroup::Statistics full()
{
    const cgroup::Pressure pressure{.some = {1.5, 0.25, 0.5, 12}, .full = {0, 0, 0, 7}};
    cgroup::Statistics statistics;
    statistics.cpu = {.totalNsec = 30,
                      .userNsec = 10,
                      .kernelNsec = 20,
                      .perCpuNsec = {12, 18},
                      .perCpuUserNsec = {4, 6},
                      .perCpuKernelNsec = {8, 12},
                      .periods = 9,
                      .throttledPeriods = 2,
                      .throttledNsec = 800,
                      .pressure = pressure};
    statistics.cpuset = {.cpus = {0, 1}, .mems = {0}, .flags = {{"sched_load_balance", 1}}};
    statistics.memory.cacheBytes = 400;
    statistics.memory.usage = {.usageBytes = 1000, .peakBytes = 3000, .limitBytes = 4096, .failures = 5};
    statistics.memory.raw = {{"anon", 500}};
    statistics.memory.events = {{"low", 0}, {"oom_kill", 2}};
    statistics.pids = {.current = 3, .limit = 50};
    statistics.blockIo.serviceBytes = {{8, 0, "Read", 4096}};
    statistics.blockIo.sectors = {{8, 16, "", 8}};
    statistics.hugepages = {{"2MB", {.usageBytes = 2097152, .peakBytes = 4194304, .failures = 1}}};
    statistics.rdma = {{"mlx4_0", 2, 2000}};
    return statistics;
}

} // namespace

void TestEventsDocument::oom()
{
    QCOMPARE(json::parse(runtime::cli::oomEvent("box")), (json{{"type", "oom"}, {"id", "box"}}));
}

/// What is 0 is left out where it always was.
void TestEventsDocument::nothingCounted()
{
    const json counter{{"limit", 0}, {"failcnt", 0}};
    const json data = dataOf({});
    QCOMPARE(data.at("cpu"), json::parse(R"({"usage":{"kernel":0,"user":0},"throttling":{}})"));
    QCOMPARE(data.at("memory").at("usage"), counter);
    QCOMPARE(data.at("memory").at("kernelTCP"), counter);
    QVERIFY(!data.dump().contains("oom")); // callers wait for this word
    QVERIFY(!data.at("memory").contains("raw"));
    QCOMPARE(data.at("pids"), json::object());
    QCOMPARE(data.at("blkio"), json::object());
    QCOMPARE(data.at("hugetlb"), json::object());
    QVERIFY(data.at("network_interfaces").is_null());
    QVERIFY(!data.contains("rdma"));
}

void TestEventsDocument::everythingCounted()
{
    const json data = dataOf(full());
    QCOMPARE(data.at("cpu").at("usage"),
             json::parse(
                 R"({"total":30,"kernel":20,"user":10,"percpu":[12,18],"percpu_kernel":[8,12],"percpu_user":[4,6]})"));
    QCOMPARE(data.at("cpu").at("throttling"), json::parse(R"({"periods":9,"throttledPeriods":2,"throttledTime":800})"));
    QCOMPARE(data.at("cpu").at("psi"), json::parse(R"({"some":{"avg10":1.5,"avg60":0.25,"avg300":0.5,"total":12},
                             "full":{"avg10":0.0,"avg60":0.0,"avg300":0.0,"total":7}})"));
    QCOMPARE(data.at("cpuset").at("cpus"), json::parse("[0,1]"));
    QCOMPARE(data.at("cpuset").at("sched_load_balance"), json(1));
    QCOMPARE(data.at("memory").at("usage"), json::parse(R"({"limit":4096,"usage":1000,"max":3000,"failcnt":5})"));
    QCOMPARE(data.at("memory").at("cache"), json(400));
    QCOMPARE(data.at("memory").at("raw"), json::parse(R"({"anon":500})"));
    QCOMPARE(data.at("memory").at("event_count"), json::parse(R"({"oom_kill":2})"));
    QCOMPARE(data.at("pids"), json::parse(R"({"current":3,"limit":50})"));
    QCOMPARE(data.at("blkio"), json::parse(R"({"ioServiceBytesRecursive":[{"major":8,"op":"Read","value":4096}],
                                               "sectorsRecursive":[{"major":8,"minor":16,"value":8}]})"));
    QCOMPARE(data.at("hugetlb"), json::parse(R"({"2MB":{"usage":2097152,"max":4194304,"failcnt":1}})"));
    QCOMPARE(data.at("rdma"), json::parse(R"({"mlx4_0":{"hca_handle":2,"hca_object":2000}})"));
}

void TestEventsDocument::oneLine()
{
    const std::string line = runtime::cli::statsEvent("box", full());
    QVERIFY(!line.contains('\n'));
    QCOMPARE(json::parse(line).at("type"), json("stats"));
    QCOMPARE(json::parse(line).at("id"), json("box"));
}

QTEST_GUILESS_MAIN(TestEventsDocument)
#include "tst_events_document.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Rules in an order as v1's exceptions without one.
#include "engine/cgroup/device_rules.h"

#include <QTest>

using namespace lamella;
using namespace lamella::cgroup;

using Rules = std::vector<DeviceRule>;
Q_DECLARE_METATYPE(Rules)

class TestDeviceRules : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void exceptions_data();
    void exceptions();
    void refused_data();
    void refused();
    void defaultDevicesComeLast();
};

namespace {

constexpr DeviceRule kAll{true, 'a', -1, -1, kEveryAccess};
constexpr DeviceRule kNothing{false, 'a', -1, -1, kEveryAccess};

} // namespace

void TestDeviceRules::exceptions_data()
{
    QTest::addColumn<Rules>("rules");
    QTest::addColumn<bool>("allowAll");
    QTest::addColumn<Rules>("exceptions");
    const auto row = [](const char* name, const Rules& rules, bool allowAll, const Rules& exceptions) {
        QTest::newRow(name) << rules << allowAll << exceptions;
    };
    row("nothing", {}, false, {});
    row("all", {kAll}, true, {});
    row("all, then nothing", {kAll, kNothing}, false, {});
    row("one", {{true, 'c', 10, 229, kEveryAccess}}, false, {{true, 'c', 10, 229, kEveryAccess}});
    row("both types", {{true, 'a', 10, 1, kReadDevice}}, false,
        {{true, 'b', 10, 1, kReadDevice}, {true, 'c', 10, 1, kReadDevice}});
    row("access adds up", {{true, 'c', 10, 1, kReadDevice}, {true, 'c', 10, 1, kWriteDevice}}, false,
        {{true, 'c', 10, 1, kReadDevice | kWriteDevice}});
    row("taken back", {{true, 'c', 10, 1, kEveryAccess}, {false, 'c', 10, 1, kEveryAccess}}, false, {});
    row("taken back in part", {{true, 'c', 10, 1, kEveryAccess}, {false, 'c', 10, 1, kWriteDevice}}, false,
        {{true, 'c', 10, 1, kReadDevice | kMakeNode}});
    row("taken back with its range", {{true, 'c', 10, 1, kReadDevice}, {false, 'c', 10, -1, kEveryAccess}}, false, {});
    row("what is denied anyhow", {{false, 'c', 10, 1, kEveryAccess}}, false, {});
    row("all but one", {kAll, {false, 'c', 10, 1, kWriteDevice}}, true, {{false, 'c', 10, 1, kWriteDevice}});
    row("all but one, and that too", {kAll, {false, 'c', 10, 1, kWriteDevice}, {true, 'c', 10, 1, kEveryAccess}}, true,
        {});
    row("before all", {{true, 'c', 10, 1, kEveryAccess}, kNothing, {true, 'b', 8, 0, kReadDevice}}, false,
        {{true, 'b', 8, 0, kReadDevice}});
    row("ranges that do not meet", {{true, 'c', 10, -1, kEveryAccess}, {false, 'c', 11, 1, kEveryAccess}}, false,
        {{true, 'c', 10, -1, kEveryAccess}});
}

void TestDeviceRules::exceptions()
{
    QFETCH(Rules, rules);
    QFETCH(bool, allowAll);
    QFETCH(Rules, exceptions);
    const auto result = exceptionsOf(rules);
    QVERIFY(result.has_value());
    QCOMPARE(result->allowAll, allowAll);
    QVERIFY(result->exceptions == exceptions);
}

void TestDeviceRules::refused_data()
{
    QTest::addColumn<Rules>("rules");
    QTest::newRow("one out of a range") << Rules{{true, 'c', 10, -1, kEveryAccess}, {false, 'c', 10, 1, kReadDevice}};
    QTest::newRow("crossing ranges") << Rules{{true, 'c', 10, -1, kEveryAccess}, {false, 'c', -1, 1, kReadDevice}};
    QTest::newRow("one back into a range that was denied")
        << Rules{kAll, {false, 'c', 10, -1, kEveryAccess}, {true, 'c', 10, 1, kReadDevice}};
}

/// v1 would ignore the second rule, and the container would have a device that it must not have.
void TestDeviceRules::refused()
{
    QFETCH(Rules, rules);
    const auto result = exceptionsOf(rules);
    QVERIFY(!result);
    QCOMPARE(result.error().kind, ErrorKind::Unsupported);
}

void TestDeviceRules::defaultDevicesComeLast()
{
    const Rules rules = withDefaultDevices(std::array{kNothing});
    QCOMPARE(rules.size(), kDefaultDevices.size() + 1);
    QVERIFY(rules.front() == kNothing);
    QVERIFY(rules.back() == kDefaultDevices.back());
    const auto result = exceptionsOf(rules);
    QVERIFY(result.has_value());
    QCOMPARE(result->exceptions.size(), kDefaultDevices.size());
}

QTEST_GUILESS_MAIN(TestDeviceRules)
#include "tst_device_rules.moc"

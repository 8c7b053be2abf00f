// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/json.h"
#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <nlohmann/json.hpp>

#include <QObject>
#include <QTest>

#include <fcntl.h>

using namespace lamella;

/// Errors, TRY, descriptors and the JSON reader: what everything else stands on.
class ErrorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyKindHasANameThatLeadsBack()
    {
        for (int i = 0; i <= static_cast<int>(ErrorKind::Failed); ++i) {
            const auto kind = static_cast<ErrorKind>(i);
            QVERIFY(!errorKindName(kind).empty());
            QVERIFY(errorKindFromName(errorKindName(kind)) == kind);
        }
        QVERIFY(errorKindFromName("NoSuchKind") == ErrorKind::Failed);
    }

    void errnoGivesTheKind_data()
    {
        QTest::addColumn<int>("errnum");
        QTest::addColumn<int>("kind");
        QTest::newRow("ENOENT") << ENOENT << static_cast<int>(ErrorKind::NotFound);
        QTest::newRow("EEXIST") << EEXIST << static_cast<int>(ErrorKind::AlreadyExists);
        QTest::newRow("EBUSY") << EBUSY << static_cast<int>(ErrorKind::Busy);
        QTest::newRow("ENOSPC") << ENOSPC << static_cast<int>(ErrorKind::NoSpace);
        QTest::newRow("EDQUOT") << EDQUOT << static_cast<int>(ErrorKind::NoSpace);
        QTest::newRow("EOPNOTSUPP") << EOPNOTSUPP << static_cast<int>(ErrorKind::Unsupported);
        QTest::newRow("EINVAL") << EINVAL << static_cast<int>(ErrorKind::Failed);
    }

    void errnoGivesTheKind()
    {
        QFETCH(int, errnum);
        QFETCH(int, kind);
        const Error error = Error::system(errnum, "cannot do it");
        QCOMPARE(static_cast<int>(error.kind), kind);
        QCOMPARE(error.errnum, errnum);
        QCOMPARE(error.message, std::string("cannot do it: ") + std::strerror(errnum));
    }

    void tryReturnsTheErrorWithWhatTheCallerKnows()
    {
        const auto inner = []() -> Result<int> { return failure(ErrorKind::NotFound, "no row"); };
        const auto outer = [&]() -> Result<std::string> {
            const int value = TRY_WITHIN("container web", inner());
            return std::to_string(value);
        };
        const auto result = outer();
        QVERIFY(!result);
        QVERIFY(result.error().kind == ErrorKind::NotFound);
        QCOMPARE(result.error().message, std::string("container web: no row"));
    }

    void tryMovesTheValueOut()
    {
        const auto inner = []() -> Result<UniqueFd> { return UniqueFd{::open("/dev/null", O_RDONLY | O_CLOEXEC)}; };
        int kept = -1;
        const auto outer = [&]() -> Result<void> {
            const UniqueFd fd = TRY(inner());
            kept = fd.get();
            return ::fcntl(kept, F_GETFD) >= 0 ? Result<void>{} : systemFailure("fcntl");
        };
        QVERIFY(outer());
        QVERIFY(kept >= 0);
        QVERIFY2(::fcntl(kept, F_GETFD) < 0, "the descriptor was closed with its owner");
    }

    void jsonIsBoundedAndNamed()
    {
        QVERIFY(parseJson("{\"a\":1}", "x"));
        const auto broken = parseJson("{\"a\":", "config.json of web");
        QVERIFY(!broken);
        QVERIFY(broken.error().kind == ErrorKind::InvalidArgument);
        QVERIFY(broken.error().message.starts_with("config.json of web"));
        const auto tooLong = parseJson("[1,2,3,4]", "x", 4);
        QVERIFY(!tooLong);
        QVERIFY(tooLong.error().kind == ErrorKind::LimitExceeded);
        QVERIFY2(!parseJson(std::string(100'000, '['), "x"), "nesting without end is an error, not a crash");
    }

    void logLevelsAreNamed()
    {
        QVERIFY(log::levelFromName("debug"));
        QVERIFY(!log::levelFromName("loud"));
        QVERIFY(!log::levelFromName(""));
    }
};

QTEST_GUILESS_MAIN(ErrorTest)
#include "error_test.moc"

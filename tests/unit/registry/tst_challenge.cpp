// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/challenge.h"

#include <QTest>

using namespace lamella;
using namespace lamella::registry;

namespace {

// "bearer{realm=…,scope=…} basic{…}"
QByteArray textOf(const std::vector<Challenge>& challenges)
{
    QByteArray text;
    for (const auto& challenge : challenges) {
        text += (text.isEmpty() ? "" : " ") + QByteArray::fromStdString(challenge.scheme) + '{';
        for (const auto& [name, value] : challenge.parameters)
            text += (text.endsWith('{') ? "" : ",") + QByteArray::fromStdString(name) + '='
                + QByteArray::fromStdString(value);
        text += '}';
    }
    return text;
}

} // namespace

/// The headers of a registry's answers.
class TstChallenge : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void understood_data()
    {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<QByteArray>("meaning");
        const auto row = [](const char* header, const char* meaning) {
            QTest::newRow(header) << QByteArray(header) << QByteArray(meaning);
        };
        row("Basic realm=\"x\"", "basic{realm=x}");
        row("Bearer realm=\"https://a/t\",service=\"s\",scope=\"repository:x/y:pull,push\"",
            "bearer{realm=https://a/t,scope=repository:x/y:pull,push,service=s}");
        row("BEARER Realm = \"a\" , SERVICE=b", "bearer{realm=a,service=b}");
        row("Basic realm=\"a, b=c\", Bearer realm=\"d\"", "basic{realm=a, b=c} bearer{realm=d}");
        row("Negotiate", "negotiate{}");
        row("Negotiate, Basic realm=x", "negotiate{} basic{realm=x}");
        row("Negotiate YII/+==, Basic realm=x", "negotiate{} basic{realm=x}");
        row("Basic realm=\"a\\\"b\\\\c\"", "basic{realm=a\"b\\c}");
        row(", ,Basic realm=x,,", "basic{realm=x}");
        row("", "");
    }
    void understood()
    {
        QFETCH(QByteArray, header);
        QFETCH(QByteArray, meaning);
        const auto challenges = parseChallenges(header.toStdString());
        QVERIFY2(challenges, challenges ? "" : challenges.error().message.c_str());
        QCOMPARE(textOf(*challenges), meaning);
    }

    void refused_data()
    {
        QTest::addColumn<QByteArray>("header");
        for (const char* header :
             {"realm=x", "=x", "Basic realm=\"x", "Basic realm=\"x\\", "Basic realm=\"a\"b=c",
              "Basic realm=\"a\" realm=b", "Basic realm=a, realm=b", "Basic realm=\"\"", "Basic realm=\"a\nb\"",
              "Basic realm=\"\xc3\xa4\"", "Basic \"x\"", "B@sic realm=x", "Basic realm=x y", "\"Basic\" realm=x"})
            QTest::newRow(header) << QByteArray(header);
        QTest::newRow("too many") << QByteArray("Basic,").repeated(17);
        QTest::newRow("endless") << QByteArray("Basic realm=") + QByteArray(1 << 20, 'x');
        QByteArray parameters = "Basic a=b";
        for (int i = 0; i < 20; ++i)
            parameters += ",p" + QByteArray::number(i) + "=x";
        QTest::newRow("too many parameters") << parameters;
        QTest::newRow("NUL") << QByteArray("Basic realm=\"a\0b\"", 17);
    }
    void refused()
    {
        QFETCH(QByteArray, header);
        const auto challenges = parseChallenges({header.constData(), static_cast<std::size_t>(header.size())});
        QVERIFY2(!challenges, challenges ? textOf(*challenges).constData() : "");
    }

    void contentRange_data()
    {
        QTest::addColumn<bool>("good");
        QTest::addColumn<quint64>("first");
        QTest::addColumn<quint64>("last");
        QTest::addColumn<qint64>("size");
        const auto row = [](const char* header, bool good, quint64 first, quint64 last, qint64 size) {
            QTest::newRow(header) << good << first << last << size;
        };
        row("bytes 5-9/10", true, 5, 9, 10);
        row("bytes 5-9/*", true, 5, 9, -1);
        row("bytes 0-0/1", true, 0, 0, 1);
        for (const char* bad :
             {"bytes 5-4/10", "bytes 5-10/10", "bytes */10", "bytes 5-9", "5-9/10", "bytes 5-9/10 ", "bytes -9/10",
              "bytes 5-9/99999999999999999999", "octets 5-9/10", "bytes 5-+9/10", "bytes  5-9/10"})
            row(bad, false, 0, 0, 0);
    }
    void contentRange()
    {
        QFETCH(bool, good);
        QFETCH(quint64, first);
        QFETCH(quint64, last);
        QFETCH(qint64, size);
        const auto range = parseContentRange(QTest::currentDataTag());
        QCOMPARE(range.has_value(), good);
        if (good) {
            QCOMPARE(range->first, first);
            QCOMPARE(range->last, last);
            QCOMPARE(range->size ? static_cast<qint64>(*range->size) : -1, size);
        }
    }

    void retryAfter_data()
    {
        QTest::addColumn<qint64>("seconds");
        const auto row = [](const char* header, qint64 seconds) { QTest::newRow(header) << seconds; };
        row("0", 0);
        row("17", 17);
        row("99999999999", 366ll * 24 * 3600);
        row("Thu, 01 Jan 1970 00:01:30 GMT", 30);
        row("Thu, 01 Jan 1013 00:01:30 GMT", 0); // no clock in nanoseconds counts back so far
        row("Thu, 01 Jan 9999 00:01:30 GMT", 366ll * 24 * 3600);
        row("Thu, 01 Jan 1970 00:00:30 GMT", 0); // is over
        for (const char* bad : {"-1", "1.5", "soon", "99999999999999999999999", "Thu, 01 Jan 1970 00:01:30 UTC", "1 "})
            row(bad, -1);
    }
    void retryAfter()
    {
        QFETCH(qint64, seconds);
        const auto wait = parseRetryAfter(QTest::currentDataTag(), std::chrono::system_clock::from_time_t(60));
        QCOMPARE(wait ? static_cast<qint64>(wait->count()) : -1, seconds);
    }

    void nextLink_data()
    {
        QTest::addColumn<QByteArray>("target");
        const auto row = [](const char* header, const char* target) { QTest::newRow(header) << QByteArray(target); };
        row("</v2/x/tags/list?last=b&n=2>; rel=\"next\"", "/v2/x/tags/list?last=b&n=2");
        row("</a>;rel=next", "/a");
        row("</a>; rel=\"prev\", </b>; title=\"x\"; rel=\"next\"", "/b");
        for (const char* bad :
             {"</a>", "</a>; rel=prev", "</a", "/a; rel=next", "</a b>; rel=next", "</a>; =next", "</a>; rel=\"next"})
            row(bad, "");
    }
    void nextLink()
    {
        QFETCH(QByteArray, target);
        QCOMPARE(QByteArray::fromStdString(parseNextLink(QTest::currentDataTag()).value_or("")), target);
    }

    void uploaded()
    {
        QCOMPARE(parseUploadedRange("0-9").value_or(99), 10u);
        QCOMPARE(parseUploadedRange("bytes=0-9").value_or(99), 10u);
        QCOMPARE(parseUploadedRange("0-0").value_or(99), 0u);
        QVERIFY(!parseUploadedRange("1-9"));
        QVERIFY(!parseUploadedRange("0-"));
        QVERIFY(!parseUploadedRange("0-18446744073709551615"));
        QVERIFY(!parseUploadedRange("0-9x"));
    }
};

QTEST_GUILESS_MAIN(TstChallenge)
#include "tst_challenge.moc"

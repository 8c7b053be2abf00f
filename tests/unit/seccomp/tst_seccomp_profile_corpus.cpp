// SPDX-License-Identifier: GPL-3.0-or-later
// The profile parser on damaged profiles: each is refused with a sentence or gives a profile that says what it does.
// What must not happen (a crash, a hang, an exception) is what ends this test early.
#include "engine/oci/seccomp_profile.h"

#include <QFile>
#include <QRandomGenerator>
#include <QTest>

using namespace lamella;
using namespace Qt::StringLiterals;

class TestSeccompProfileCorpus : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cutShort();
    void damaged_data();
    void damaged();
    void deep();

private:
    void tryText(const QByteArray& text);
    QByteArray m_small;
    int m_refused = 0;
    int m_taken = 0;
};

void TestSeccompProfileCorpus::initTestCase()
{
    m_small
        = R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "archMap": [{"architecture": "SCMP_ARCH_X86_64",
        "subArchitectures": ["SCMP_ARCH_X86"]}], "flags": [], "syscalls": [{"names": ["read", "write"], "action": "SCMP_ACT_ALLOW",
        "args": [{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}], "includes": {"caps": ["CAP_KILL"],
        "arches": ["amd64"], "minKernel": "4.8"}, "excludes": {"caps": ["CAP_SYS_ADMIN"]}}]})";
    tryText(m_small);
    QCOMPARE(m_taken, 1);
}

void TestSeccompProfileCorpus::tryText(const QByteArray& text)
{
    const auto resolved = oci::resolveProfile({text.constData(), std::size_t(text.size())}, {"CAP_KILL"},
                                              {"amd64", "SCMP_ARCH_X86_64", 6, 12});
    if (!resolved) {
        ++m_refused;
        QVERIFY(!resolved.error().message.empty());
        return;
    }
    ++m_taken;
    QVERIFY(resolved->defaultAction.starts_with("SCMP_ACT_"));
    for (const auto& rule : resolved->syscalls) {
        QVERIFY(!rule.names.empty() && rule.action.starts_with("SCMP_ACT_"));
        for (const auto& argument : rule.args)
            QVERIFY(argument.index <= 5 && argument.op.starts_with("SCMP_CMP_"));
    }
}

void TestSeccompProfileCorpus::cutShort()
{
    m_taken = 0;
    for (qsizetype length = 0; length < m_small.size(); ++length)
        tryText(m_small.first(length));
    QCOMPARE(m_taken, 0); // no part of a document is a document
}

void TestSeccompProfileCorpus::damaged_data()
{
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1; seed <= 8; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void TestSeccompProfileCorpus::damaged()
{
    QFETCH(quint32, seed);
    static const QByteArrayList pieces{"{",
                                       "}",
                                       "[",
                                       "]",
                                       ",",
                                       ":",
                                       "\"",
                                       "null",
                                       "-1",
                                       "1e9",
                                       "18446744073709551616",
                                       "6",
                                       "\\u0000",
                                       "\\ud800",
                                       "\xff",
                                       "\"SCMP_ACT_NOTIFY\"",
                                       "\"caps\"",
                                       "true",
                                       "[[[[",
                                       "{\"a\":"};
    QRandomGenerator random(seed);
    m_refused = m_taken = 0;
    for (int round = 0; round < 4000; ++round) {
        QByteArray text = m_small;
        for (int change = 1 + int(random.bounded(4)); change > 0; --change) {
            const qsizetype at = random.bounded(int(text.size()));
            const qsizetype length = random.bounded(8);
            text.replace(at, length,
                         random.bounded(2) ? pieces[random.bounded(int(pieces.size()))]
                                           : QByteArray(1, char(random.bounded(256))));
        }
        tryText(text);
    }
    QCOMPARE(m_refused + m_taken, 4000);
    QVERIFY(m_refused > 0 && m_taken > 0); // the damage reaches both sides
}

void TestSeccompProfileCorpus::deep()
{
    m_taken = 0;
    tryText(QByteArray(500'000, '['));
    tryText("{\"defaultAction\": " + QByteArray(200'000, '[') + QByteArray(200'000, ']') + '}');
    QByteArray nested;
    for (int i = 0; i < 50'000; ++i)
        nested += "{\"a\":";
    tryText(nested);
    QCOMPARE(m_taken, 0);
}

QTEST_GUILESS_MAIN(TestSeccompProfileCorpus)
#include "tst_seccomp_profile_corpus.moc"

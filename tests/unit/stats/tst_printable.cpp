// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stats/sampler.h"

#include <QTest>

using lamella::stats::printable;

class TestPrintable : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void replacesWhatMisleads_data();
    void replacesWhatMisleads();
    void everyByteGivesValidText();
};

void TestPrintable::replacesWhatMisleads_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("text");
    const QByteArray r = "\xef\xbf\xbd";
    const auto row = [](const char* name, const QByteArray& bytes, const QByteArray& text) {
        QTest::newRow(name) << bytes << text;
    };
    row("empty", "", "");
    row("plain", "sh -c 'echo a'", "sh -c 'echo a'");
    row("umlauts and a flag", "Gr\xc3\xbc\xc3\x9f \xf0\x9f\x87\xa9\xf0\x9f\x87\xaa",
        "Gr\xc3\xbc\xc3\x9f \xf0\x9f\x87\xa9\xf0\x9f\x87\xaa");
    row("newline", "a\nb", "a" + r + "b");
    row("escape sequence", "\x1b[31mred", r + "[31mred");
    row("NUL", QByteArray("a\0b", 3), "a" + r + "b");
    row("delete", "a\x7f", "a" + r);
    row("C1 control",
        "a\xc2\x9b"
        "31m",
        "a" + r + "31m");
    row("right-to-left override", "x\xe2\x80\xaetxt.exe", "x" + r + "txt.exe");
    row("isolate", "x\xe2\x81\xa6y", "x" + r + "y");
    row("line separator", "x\xe2\x80\xa8y", "x" + r + "y");
    row("byte order mark", "\xef\xbb\xbfx", r + "x");
    row("lone continuation", "\x80x", r + "x");
    row("cut short", "x\xe2\x82", "x" + r + r);
    row("overlong slash", "\xc0\xaf", r + r);
    row("overlong three", "\xe0\x80\xaf", r + r + r);
    row("surrogate", "\xed\xa0\x80", r + r + r);
    row("above U+10FFFF", "\xf4\x90\x80\x80", r + r + r + r);
    row("latin-1", "\xe4h", r + "h");
}

void TestPrintable::replacesWhatMisleads()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, text);
    QCOMPARE(QByteArray::fromStdString(printable(bytes.toStdString())), text);
}

void TestPrintable::everyByteGivesValidText()
{
    std::string bytes;
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second)
            bytes.append({char(first), char(second), 'x'});
    }
    const QByteArray text = QByteArray::fromStdString(printable(bytes));
    QVERIFY(text.isValidUtf8());
    for (const QChar character : QString::fromUtf8(text))
        QVERIFY(character.category() != QChar::Other_Control);
    QCOMPARE(printable(text.toStdString()), text.toStdString()); // nothing left to replace
}

QTEST_GUILESS_MAIN(TestPrintable)
#include "tst_printable.moc"

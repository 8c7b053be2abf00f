// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/shim/log_writer.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <random>
#include <sys/resource.h>

using namespace lamella;
using shim::LogWriter;
using shim::Stream;

namespace {

constexpr timespec kWhen{1'700'000'000, 7};
constexpr char kTime[] = "2023-11-14T22:13:20.000000007Z";

QByteArray contentOf(const QString& file)
{
    QFile log{file};
    return log.open(QIODevice::ReadOnly) ? log.readAll() : QByteArray{};
}

/// What a reader of the format gets back for one stream.
QByteArray textOf(const QByteArray& log, const QByteArray& stream)
{
    QByteArray text;
    for (qsizetype at = 0; at < log.size();) {
        const qsizetype end = log.indexOf('\n', at);
        const QByteArray line = log.mid(at, end - at);
        const QByteArray prefix = line.left(line.indexOf(' ')) + ' ' + stream + ' ';
        if (line.startsWith(prefix))
            text += line.mid(prefix.size() + 2) + (line[prefix.size()] == 'F' ? "\n" : "");
        at = end + 1;
    }
    return text;
}

} // namespace

class TestLogWriter : public QObject {
    Q_OBJECT

    std::filesystem::path file() const { return (m_directory.path() + QStringLiteral("/log")).toStdString(); }
    QByteArray log() const { return contentOf(m_directory.path() + QStringLiteral("/log")); }
    QByteArray rotated() const { return contentOf(m_directory.path() + QStringLiteral("/log.1")); }

private Q_SLOTS:
    void init()
    {
        for (const char* name : {"/log", "/log.1"})
            QFile::remove(m_directory.path() + QLatin1String{name});
    }

    void formats_data()
    {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QByteArray>("lines");
        const QByteArray longest(LogWriter::kMaxText, 'x');
        QTest::newRow("one line") << QByteArray{"hello\n"} << QByteArray{"F hello\n"};
        QTest::newRow("two lines") << QByteArray{"a\nb\n"} << QByteArray{"F a\nF b\n"};
        QTest::newRow("empty line") << QByteArray{"\n"} << QByteArray{"F \n"};
        QTest::newRow("no end") << QByteArray{"prompt> "} << QByteArray{"P prompt> \n"};
        QTest::newRow("bytes") << QByteArray{"\0\xff\r\x1b[0m\n", 8} << QByteArray{"F \0\xff\r\x1b[0m\n", 10};
        QTest::newRow("as long as may be") << longest + '\n' << "F " + longest + '\n';
        QTest::newRow("one byte longer") << longest + "y\n" << "P " + longest + "\nF y\n";
    }
    void formats()
    {
        QFETCH(const QByteArray, input);
        QFETCH(const QByteArray, lines);
        auto writer = LogWriter::open(file());
        QVERIFY(writer.has_value());
        writer->append(Stream::Output, {input.data(), static_cast<std::size_t>(input.size())}, kWhen);
        writer->flushPartial();
        QVERIFY(!writer->hasPartial());
        QByteArray expected;
        for (const QByteArray& line : lines.first(lines.size() - 1).split('\n'))
            expected += QByteArray{kTime} + " stdout " + line + '\n';
        QCOMPARE(log(), expected);
    }

    void joinsWhatComesInPieces()
    {
        auto writer = LogWriter::open(file());
        writer->append(Stream::Output, "one ", kWhen);
        writer->append(Stream::Error, "wrong", kWhen);
        QVERIFY(writer->hasPartial());
        writer->append(Stream::Output, "line\n", {kWhen.tv_sec + 9, 0});
        writer->append(Stream::Error, "\n", {kWhen.tv_sec + 9, 0});
        const QByteArray time{kTime};
        QCOMPARE(log(), time + " stdout F one line\n" + time + " stderr F wrong\n");
    }

    void losesNoByte()
    {
        std::mt19937 random{42};
        QByteArray all;
        {
            auto writer = LogWriter::open(file(), 64_MiB);
            for (int i = 0; i < 400; ++i) {
                QByteArray piece(static_cast<qsizetype>(random() % 40'000), '\0');
                for (char& byte : piece)
                    byte = static_cast<char>(random() % 97);
                writer->append(Stream::Error, {piece.data(), static_cast<std::size_t>(piece.size())}, kWhen);
                if (random() % 3 == 0)
                    writer->flushPartial();
                all += piece;
            }
            writer->append(Stream::Error, "\n", kWhen);
            all += '\n';
        }
        QCOMPARE(textOf(log(), "stderr"), all);
    }

    void rotatesBetweenLines()
    {
        auto writer = LogWriter::open(file(), Bytes{2000});
        QByteArray all;
        QByteArray seen;
        for (int i = 0; i < 200; ++i) {
            const QByteArray line = "line " + QByteArray::number(i) + '\n';
            const QByteArray before = rotated();
            writer->append(Stream::Output, line.toStdString(), kWhen);
            if (rotated() != before)
                seen += textOf(rotated(), "stdout");
            all += line;
            QVERIFY(log().size() <= 2000);
        }
        QCOMPARE(seen + textOf(log(), "stdout"), all);
        QVERIFY(rotated().endsWith('\n'));
        QCOMPARE(QFile::permissions(m_directory.path() + QStringLiteral("/log"))
                     & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup),
                 QFile::Permissions{});
    }

    void goesOnAfterARestart()
    {
        LogWriter::open(file())->append(Stream::Output, "before\n", kWhen);
        LogWriter::open(file())->append(Stream::Output, "after\n", kWhen);
        QCOMPARE(textOf(log(), "stdout"), "before\nafter\n");
    }

    void saysWhatCouldNotBeWritten()
    {
        ::signal(SIGXFSZ, SIG_IGN);
        auto writer = LogWriter::open(file());
        writer->append(Stream::Output, "first\n", kWhen);
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        const rlimit full{60, before.rlim_max}; // like a disk that is full
        ::setrlimit(RLIMIT_FSIZE, &full);
        writer->append(Stream::Output, std::string(500, 'z') + "\n", kWhen);
        ::setrlimit(RLIMIT_FSIZE, &before);
        writer->append(Stream::Output, "last\n", kWhen);
        QCOMPARE(textOf(log(), "stdout"), "first\nlast\n");
        QVERIFY(textOf(log(), "stderr").contains("bytes of the log could not be written"));
    }

private:
    QTemporaryDir m_directory;
};

QTEST_GUILESS_MAIN(TestLogWriter)
#include "test_log_writer.moc"

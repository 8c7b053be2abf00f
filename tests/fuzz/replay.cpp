// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QTest>

#include <cstdint>
#include <random>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Gives a fuzzer its corpus, and variations of each file that are the same in every run: bytes changed, and the end
/// cut off.
class Replay : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void corpus_data()
    {
        QTest::addColumn<QString>("path");
        const QDir directory(QStringLiteral(LAMELLA_CORPUS));
        const auto files = directory.entryInfoList(QDir::Files);
        QVERIFY2(!files.isEmpty(), LAMELLA_CORPUS);
        for (const auto& file : files)
            QTest::newRow(qPrintable(file.fileName())) << file.filePath();
    }
    void corpus()
    {
        QFETCH(QString, path);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto bytes = file.readAll();
        run(bytes);
        std::mt19937 random{1};
        for (int round = 0; round < 500; ++round) {
            auto changed = bytes;
            for (auto count = 1 + random() % 4; count > 0; --count)
                changed[static_cast<qsizetype>(random() % static_cast<unsigned>(changed.size()))]
                    = static_cast<char>(random());
            run(changed);
            run(bytes.first(static_cast<qsizetype>(random() % static_cast<unsigned>(bytes.size()))));
        }
    }

private:
    // A trap or a sanitizer ends the process; that no call hangs is what the test's time limit says.
    static void run(const QByteArray& bytes)
    {
        QCOMPARE(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.constData()),
                                        static_cast<std::size_t>(bytes.size())),
                 0);
    }
};

QTEST_GUILESS_MAIN(Replay)
#include "replay.moc"

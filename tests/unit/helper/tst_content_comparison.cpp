// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/content_comparison.h"
#include "resources/dbus/types.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::helper;

/// How many files one call answers for.
class ContentComparisonTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        QVERIFY(QDir(m_directory->path()).mkpath(u"upper"_s) && QDir(m_directory->path()).mkpath(u"layer"_s));
        for (const QString& name : {u"a"_s, u"b"_s, u"c"_s}) {
            write(u"layer/"_s + name, QByteArray(40 << 10, 'x'));
            write(u"upper/"_s + name, QByteArray(40 << 10, 'x') + name.toLatin1());
        }
    }

    void allThatCanBeRead() { QCOMPARE(compare({"a", "none", "c"}, 512_MiB), (Numbers{1, dbus::kNotKnown, 1})); }

    void theRestIsForAnotherCall()
    {
        QCOMPARE(compare({"a", "b", "c"}, 80_KiB), (Numbers{1, 1}));
        QCOMPARE(compare({"c"}, 80_KiB), Numbers{1});
    }

    // Or it would be asked for again and again.
    void whatIsTooLongForAnyCallIsAnswered()
    {
        write(u"layer/b"_s, QByteArray(200 << 10, 'x'));
        write(u"upper/b"_s, QByteArray(200 << 10, 'y'));
        QCOMPARE(compare({"a", "b", "c"}, 100_KiB), Numbers{1});
        QCOMPARE(compare({"b", "c"}, 100_KiB).at(0), dbus::kNotKnown);
    }

    void itStops()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = compareContent(source(), {"a"}, stop.get_token());
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().kind, ErrorKind::Cancelled);
    }

private:
    using Numbers = std::vector<std::uint64_t>;

    ChangeSource source() const
    {
        const std::filesystem::path directory = m_directory->path().toStdString();
        ChangeSource source;
        source.directories.upper = directory / "upper";
        source.directories.layers = {directory / "layer"};
        return source;
    }

    Numbers compare(const std::vector<std::string>& paths, Bytes mostRead) const
    {
        return compareContent(source(), paths, {}, mostRead).value_or(Numbers{});
    }

    void write(const QString& name, const QByteArray& content) const
    {
        QFile file(m_directory->filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    }

    std::unique_ptr<QTemporaryDir> m_directory;
};

QTEST_GUILESS_MAIN(ContentComparisonTest)
#include "tst_content_comparison.moc"

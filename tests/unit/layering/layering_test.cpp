// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDirIterator>
#include <QFile>
#include <QHash>
#include <QObject>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

namespace {

/// Which folders a folder may include from, besides itself. What is not named here is not allowed to exist.
const QHash<QString, QStringList>& table()
{
    static const QStringList engine{
        QStringLiteral("engine/base"),      QStringLiteral("engine/os"),       QStringLiteral("engine/oci"),
        QStringLiteral("engine/cgroup"),    QStringLiteral("engine/rootfs"),   QStringLiteral("engine/runtime"),
        QStringLiteral("engine/shim"),      QStringLiteral("engine/db"),       QStringLiteral("engine/layer"),
        QStringLiteral("engine/image"),     QStringLiteral("engine/registry"), QStringLiteral("engine/stats"),
        QStringLiteral("engine/container"),
    };
    const auto upTo = [](const QString& last) { return engine.first(engine.indexOf(last) + 1); };
    const auto parts = [](std::initializer_list<const char*> names) {
        QStringList folders;
        for (const char* name : names)
            folders << QStringLiteral("gui/") + QLatin1String(name);
        return folders;
    };
    const QStringList low{QStringLiteral("engine/base"), QStringLiteral("engine/os"), QStringLiteral("engine/oci")};
    const QString contract = QStringLiteral("resources/dbus");
    static const QHash<QString, QStringList> rows{
        {QStringLiteral("engine/base"), {}},
        {QStringLiteral("engine/os"), {QStringLiteral("engine/base")}},
        {QStringLiteral("engine/oci"), {QStringLiteral("engine/base")}},
        {QStringLiteral("engine/cgroup"), low},
        {QStringLiteral("engine/rootfs"), low},
        {QStringLiteral("engine/runtime"), upTo(QStringLiteral("engine/rootfs"))},
        {QStringLiteral("engine/shim"), upTo(QStringLiteral("engine/runtime"))},
        {QStringLiteral("engine/init"), {}},
        {QStringLiteral("engine/db"), {QStringLiteral("engine/base"), QStringLiteral("engine/os")}},
        {QStringLiteral("engine/layer"), low},
        {QStringLiteral("engine/image"),
         low + QStringList{QStringLiteral("engine/db"), QStringLiteral("engine/layer")}},
        {QStringLiteral("engine/registry"),
         {QStringLiteral("engine/base"), QStringLiteral("engine/os"), QStringLiteral("engine/layer"),
          QStringLiteral("engine/image")}},
        {QStringLiteral("engine/stats"),
         {QStringLiteral("engine/base"), QStringLiteral("engine/os"), QStringLiteral("engine/cgroup"), contract}},
        {QStringLiteral("engine/container"), engine},
        {QStringLiteral("helper"), engine + QStringList{contract}},
        {QStringLiteral("gui/client"), {contract}},
        {QStringLiteral("gui/format"), {}},
        {QStringLiteral("gui/models"), {QStringLiteral("gui/client"), QStringLiteral("gui/format")}},
        {QStringLiteral("gui/widgets"), {QStringLiteral("gui/format")}},
        {QStringLiteral("gui/terminal"), {QStringLiteral("gui/widgets")}},
        {QStringLiteral("gui/dialogs"), parts({"client", "format", "models", "widgets"})},
        {QStringLiteral("gui/pages"), parts({"client", "format", "models", "widgets", "terminal"})},
        {QStringLiteral("gui/app"), parts({"client", "format", "models", "widgets", "terminal", "dialogs", "pages"})},
        {QStringLiteral("resources"), low + QStringList{QStringLiteral("engine/layer")}},
    };
    return rows;
}

/// The row of the table that a path belongs to: its first two parts below engine and gui, else the first.
QString folderOf(const QString& path)
{
    if (path.startsWith(QLatin1String("resources/dbus/")))
        return QStringLiteral("resources/dbus");
    const QStringList parts = path.split(QLatin1Char('/'));
    const bool twoDeep = parts.first() == QLatin1String("engine") || parts.first() == QLatin1String("gui");
    return twoDeep ? parts.first(2).join(QLatin1Char('/')) : parts.first();
}

/// Folders without Qt: what starts with a container must start fast.
bool isWithoutQt(const QString& folder)
{
    static const QSet<QString> folders{
        QStringLiteral("engine/base"),   QStringLiteral("engine/os"),     QStringLiteral("engine/oci"),
        QStringLiteral("engine/cgroup"), QStringLiteral("engine/rootfs"), QStringLiteral("engine/runtime"),
        QStringLiteral("engine/shim"),   QStringLiteral("engine/init"),   QStringLiteral("engine/stats"),
        QStringLiteral("engine/db"),
    };
    return folders.contains(folder);
}

bool mayUseDBus(const QString& folder)
{
    return folder == QLatin1String("helper") || folder == QLatin1String("gui/client");
}

struct Include {
    QString file;
    QString target;
};

QList<Include> includes()
{
    static const QRegularExpression pattern(QStringLiteral("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]"),
                                            QRegularExpression::MultilineOption);
    const QString source = QString::fromLocal8Bit(qgetenv("LAMELLA_SOURCE"));
    QList<Include> found;
    for (const char* top : {"engine", "helper", "gui", "resources"}) {
        QDirIterator files(source + QLatin1Char('/') + QLatin1String(top),
                           {QStringLiteral("*.h"), QStringLiteral("*.cpp")}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            if (!file.open(QIODevice::ReadOnly))
                continue;
            const QString text = QString::fromUtf8(file.readAll());
            for (auto match = pattern.globalMatch(text); match.hasNext();)
                found.append({file.fileName().mid(source.size() + 1), match.next().captured(1)});
        }
    }
    return found;
}

} // namespace

/// Checks the layering of the folders: the table is the architecture, this keeps it true.
class LayeringTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(qEnvironmentVariableIsSet("LAMELLA_SOURCE"), "run this through ctest");
        m_includes = includes();
        QVERIFY(m_includes.size() > 100);
    }

    void foldersIncludeOnlyWhatTheyMay()
    {
        QStringList wrong;
        for (const Include& include : std::as_const(m_includes)) {
            const QString from = folderOf(include.file);
            if (from == QLatin1String("resources/dbus"))
                continue;
            if (!table().contains(from)) {
                wrong << include.file + QStringLiteral(": its folder is not in the table");
                continue;
            }
            static const QRegularExpression ours(QStringLiteral("^(engine|helper|gui|resources|tests)/"));
            if (!ours.match(include.target).hasMatch())
                continue;
            const QString to = folderOf(include.target);
            if (to != from && !table().value(from).contains(to))
                wrong << include.file + QStringLiteral(" includes ") + include.target;
        }
        wrong.removeDuplicates();
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QLatin1Char('\n'))));
    }

    void theTableHasNoCycle()
    {
        for (auto row = table().begin(); row != table().end(); ++row) {
            for (const QString& below : row.value())
                QVERIFY2(below == row.key() || !table().value(below).contains(row.key()), qPrintable(row.key()));
        }
    }

    void lowFoldersKnowNoQt()
    {
        static const QRegularExpression qt(QStringLiteral("^(Q[A-Z]|Qt)"));
        for (const Include& include : std::as_const(m_includes)) {
            if (isWithoutQt(folderOf(include.file)))
                QVERIFY2(!qt.match(include.target).hasMatch(), qPrintable(include.file));
        }
    }

    void onlyTheClientAndTheHelperKnowDBus()
    {
        for (const Include& include : std::as_const(m_includes)) {
            const QString folder = folderOf(include.file);
            const bool dbus = include.target.startsWith(QLatin1String("QDBus"))
                || include.target.startsWith(QLatin1String("QtDBus"));
            if (dbus && folder != QLatin1String("resources/dbus"))
                QVERIFY2(mayUseDBus(folder), qPrintable(include.file));
        }
    }

    void modelsShowNoWidgets()
    {
        static const QRegularExpression widgets(QStringLiteral("^(QWidget|QApplication|Q[A-Za-z]*View$|QtWidgets)"));
        for (const Include& include : std::as_const(m_includes)) {
            if (include.file.startsWith(QLatin1String("gui/models/")))
                QVERIFY2(!widgets.match(include.target).hasMatch(), qPrintable(include.file));
        }
    }

    void engineKnowsNoWidgets()
    {
        static const QRegularExpression widgets(
            QStringLiteral("^(QtWidgets|QWidget|QApplication|QtGui|QPainter|QGui)"));
        for (const Include& include : std::as_const(m_includes)) {
            if (include.file.startsWith(QLatin1String("engine/")) || include.file.startsWith(QLatin1String("helper/")))
                QVERIFY2(!widgets.match(include.target).hasMatch(), qPrintable(include.file));
        }
    }

    void programsOfTheContainerAreStatic_data()
    {
        QTest::addColumn<QString>("program");
        for (const char* name : {"lamella-shim", "lamella-runtime", "lamella-init"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

    /// They load nothing, so nothing of a container can be loaded into them (CVE-2019-14271), and no Qt slows their
    /// start.
    void programsOfTheContainerAreStatic()
    {
        QFETCH(QString, program);
        if (qEnvironmentVariableIsSet("LAMELLA_SANITIZED"))
            QSKIP("a sanitizer's programs load its library");
        const QString path = QString::fromLocal8Bit(qgetenv("LAMELLA_BIN")) + QLatin1Char('/') + program;
        QVERIFY2(QFile::exists(path), qPrintable(path));
        QProcess readelf;
        readelf.start(QStringLiteral("readelf"), {QStringLiteral("--dynamic"), path});
        QVERIFY(readelf.waitForFinished());
        QCOMPARE(readelf.exitCode(), 0);
        const QString output = QString::fromUtf8(readelf.readAllStandardOutput());
        QVERIFY2(!output.contains(QLatin1String("NEEDED")), qPrintable(output));
    }

private:
    QList<Include> m_includes;
};

QTEST_GUILESS_MAIN(LayeringTest)
#include "layering_test.moc"

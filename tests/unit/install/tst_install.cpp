// SPDX-License-Identifier: GPL-3.0-or-later
// What `cmake --install` puts where: everything that a package needs, and nothing else.
#include <QDirIterator>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

constexpr auto kPrefix = INSTALL_PREFIX ""_L1;

constexpr const char* kPrograms[]
    = {"bin/lamella",          "bin/lamella-runtime",    "libexec/lamella-helper", "libexec/lamella-init",
       "libexec/lamella-shim", "libexec/lamella-worker", "libexec/lamella-fetcher"};
constexpr const char* kFiles[] = {"lib/systemd/system/lamella.service",
                                  "share/applications/org.lamella.Lamella.desktop",
                                  "share/dbus-1/interfaces/org.lamella.Lamella1.xml",
                                  "share/dbus-1/system-services/org.lamella.Lamella1.service",
                                  "share/dbus-1/system.d/org.lamella.Lamella1.conf",
                                  "share/icons/hicolor/scalable/apps/org.lamella.Lamella.svg",
                                  "share/lamella/helper.conf",
                                  "share/lamella/seccomp.json",
                                  "share/lamella/starter/index.json",
                                  "share/lamella/starter/oci-layout",
                                  "share/metainfo/org.lamella.Lamella.metainfo.xml",
                                  "share/polkit-1/actions/org.lamella.policy"};

struct Run {
    int status = -1;
    QByteArray said;
};

Run run(const QString& program, const QStringList& arguments, const QProcessEnvironment& environment)
{
    QProcess process;
    process.setProcessEnvironment(environment);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    process.waitForFinished(-1);
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAll()};
}

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestInstall : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void installs_data();
    void installs();
    void installsNothingElse();
    void namesWhatIsInstalled_data();
    void namesWhatIsInstalled();
    void isValid_data();
    void isValid();

private:
    QString installed(const QString& path) const { return m_root.path() + kPrefix + u'/' + path; }
    QStringList files() const;

    QTemporaryDir m_root;
};

void TestInstall::initTestCase()
{
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"DESTDIR"_s, m_root.path());
    const Run install
        = run(QStringLiteral(CMAKE_PROGRAM), {u"--install"_s, QStringLiteral(BUILD_DIRECTORY)}, environment);
    QVERIFY2(install.status == 0, install.said.constData());
}

QStringList TestInstall::files() const
{
    QStringList found;
    QDirIterator all(m_root.path(), QDir::Files | QDir::Hidden | QDir::System, QDirIterator::Subdirectories);
    while (all.hasNext()) {
        const QString path = all.next();
        if (!path.contains("/lamella/starter/blobs/"_L1))
            found << path.sliced(m_root.path().size());
    }
    found.sort();
    return found;
}

void TestInstall::installs_data()
{
    QTest::addColumn<bool>("program");
    for (const char* path : kPrograms)
        QTest::newRow(path) << true;
    for (const char* path : kFiles)
        QTest::newRow(path) << false;
}

void TestInstall::installs()
{
    QFETCH(bool, program);
    const QFileInfo file(installed(QString::fromLatin1(QTest::currentDataTag())));
    QVERIFY(file.isFile());
    QVERIFY(file.size() > 0);
    QVERIFY(file.permission(QFile::ReadOther));
    QCOMPARE(file.permission(QFile::ExeOwner | QFile::ExeGroup | QFile::ExeOther), program);
    QVERIFY(!file.permission(QFile::WriteGroup) && !file.permission(QFile::WriteOther));
}

void TestInstall::installsNothingElse()
{
    QStringList expected;
    for (const char* path : kPrograms)
        expected << kPrefix + u'/' + QLatin1StringView(path);
    for (const char* path : kFiles)
        expected << kPrefix + u'/' + QLatin1StringView(path);
    expected.sort();
    QCOMPARE(files(), expected);
}

void TestInstall::namesWhatIsInstalled_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("line");
    const QByteArray helper = INSTALL_PREFIX "/libexec/lamella-helper";
    QTest::newRow("unit") << u"lib/systemd/system/lamella.service"_s << QByteArray("ExecStart=" + helper);
    QTest::newRow("activation") << u"share/dbus-1/system-services/org.lamella.Lamella1.service"_s
                                << QByteArray("Exec=" + helper);
    QTest::newRow("desktop") << u"share/applications/org.lamella.Lamella.desktop"_s << QByteArray("Exec=lamella");
}

void TestInstall::namesWhatIsInstalled()
{
    QFETCH(QString, file);
    QFETCH(QByteArray, line);
    QVERIFY(contentOf(installed(file)).split('\n').contains(line));
}

void TestInstall::isValid_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("desktop file") << u"desktop-file-validate"_s
                                  << QStringList{installed(u"share/applications/org.lamella.Lamella.desktop"_s)};
    // The project has no page of its own on the web yet.
    QTest::newRow("metainfo") << u"appstreamcli"_s
                              << QStringList{u"validate"_s, u"--no-net"_s, u"--override=url-homepage-missing=info"_s,
                                             installed(u"share/metainfo/org.lamella.Lamella.metainfo.xml"_s)};
}

void TestInstall::isValid()
{
    QFETCH(QString, program);
    QFETCH(QStringList, arguments);
    if (QStandardPaths::findExecutable(program).isEmpty())
        QSKIP("needs the packages desktop-file-utils and appstream");
    const Run validate = run(program, arguments, QProcessEnvironment::systemEnvironment());
    QVERIFY2(validate.status == 0, validate.said.constData());
}

QTEST_GUILESS_MAIN(TestInstall)
#include "tst_install.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/image_jobs.h"
#include "gui/app/main_window.h"
#include "gui/client/client.h"
#include "gui/client/registry_settings.h"
#include "gui/dialogs/registry_dialog.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QFileInfo>
#include <QLineEdit>
#include <QProcess>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <optional>

using namespace lamella;
using namespace Qt::StringLiterals;

/// Images by the window at the real helper, and at a real registry on this machine.
class TestRealImages : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void pushesAndPulls();
    void savesAndLoads();
    void commitsAndExports();

private:
    client::ImageClient* image(const QString& reference) const;
    app::ImageJobs* jobs() const { return m_window->findChild<app::ImageJobs*>(); }
    void startRegistry();
    /// Says yes to the open dialog, and waits until it has gone.
    void confirm(const QString& dialog, const QString& reference);
    void untag(const QString& reference);

    QTemporaryDir m_directory;
    QProcess m_registry;
    QString m_host;
    std::unique_ptr<client::Client> m_client;
    std::unique_ptr<app::MainWindow> m_window;
};

client::ImageClient* TestRealImages::image(const QString& reference) const
{
    const QList<client::ImageClient*> images = m_client->images();
    for (client::ImageClient* one : images) {
        if (one->data().references.contains(reference))
            return one;
    }
    return nullptr;
}

void TestRealImages::initTestCase()
{
    QVERIFY(m_directory.isValid());
    m_client = std::make_unique<client::Client>();
    m_window = std::make_unique<app::MainWindow>(m_client.get());
    m_window->show();
    m_window->showPage(u"images"_s);
    m_client->connectToHelper();
    QTRY_VERIFY_WITH_TIMEOUT(m_client->isReady(), 20'000);
    m_window->findChild<QAction*>(u"loadStarterAction"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(!m_client->images().isEmpty(), 30'000);
}

void TestRealImages::cleanupTestCase()
{
    m_window.reset();
    m_client.reset();
    m_registry.terminate();
    QVERIFY(m_registry.state() == QProcess::NotRunning || m_registry.waitForFinished());
}

void TestRealImages::startRegistry()
{
    QTcpServer free;
    QVERIFY(free.listen(QHostAddress::LocalHost));
    m_host = u"127.0.0.1:%1"_s.arg(free.serverPort());
    free.close();
    QFile config(m_directory.filePath(u"registry.yml"_s));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write(u"version: 0.1\nstorage: {filesystem: {rootdirectory: %1}}\nhttp: {addr: \"%2\"}\n"_s
                     .arg(m_directory.filePath(u"registry"_s), m_host)
                     .toUtf8());
    config.close();
    m_registry.setStandardErrorFile(QProcess::nullDevice());
    m_registry.setStandardOutputFile(QProcess::nullDevice());
    m_registry.start(u"docker-registry"_s, {u"serve"_s, config.fileName()});
    QVERIFY(m_registry.waitForStarted());
    QTRY_VERIFY_WITH_TIMEOUT(
        [this] {
            QTcpSocket socket;
            socket.connectToHost(m_host.section(u':', 0, 0), m_host.section(u':', 1).toUShort());
            return socket.waitForConnected(500);
        }(),
        20'000);
}

void TestRealImages::confirm(const QString& dialog, const QString& reference)
{
    QTRY_VERIFY(m_window->findChild<dialogs::RegistryDialog*>(dialog));
    const QPointer shown(m_window->findChild<dialogs::RegistryDialog*>(dialog));
    shown->findChild<QLineEdit*>(u"referenceField"_s)->setText(reference);
    auto* ok = shown->findChild<QAbstractButton*>(u"registryOk"_s);
    QTRY_VERIFY(ok->isEnabled());
    ok->click();
    QTRY_VERIFY_WITH_TIMEOUT(!shown, 60'000);
}

void TestRealImages::untag(const QString& reference)
{
    QVERIFY(image(reference));
    image(reference)->untag(reference);
    QTRY_VERIFY_WITH_TIMEOUT(!image(reference), 20'000);
}

void TestRealImages::pushesAndPulls()
{
    if (QStandardPaths::findExecutable(u"docker-registry"_s).isEmpty())
        QSKIP("there is no docker-registry");
    startRegistry();
    const QString name = m_host + u"/window/starter:1"_s;
    const QString id = m_client->images().constFirst()->data().id;
    m_window->findChild<QAction*>(u"pushAction"_s)->trigger();
    confirm(u"pushDialog"_s, name);
    QTRY_VERIFY_WITH_TIMEOUT(
        std::ranges::none_of(m_client->jobs(), [](const client::JobClient* job) { return job->isRunning(); }), 60'000);
    QVERIFY(!image(name));
    m_window->findChild<QAction*>(u"pullAction"_s)->trigger();
    confirm(u"pullDialog"_s, name);
    QTRY_VERIFY_WITH_TIMEOUT(image(name), 60'000);
    QCOMPARE(image(name)->data().id, id);
    untag(name);
    // A registry that nobody can reach, but by its mirror.
    const QString mirrored = u"registry.invalid/window/starter:1"_s;
    m_window->registries()->set(u"registry.invalid"_s, {false, {}, {u"http://"_s + m_host}});
    m_window->findChild<QAction*>(u"pullAction"_s)->trigger();
    confirm(u"pullDialog"_s, mirrored);
    QTRY_VERIFY_WITH_TIMEOUT(image(mirrored), 60'000);
    QCOMPARE(image(mirrored)->data().id, id);
    untag(mirrored);
}

void TestRealImages::savesAndLoads()
{
    const QString id = m_client->images().constFirst()->data().id;
    const QString file = m_directory.filePath(u"saved.tar.zst"_s);
    m_client->images().constFirst()->tag(u"saved:1"_s);
    const QString name = u"docker.io/library/saved:1"_s;
    QTRY_VERIFY_WITH_TIMEOUT(image(name), 20'000);
    jobs()->save({name}, file, {u"zstd"_s});
    QTRY_VERIFY_WITH_TIMEOUT(std::ranges::any_of(m_client->jobs(),
                                                 [](const client::JobClient* job) {
                                                     return job->data().operation == "save-images"_L1
                                                         && job->data().state == client::JobState::Succeeded;
                                                 }),
                             60'000);
    QTRY_VERIFY(QFileInfo(file).size() > 1000);
    untag(name);
    jobs()->load(file);
    QTRY_VERIFY_WITH_TIMEOUT(image(name), 60'000);
    QCOMPARE(image(name)->data().id, id);
}

void TestRealImages::commitsAndExports()
{
    client::CreateOptions options;
    options.image = m_client->images().constFirst()->data().id;
    options.name = u"changed"_s;
    options.command = {u"/bin/sh"_s, u"-c"_s, u"echo by-the-window > /note; sleep 1000"_s};
    QPointer<client::ContainerClient> container;
    m_client->createContainer(options).then(this, [&container](const auto& made) {
        if (made)
            container = *made;
    });
    QTRY_VERIFY_WITH_TIMEOUT(container && container->isRunning(), 30'000);
    client::NewImage wanted;
    wanted.reference = u"docker.io/library/changed:1"_s;
    wanted.message = u"by the window"_s;
    jobs()->commit(container, wanted, true, {});
    QTRY_VERIFY_WITH_TIMEOUT(image(wanted.reference), 60'000);
    QTRY_VERIFY(container->isRunning());
    std::optional<std::vector<client::HistoryStep>> steps;
    image(wanted.reference)->history().then(this, [&steps](const auto& answer) {
        if (answer)
            steps = *answer;
    });
    QTRY_VERIFY(steps);
    QCOMPARE(steps->back().comment, wanted.message);
    const QString file = m_directory.filePath(u"files.tar"_s);
    jobs()->exportFiles(container, file);
    QProcess tar;
    const auto holdsNote = [&] {
        tar.start(u"tar"_s, {u"-xOf"_s, file, u"--wildcards"_s, u"*note"_s});
        return tar.waitForFinished() && tar.readAllStandardOutput() == "by-the-window\n";
    };
    QTRY_VERIFY_WITH_TIMEOUT(holdsNote(), 30'000);
    container->remove(true, true);
    QTRY_VERIFY_WITH_TIMEOUT(m_client->containers().isEmpty(), 20'000);
}

QTEST_MAIN(TestRealImages)
#include "test_real_images.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/window/window_fixture.h"

#include "gui/dialogs/registry_dialog.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/emptystate.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QTest>

using namespace Qt::StringLiterals;

namespace lamella::test {

WindowFixture::WindowFixture(QString page)
    : m_page(std::move(page))
{
}

WindowFixture::~WindowFixture() = default;

void WindowFixture::initTestCase()
{
    QCoreApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    // This machine's proxies are not what is tried here.
    for (const char* name :
         {"http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"})
        qunsetenv(name);
    m_bus = std::make_unique<PrivateBus>();
    QVERIFY(!m_bus->address().isEmpty());
}

void WindowFixture::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    m_helper = std::make_unique<FakeHelper>(m_bus->address());
    m_client = std::make_unique<client::Client>();
    m_keyring = std::make_shared<FakeKeyring::Content>();
    m_credentials = std::make_unique<client::Credentials>(std::make_unique<FakeKeyring>(m_keyring),
                                                          QStringList{m_directory->filePath(u"auth.json"_s)});
    m_registries = std::make_unique<client::RegistrySettings>(QStringList{m_directory->filePath(u"certs.d"_s)});
    m_window = std::make_unique<app::MainWindow>(m_client.get(), m_credentials.get(), m_registries.get());
    m_window->showPage(m_page);
    m_window->show();
}

void WindowFixture::cleanup()
{
    m_window.reset();
    m_registries.reset();
    m_credentials.reset();
    m_client.reset();
    m_helper.reset();
}

QAction* WindowFixture::action(const QString& name) const
{
    return find<QAction>(name);
}

QListView* WindowFixture::containerView() const
{
    return find<QListView>(u"containerView"_s);
}

QTableView* WindowFixture::imageView() const
{
    return find<QTableView>(u"imageView"_s);
}

widgets::Banner* WindowFixture::banner() const
{
    return find<widgets::Banner>(u"banner"_s);
}

widgets::EmptyState* WindowFixture::empty() const
{
    return find<widgets::EmptyState>(u"containersEmpty"_s);
}

int WindowFixture::shown() const
{
    return containerView()->model()->rowCount();
}

void WindowFixture::connectReady()
{
    QVERIFY(m_helper->appear());
    m_client->connectToHelper();
    QTRY_VERIFY(m_client->isReady());
}

void WindowFixture::showActive()
{
    m_helper->addImage(u"starter:latest"_s);
    m_helper->addContainer(u"one"_s, u"running"_s);
    connectReady();
    QTRY_COMPARE(shown(), 1);
    m_window->resize(1200, 700);
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void WindowFixture::press(Qt::Key key, Qt::KeyboardModifiers modifiers)
{
    QWidget* focus = QApplication::focusWidget();
    QTest::keyClick(focus ? focus : m_window.get(), key, modifiers);
}

void WindowFixture::backToWindow()
{
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

dialogs::RegistryDialog* WindowFixture::openPull(const QString& name)
{
    action(u"pullAction"_s)->trigger();
    auto* dialog = find<dialogs::RegistryDialog>(u"pullDialog"_s);
    dialog->findChild<QLineEdit*>(u"referenceField"_s)->setText(name);
    const bool ready
        = QTest::qWaitFor([dialog] { return dialog->findChild<QAbstractButton*>(u"registryOk"_s)->isEnabled(); });
    return ready ? dialog : nullptr;
}

void WindowFixture::choose(const QString& chooser, const QString& file)
{
    QTRY_VERIFY(find<QFileDialog>(chooser));
    auto* dialog = find<QFileDialog>(chooser);
    Q_EMIT dialog->fileSelected(file);
    dialog->close();
}

QString WindowFixture::file(const QString& name, const QByteArray& content)
{
    QFile made(m_directory->filePath(name));
    QDir().mkpath(QFileInfo(made).path());
    if (!made.open(QIODevice::WriteOnly) || made.write(content) != content.size())
        return {};
    return made.fileName();
}

QVariantMap WindowFixture::optionsOf(const QString& method) const
{
    return m_helper->lastCall.value(method).value(m_helper->lastCall.value(method).size() - 1).toMap();
}

} // namespace lamella::test

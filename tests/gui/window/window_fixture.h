// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/app/main_window.h"
#include "gui/client/client.h"
#include "gui/client/credentials.h"
#include "gui/client/registry_settings.h"
#include "tests/support/fake_helper/fake_helper.h"
#include "tests/support/fake_helper/fake_keyring.h"
#include "tests/support/fake_helper/private_bus.h"

#include <QListView>
#include <QTableView>
#include <QTemporaryDir>

class QAction;

namespace lamella::dialogs {
class RegistryDialog;
}

namespace lamella::widgets {
class Banner;
class EmptyState;
} // namespace lamella::widgets

namespace lamella::test {

/// The window at a helper that says what the test wants, anew for each test. The helper is there and connectReady()
/// lets the window find it.
class WindowFixture : public QObject {
    Q_OBJECT

public:
    /// `page`: what the window shows first.
    explicit WindowFixture(QString page = QStringLiteral("containers"));
    ~WindowFixture() override;

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

protected:
    template <class Widget>
    Widget* find(const QString& name) const
    {
        return m_window->findChild<Widget*>(name);
    }
    QAction* action(const QString& name) const;
    QListView* containerView() const;
    QTableView* imageView() const;
    widgets::Banner* banner() const;
    /// What stands in the place of no containers.
    widgets::EmptyState* empty() const;
    /// How many containers are shown.
    int shown() const;

    void connectReady();
    /// A window that has the keyboard, with a container that runs and an image.
    void showActive();
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {});
    /// What a window manager does when a dialog has closed.
    void backToWindow();

    /// Opens the pull dialog and types a name, until the helper has said what it means; nullptr if it never does.
    dialogs::RegistryDialog* openPull(const QString& name);
    /// Chooses a file in the file dialog of this name, when it opens.
    void choose(const QString& chooser, const QString& file);
    /// A file with this content, which goes with the test; its path.
    QString file(const QString& name, const QByteArray& content = {});
    /// What a method was given as options last.
    QVariantMap optionsOf(const QString& method) const;

    QString m_page;
    std::unique_ptr<PrivateBus> m_bus;
    std::unique_ptr<FakeHelper> m_helper;
    std::unique_ptr<client::Client> m_client;
    std::unique_ptr<client::Credentials> m_credentials;
    std::unique_ptr<client::RegistrySettings> m_registries;
    std::unique_ptr<app::MainWindow> m_window;
    std::shared_ptr<FakeKeyring::Content> m_keyring;
    std::unique_ptr<QTemporaryDir> m_directory;
};

} // namespace lamella::test

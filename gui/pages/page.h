// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/client.h"
#include "gui/client/error.h"

#include <QByteArrayList>
#include <QPointer>
#include <QTimer>
#include <QWidget>

#include <chrono>
#include <functional>

class QSettings;
class QStackedLayout;
class QVBoxLayout;

namespace lamella::widgets {
class Banner;
class EmptyState;
} // namespace lamella::widgets

namespace lamella::pages {

/// One tab of a container's details. Knows which container it is about, refreshes only while it is visible, and shows
/// either its content, or a sentence where there is nothing to show, or why it could not load.
class Page : public QWidget {
    Q_OBJECT

public:
    Page(client::Client* client, QWidget* parent);
    ~Page() override;

    /// nullptr: none.
    void setContainer(client::ContainerClient* container);
    client::ContainerClient* container() const { return m_container; }

    /// How a person has arranged it: widths and heights.
    virtual void save(QSettings&) const { }
    virtual void restore(const QSettings&) { }

Q_SIGNALS:
    /// An image, or an archive, is to be made of what the container has changed at these paths and below.
    void commitRequested(const QByteArrayList& paths);
    void saveRequested(const QByteArrayList& paths);
    /// They are to become files in a directory.
    void keepRequested(const QByteArrayList& paths);

protected:
    /// Another container, or none, from now on: forget what was shown of the former.
    virtual void containerSet() { }
    /// Its data are others than before.
    virtual void containerChanged() { }
    /// Reads anew what the page shows. Called when the page becomes visible and by F5.
    virtual void refresh() { }
    /// What the interval does.
    virtual void tick() { refresh(); }

    client::Client* client() const { return m_client; }
    bool isAlive() const;

    /// The page's own widgets; to be called once.
    QVBoxLayout* createContent(int margin);
    void setRefreshInterval(std::chrono::milliseconds interval);

    void showContent();
    /// `action` empty: no button; otherwise it runs `act`.
    void showEmpty(QStringView icon, const QString& sentence, const QString& action = {},
                   std::function<void()> act = {});
    /// That the container does not run, with the button that starts it.
    void showNotRunning(QStringView icon, const QString& sentence);
    /// A failed refresh: says why and offers to try again; what is shown stays.
    void showError(const QString& what, const client::ClientError& error);
    /// Put away what showError showed.
    void clearError();
    void showNotice(const QString& text, const QString& action, std::function<void()> act);
    /// Put away what showNotice showed.
    void clearNotice();

    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void start();
    void refreshNow();

    QPointer<client::Client> m_client;
    QPointer<client::ContainerClient> m_container;
    QTimer m_timer;
    QStackedLayout* m_stack;
    QWidget* m_content;
    widgets::Banner* m_banner;
    widgets::EmptyState* m_empty;
    std::function<void()> m_emptyAction;
    std::function<void()> m_bannerAction;
    bool m_bannerIsError = false;
};

} // namespace lamella::pages

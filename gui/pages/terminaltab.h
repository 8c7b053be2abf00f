// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/container_client.h"

#include <QPointer>
#include <QWidget>

namespace lamella::terminal {
class TerminalView;
}

namespace lamella::pages {

/// One terminal: a shell that was run in the container, or the terminal of the container's own program.
class TerminalTab final : public QWidget {
    Q_OBJECT
public:
    enum class Kind { Shell, Attached };

    TerminalTab(Kind kind, client::ContainerClient* container, QWidget* parent = nullptr);
    ~TerminalTab() override;

    Kind kind() const { return m_kind; }
    terminal::TerminalView* view() const { return m_view; }
    bool isRunning() const { return m_running; }

public Q_SLOTS:
    /// Runs the shell, or joins the program's terminal; again after it has ended.
    void open();

Q_SIGNALS:
    /// It could not be opened.
    void failed(const lamella::client::ClientError& error);
    void titleChanged(const QString& title);

private:
    void opened(client::Outcome<client::SessionStreams> answer);
    void sessionEnded();
    void streamClosed();
    void showEnded(const QString& sentence);

    Kind m_kind;
    QPointer<client::ContainerClient> m_container;
    QPointer<client::SessionClient> m_session;
    terminal::TerminalView* m_view;
    bool m_opening = false;
    bool m_running = false;
};

} // namespace lamella::pages

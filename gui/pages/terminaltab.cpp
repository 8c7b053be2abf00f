// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/terminaltab.h"

#include "gui/client/session_client.h"
#include "gui/terminal/terminalview.h"

#include <QTimer>
#include <QVBoxLayout>

#include <chrono>

namespace lamella::pages {

using namespace std::chrono_literals;

namespace {

/// After the stream has closed, the exit status follows within this time or will not come.
constexpr auto kStatusTime = 2s;

} // namespace

TerminalTab::TerminalTab(Kind kind, client::ContainerClient* container, QWidget* parent)
    : QWidget(parent)
    , m_kind(kind)
    , m_container(container)
    , m_view(new terminal::TerminalView(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_view);
    setFocusProxy(m_view);
    m_view->setObjectName(QStringLiteral("terminalView"));
    m_view->setResizer([this](int rows, int columns) {
        if (m_session)
            m_session->resize(static_cast<quint16>(rows), static_cast<quint16>(columns));
    });
    connect(m_view, &terminal::TerminalView::startAgainRequested, this, &TerminalTab::open);
    connect(m_view, &terminal::TerminalView::streamClosed, this, &TerminalTab::streamClosed);
    connect(m_view, &terminal::TerminalView::titleChanged, this, &TerminalTab::titleChanged);
}

TerminalTab::~TerminalTab()
{
    // The program behind a closed tab is hung up, as with every terminal; an attached one is only left.
    if (m_session && m_running)
        m_session->close();
}

void TerminalTab::open()
{
    if (m_opening || m_running || !m_container)
        return;
    m_opening = true;
    // A tab that was closed before its program ran leaves none behind.
    const auto answered = [tab = QPointer(this)](client::Outcome<client::SessionStreams> answer) {
        if (tab)
            tab->opened(std::move(answer));
        else if (answer && answer->session)
            answer->session->close();
    };
    if (m_kind == Kind::Attached) {
        m_container->attach().then(m_container, answered);
        return;
    }
    client::ExecOptions options;
    options.command = {QStringLiteral("/bin/sh")};
    options.env = {QStringLiteral("TERM=xterm-256color"), QStringLiteral("COLORTERM=truecolor")};
    options.terminal = true;
    options.rows = static_cast<quint16>(m_view->rows());
    options.columns = static_cast<quint16>(m_view->columns());
    m_container->exec(options).then(m_container, answered);
}

void TerminalTab::opened(client::Outcome<client::SessionStreams> answer)
{
    m_opening = false;
    if (!answer) {
        m_view->showEnded(answer.error().sentence, tr("Try Again"));
        Q_EMIT failed(answer.error());
        return;
    }
    if (answer->streams.empty()) {
        m_view->showEnded(tr("The helper gave no terminal."), tr("Try Again"));
        return;
    }
    m_running = true;
    m_session = answer->session;
    if (m_session)
        connect(m_session, &client::SessionClient::ended, this, &TerminalTab::sessionEnded);
    m_view->openStream(answer->streams.front().release());
    m_view->setFocus();
    // A short program may have ended before we could listen.
    if (m_session && !m_session->data().running)
        sessionEnded();
}

void TerminalTab::sessionEnded()
{
    if (!m_running || !m_session)
        return;
    const int status = m_session->data().exitStatus;
    if (m_kind == Kind::Attached)
        showEnded(tr("The container's program has ended."));
    else if (status < 0)
        showEnded(tr("The shell has ended."));
    else
        showEnded(tr("The shell ended with status %1.").arg(status));
}

void TerminalTab::streamClosed()
{
    // The status comes by another way than the last output: give it time.
    QTimer::singleShot(kStatusTime, this, [this] {
        if (!m_view->isConnected())
            showEnded(m_kind == Kind::Attached ? tr("The connection to the container's terminal has closed.")
                                               : tr("The shell has ended."));
    });
}

void TerminalTab::showEnded(const QString& sentence)
{
    if (!m_running)
        return;
    m_running = false;
    m_view->showEnded(sentence, m_kind == Kind::Attached ? tr("Attach Again") : tr("Start Again"));
}

} // namespace lamella::pages

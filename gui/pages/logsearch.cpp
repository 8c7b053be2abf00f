// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/logsearch.h"

#include "gui/pages/logview.h"

#include <QLabel>
#include <QTextDocument>
#include <QTimer>

#include <chrono>

namespace lamella::pages {

using namespace std::chrono_literals;

LogSearch::LogSearch(LogView* view, QLabel* count, QObject* parent)
    : QObject(parent)
    , m_view(view)
    , m_count(count)
    , m_again(new QTimer(this))
{
    m_again->setSingleShot(true);
    m_again->setInterval(500ms);
    connect(m_again, &QTimer::timeout, this, [this] {
        const qsizetype current = m_current;
        find();
        m_current = std::min(current, m_matches.size() - 1);
        show();
    });
    // New lines may hold the text, too; a busy log is searched twice a second at most.
    connect(view, &LogView::textGrew, this, [this] {
        if (!m_text.isEmpty() && !m_again->isActive())
            m_again->start();
    });
}

void LogSearch::setText(const QString& text)
{
    m_text = text;
    find();
    // From the end: the newest is what one looks for in a log.
    m_current = m_matches.size() - 1;
    if (m_current >= 0)
        m_view->setFollowing(false);
    m_view->setMatches(m_matches, m_current);
    show();
}

void LogSearch::find()
{
    m_matches.clear();
    if (m_text.isEmpty())
        return;
    QTextCursor at(m_view->document());
    while (m_matches.size() < kMostMatches) {
        at = m_view->document()->find(m_text, at);
        if (at.isNull())
            break;
        m_matches.append(at);
    }
}

void LogSearch::step(int by)
{
    if (m_matches.isEmpty())
        return;
    m_current = (m_current + by + m_matches.size()) % m_matches.size();
    m_view->setFollowing(false);
    m_view->setMatches(m_matches, m_current);
    show();
}

void LogSearch::show()
{
    if (m_text.isEmpty())
        m_count->clear();
    else if (m_matches.isEmpty())
        m_count->setText(tr("not found"));
    else
        m_count->setText(tr("%1 of %2").arg(m_current + 1).arg(m_matches.size()));
}

} // namespace lamella::pages

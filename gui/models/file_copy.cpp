// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/file_copy.h"

#include "gui/client/file_source.h"

#include <QTimer>

namespace lamella::models {

namespace {

constexpr qsizetype kMostProblems = 5;

} // namespace

FileCopy::FileCopy(client::FileSource* other, QObject* parent)
    : QObject(parent)
    , m_other(other)
{
}

client::FileSource* FileCopy::other() const
{
    return m_other;
}

void FileCopy::cancel()
{
    m_isCancelled = true;
    if (std::exchange(m_isAsking, false))
        finish();
}

void FileCopy::ask(const QString& path)
{
    if (m_all == Answer::Skip)
        return done(false);
    m_isAsking = true;
    Q_EMIT conflict(path);
}

void FileCopy::decide(Answer answer, bool all)
{
    if (!std::exchange(m_isAsking, false))
        return;
    if (all && answer != Answer::Cancel)
        m_all = answer;
    if (answer == Answer::Replace) {
        replaceCurrent();
    } else if (answer == Answer::Skip) {
        done(false);
    } else {
        cancel();
        finish();
    }
}

void FileCopy::done(bool isCopied)
{
    m_files += isCopied ? 1 : 0;
    // Not from here: a thousand empty files would be as many calls within each other.
    QTimer::singleShot(0, this, &FileCopy::next);
}

void FileCopy::fail(const QString& sentence)
{
    if (m_problems.size() < kMostProblems)
        m_problems.append(sentence);
    else
        ++m_moreProblems;
    dropUnfinished();
}

void FileCopy::next()
{
    if (!m_other && !std::exchange(m_isCancelled, true))
        m_problems.append(tr("The container or image was removed meanwhile."));
    if (m_isCancelled)
        finish();
    else
        copyNext();
}

void FileCopy::finish()
{
    if (m_moreProblems > 0)
        m_problems.append(tr("%n more could not be copied.", nullptr, m_moreProblems));
    Q_EMIT ended(m_files, m_problems, m_isCancelled);
    deleteLater();
}

} // namespace lamella::models

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTextCursor>

class QLabel;
class QTimer;

namespace lamella::pages {

class LogView;

/// Finds a text in a log: marks every place, goes to the next and the one before, and says "3 of 17".
class LogSearch final : public QObject {
    Q_OBJECT
public:
    /// `count` shows where one is.
    LogSearch(LogView* view, QLabel* count, QObject* parent = nullptr);

    void setText(const QString& text);
    void next() { step(1); }
    void previous() { step(-1); }
    qsizetype matchCount() const { return m_matches.size(); }

private:
    static constexpr qsizetype kMostMatches = 10'000;

    void find();
    void step(int by);
    void show();

    LogView* m_view;
    QLabel* m_count;
    QTimer* m_again;
    QString m_text;
    QList<QTextCursor> m_matches;
    qsizetype m_current = -1;
};

} // namespace lamella::pages

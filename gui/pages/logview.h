// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPlainTextEdit>

namespace lamella::models {
class LogModel;
}

namespace lamella::pages {

/// Shows the lines of a LogModel: text that can be selected over lines, a margin with the times and a mark at what came
/// from standard error, and the end in sight for as long as nobody scrolls away from it.
class LogView final : public QPlainTextEdit {
    Q_OBJECT
public:
    explicit LogView(models::LogModel* model, QWidget* parent = nullptr);

    void setTimesShown(bool shown);
    void setWrapping(bool wrapping);
    bool isFollowing() const { return m_following; }
    void setFollowing(bool following);
    /// Marks all of these places, and the one at `current` stronger.
    void setMatches(const QList<QTextCursor>& matches, qsizetype current);
    int marginWidth() const;

Q_SIGNALS:
    void followingChanged(bool following);
    void textGrew();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    class Margin;

    void insertRows(int first, int last);
    void insertAbove(int last);
    void removeRows(int first, int last);
    void updateRow(int row);
    void scrolled(int value);
    void paintMargin(QPaintEvent* event);
    void updateMargin();
    void markMatches();
    QTextCharFormat formatOf(int row) const;

    models::LogModel* m_model;
    Margin* m_margin;
    bool m_timesShown = false;
    bool m_following = true;
    bool m_changing = false;
    QList<QTextCursor> m_matches;
    qsizetype m_currentMatch = -1;
};

} // namespace lamella::pages

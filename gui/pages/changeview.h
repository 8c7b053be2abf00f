// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractScrollArea>

#include <utility>
#include <vector>

namespace lamella::pages {

/// Lines of one height, of which only those in sight are painted, and changes among them that one goes to one by one.
class ChangeView : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit ChangeView(QWidget* parent = nullptr);

    int changeCount() const { return static_cast<int>(m_changes.size()); }
    /// -1: none.
    int currentChange() const { return m_current; }
    /// Makes it the current one and brings it into sight.
    void goToChange(int change);
    int firstLine() const;
    int lineCount() const { return m_count; }
    int lineHeight() const;
    /// In the viewport, over its whole width.
    QRect lineRect(int line) const;
    /// The line at this height; -1: none.
    int lineAt(int y) const;

Q_SIGNALS:
    void currentChangeChanged(int change);

protected:
    /// `changes`: the first line of each. The current change stays the one of this number.
    void setLines(int count, std::vector<int> changes);
    void setCurrentChange(int change);
    int changeStart(int change) const { return m_changes[static_cast<std::size_t>(change)]; }
    /// How far it goes sideways, in pixels, and how much of that can be seen at once.
    virtual std::pair<int, int> widths() const { return {}; }
    void updateScrollBars();

    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    int m_count = 0;
    int m_current = -1;
    std::vector<int> m_changes;
};

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/difference_lines.h"
#include "gui/models/difference_search.h"
#include "gui/pages/changeview.h"
#include "gui/pages/differencecolumns.h"
#include "gui/pages/linelayouts.h"
#include "gui/pages/textselection.h"

#include <span>

namespace lamella::pages {

/// Two texts side by side with line numbers, signs, and the colours of their syntax; in one column where there is no
/// room for two; one text alone over the whole width.
class DifferenceText final : public ChangeView {
    Q_OBJECT
public:
    /// Narrower than this, and there is one column.
    static constexpr int kTwoColumns = 640;

    explicit DifferenceText(QWidget* parent = nullptr);

    /// `only`: the side of a text that is alone. The language of the syntax goes by the path and the first line.
    void setTexts(const QString& path, std::shared_ptr<const models::Difference> texts,
                  std::optional<models::Side> only);
    /// Shows what did not change, too.
    void setWhole(bool whole);
    bool isWhole() const { return m_lines.isWhole(); }

    const models::DifferenceLines& lines() const { return m_lines; }
    Arrangement arrangement() const;
    DifferenceColumns columns() const;
    const QString& sought() const { return m_sought; }
    int hitCount() const { return static_cast<int>(m_hits.size()); }
    /// -1: none.
    int currentHit() const { return m_currentHit; }
    /// Makes it the current one and brings it into sight, out of its fold.
    void goToHit(int hit);
    /// Those in a row of the difference.
    std::span<const models::TextHit> hitsOf(int row) const;
    bool isCurrent(const models::TextHit& hit) const;
    const TextSelection& selection() const { return m_selection; }
    QString selectedText() const { return pages::selectedText(m_lines, m_selection); }
    QString language() const;
    ChangeTone tone(int line, models::Side side) const;
    bool isInCurrentChange(int line) const;
    const QTextLayout& layout(int line, models::Side side);

public Q_SLOTS:
    void copy();
    /// All of the side that was last clicked at; at first that is the right one.
    void selectAll();
    /// Marks each place of a text, and goes to the first one behind where one is; empty: none. What is shown next is
    /// searched for it, too.
    void find(const QString& text);

Q_SIGNALS:
    /// What is found, or where one is among it, is another.
    void hitsChanged();
    /// By the desktop's key for it.
    void findWanted();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    std::pair<int, int> widths() const override;

private:
    int cell() const;
    void arrange();
    void updateLines();
    void showRow(int row);
    void search();
    int lineOfHit(const models::TextHit& hit);
    void showSideways(int line, const models::TextHit& hit);
    models::Side sideAt(int x) const;
    TextPlace placeAt(QPoint position, models::Side side);
    void setCursorPlace(TextPlace place);
    void scrollTowards(QPoint position);

    models::DifferenceLines m_lines;
    LineLayouts* m_layouts;
    std::optional<models::Side> m_only;
    TextSelection m_selection;
    QString m_sought;
    std::vector<models::TextHit> m_hits;
    int m_currentHit = -1;
};

} // namespace lamella::pages

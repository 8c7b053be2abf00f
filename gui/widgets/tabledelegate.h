// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHeaderView>
#include <QSet>
#include <QStyledItemDelegate>

namespace lamella::widgets {

/// What stands at the right of its cell is set off from what begins in the next; the text that is copied or read aloud
/// has nothing of it.
void setOffFigures(QString& text, Qt::Alignment alignment);

/// The header over such cells.
class TableHeader final : public QHeaderView {
    Q_OBJECT
public:
    explicit TableHeader(QWidget* parent = nullptr);

protected:
    void initStyleOptionForIndex(QStyleOptionHeader* option, int logicalIndex) const override;
};

/// Rows of tables and trees: 28 px high, digits of one width, some columns monospace.
class TableDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit TableDelegate(const QSet<int>& monospaceColumns, QObject* parent = nullptr);

    /// What stands in these columns leads somewhere, and looks like it.
    void setLinkColumns(const QSet<int>& columns) { m_links = columns; }

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

private:
    QSet<int> m_monospace;
    QSet<int> m_links;
};

} // namespace lamella::widgets

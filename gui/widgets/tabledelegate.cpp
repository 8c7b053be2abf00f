// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/tabledelegate.h"

#include "gui/widgets/fonts.h"

#include <algorithm>

namespace lamella::widgets {

TableDelegate::TableDelegate(const QSet<int>& monospaceColumns, QObject* parent)
    : QStyledItemDelegate(parent)
    , m_monospace(monospaceColumns)
{
}

QSize TableDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QSize hint = QStyledItemDelegate::sizeHint(option, index);
    hint.setHeight(std::max(hint.height(), kTableRowHeight));
    return hint;
}

void TableDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    option->font = m_monospace.contains(index.column()) ? monospaceFont(option->font) : tabularFont(option->font);
}

} // namespace lamella::widgets

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/tabledelegate.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <algorithm>

namespace lamella::widgets {

void setOffFigures(QString& text, Qt::Alignment alignment)
{
    constexpr QChar kEnSpace(0x2002);
    if (alignment.testFlag(Qt::AlignRight) && !text.isEmpty())
        text += kEnSpace;
}

TableHeader::TableHeader(QWidget* parent)
    : QHeaderView(Qt::Horizontal, parent)
{
    setSectionsClickable(true);
    setHighlightSections(false);
}

void TableHeader::initStyleOptionForIndex(QStyleOptionHeader* option, int logicalIndex) const
{
    QHeaderView::initStyleOptionForIndex(option, logicalIndex);
    // The arrow of the sorted column stands there already.
    if (option->sortIndicator == QStyleOptionHeader::None)
        setOffFigures(option->text, option->textAlignment);
}

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
    setOffFigures(option->text, option->displayAlignment);
    if (m_links.contains(index.column()))
        option->palette.setColor(QPalette::Text, meaningColor(Meaning::Note, option->palette));
    option->font = m_monospace.contains(index.column()) ? monospaceFont(option->font) : tabularFont(option->font);
}

} // namespace lamella::widgets

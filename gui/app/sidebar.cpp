// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/sidebar.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QApplication>
#include <QEvent>
#include <QPainter>
#include <QStyledItemDelegate>

namespace lamella::app {

namespace {

enum Role { CountRole = Qt::UserRole, IconRole };
constexpr int kRowHeight = 36;

/// Icon and name at the left, the count at the right in the second colour.
class SectionDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        return {QStyledItemDelegate::sizeHint(option, index).width(), std::max(kRowHeight, option.fontMetrics.height() + 12)};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::paint(painter, option, index);
        const QVariant count = index.data(CountRole);
        if (!count.isValid())
            return;
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        painter->save();
        painter->setFont(widgets::tabularFont(option.font));
        painter->setPen(selected ? option.palette.color(QPalette::HighlightedText) : widgets::secondaryText(option.palette));
        painter->drawText(option.rect.adjusted(0, 0, -widgets::kSpacing, 0), Qt::AlignRight | Qt::AlignVCenter,
                          count.toString());
        painter->restore();
    }
};

} // namespace

Sidebar::Sidebar(QWidget* parent)
    : QListWidget(parent)
{
    setObjectName(QStringLiteral("sidebar"));
    setAccessibleName(tr("Sections"));
    setFrameShape(QFrame::NoFrame);
    setItemDelegate(new SectionDelegate(this));
    setIconSize({16, 16});
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setUniformItemSizes(true);
    setMinimumWidth(144);
    setMaximumWidth(280);
    changeEvent(nullptr);
}

void Sidebar::changeEvent(QEvent* event)
{
    if (event)
        QListWidget::changeEvent(event);
    if (event && event->type() != QEvent::PaletteChange)
        return;
    // It lies on the window's ground, not on a list's.
    viewport()->setBackgroundRole(QPalette::Window);
}

void Sidebar::addSection(const QString& name, QStringView icon, const QString& key)
{
    auto* item = new QListWidgetItem(widgets::icon(icon), name, this);
    item->setToolTip(QStringLiteral("%1 (%2)").arg(name, key));
}

void Sidebar::setCount(int section, int count)
{
    item(section)->setData(CountRole, count);
    item(section)->setData(Qt::AccessibleTextRole, QStringLiteral("%1, %2").arg(item(section)->text()).arg(count));
}

} // namespace lamella::app

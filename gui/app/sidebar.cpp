// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/sidebar.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/focusring.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QApplication>
#include <QEvent>
#include <QPainter>
#include <QStyledItemDelegate>

namespace lamella::app {

namespace {

enum Role { CountRole = Qt::UserRole };
constexpr int kRowHeight = 36;
constexpr int kInset = 12;
constexpr int kIcon = 16;

/// Icon and name at the left, the count at the right in the second colour.
class SectionDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        return {QStyledItemDelegate::sizeHint(option, index).width(),
                std::max(kRowHeight, option.fontMetrics.height() + 12)};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        // The ground reaches from edge to edge, what stands on it is set in.
        QStyleOptionViewItem item = option;
        initStyleOption(&item, index);
        const QString text = std::exchange(item.text, {});
        const QIcon icon = std::exchange(item.icon, {});
        QApplication::style()->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);
        paintContent(painter, item, icon, text);
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        painter->save();
        painter->setFont(widgets::tabularFont(option.font));
        painter->setPen(selected ? option.palette.color(QPalette::HighlightedText)
                                 : widgets::secondaryText(option.palette));
        painter->drawText(option.rect.adjusted(0, 0, -kInset, 0), Qt::AlignRight | Qt::AlignVCenter,
                          index.data(CountRole).toString());
        painter->restore();
        widgets::paintFocusRing(painter, option);
    }

private:
    static void paintContent(QPainter* painter, const QStyleOptionViewItem& item, const QIcon& icon,
                             const QString& text)
    {
        const bool selected = item.state.testFlag(QStyle::State_Selected);
        const QRect line = item.rect.adjusted(kInset, 0, -kInset, 0);
        icon.paint(painter, QRect(line.left(), line.top(), kIcon, line.height()), Qt::AlignCenter,
                   selected ? QIcon::Selected : QIcon::Normal);
        painter->save();
        painter->setPen(item.palette.color(selected ? QPalette::HighlightedText : QPalette::WindowText));
        painter->drawText(line.adjusted(kIcon + widgets::kSpacing, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, text);
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
    const QString name = item(section)->text();
    item(section)->setData(CountRole, count < 0 ? QVariant() : QVariant(count));
    item(section)->setData(Qt::AccessibleTextRole, count < 0 ? name : QStringLiteral("%1, %2").arg(name).arg(count));
}

} // namespace lamella::app

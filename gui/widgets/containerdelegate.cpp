// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/containerdelegate.h"

#include "gui/format/formats.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/focusring.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/sparkline.h"

#include <QApplication>
#include <QPainter>

namespace lamella::widgets {
namespace {

constexpr int kShape = 12;
constexpr int kSparklineWidth = 56;
constexpr qsizetype kSparklineValues = 60;

} // namespace

struct ContainerDelegate::Look {
    QFont name;
    QFont small;
    QFont figures;
    QColor text;
    QColor second;
    QColor state;
    QColor line;
};

ContainerDelegate::ContainerDelegate(Reader reader, QObject* parent)
    : QStyledItemDelegate(parent)
    , m_reader(std::move(reader))
{
}

QSize ContainerDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    // Large fonts need more than the grid's 48 px.
    const int lines = QFontMetrics(sectionFont(option.font)).height() + QFontMetrics(smallFont(option.font)).height();
    return {240, std::max(kListRowHeight, lines + 2 * kSpacing)};
}

void ContainerDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    item.text.clear();
    item.icon = {};
    const QStyle* style = item.widget ? item.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);

    const ContainerRow row = m_reader(index);
    const bool selected = item.state.testFlag(QStyle::State_Selected);
    const QColor onSelection = item.palette.color(QPalette::HighlightedText);
    const QColor selection = item.palette.color(QPalette::Highlight);
    const Look look{sectionFont(item.font),
                    smallFont(item.font),
                    tabularFont(smallFont(item.font)),
                    selected ? onSelection : item.palette.color(QPalette::Text),
                    selected ? mixed(onSelection, selection, 0.1) : secondaryText(item.palette),
                    selected ? onSelection : stateColor(row.state, item.palette),
                    selected ? onSelection : accent(item.palette)};

    QRect content = item.rect.adjusted(kSpacing, 0, -kSpacing, 0);
    paintStateShape(painter,
                    QRectF(content.left(), content.top() + content.height() / 2.0 - kShape / 2.0, kShape, kShape),
                    row.state, look.state);
    content.setLeft(content.left() + kShape + kSpacing);
    const int first = QFontMetrics(look.name).height();
    const int second = QFontMetrics(look.small).height();
    const int top = content.top() + (content.height() - first - second - 2) / 2;
    painter->save();
    paintFirstLine(painter, {content.left(), top, content.width(), first}, row, look);
    paintSecondLine(painter, {content.left(), top + first + 2, content.width(), second}, row, look);
    painter->restore();
    paintFocusRing(painter, item);
}

void ContainerDelegate::paintFirstLine(QPainter* painter, QRect line, const ContainerRow& row, const Look& look) const
{
    if (row.hasFigures) {
        const QFontMetrics metrics(look.figures);
        const int memoryWidth = metrics.horizontalAdvance(QStringLiteral("888.8 MB"));
        const int cpuWidth = metrics.horizontalAdvance(QStringLiteral("888.8 %"));
        painter->setFont(look.figures);
        painter->setPen(look.text);
        painter->drawText(line, Qt::AlignRight | Qt::AlignVCenter, format::bytes(row.memoryBytes));
        line.setRight(line.right() - memoryWidth - kSpacing);
        painter->drawText(line, Qt::AlignRight | Qt::AlignVCenter, format::percent(row.cpu));
        line.setRight(line.right() - cpuWidth - kGrid);
        // The sparkline gives way before the name does.
        if (line.width() > kSparklineWidth + 72) {
            const QRectF spark(line.right() - kSparklineWidth + 1, line.top() + 1, kSparklineWidth, line.height() - 2);
            paintSparkline(painter, spark, row.cpuHistory, kSparklineValues, 0, look.line);
            line.setRight(line.right() - kSparklineWidth - kSpacing);
        }
    }
    painter->setFont(look.name);
    painter->setPen(look.text);
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(look.name).elidedText(row.name, Qt::ElideRight, line.width()));
}

void ContainerDelegate::paintSecondLine(QPainter* painter, QRect line, const ContainerRow& row, const Look& look) const
{
    painter->setFont(look.small);
    painter->setPen(look.second);
    const QFontMetrics metrics(look.small);
    if (!row.note.isEmpty()) {
        const QString note = metrics.elidedText(row.note, Qt::ElideRight, line.width() * 2 / 3);
        painter->drawText(line, Qt::AlignRight | Qt::AlignVCenter, note);
        line.setRight(line.right() - metrics.horizontalAdvance(note) - kSpacing);
    }
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                      metrics.elidedText(row.image, Qt::ElideMiddle, line.width()));
}

} // namespace lamella::widgets

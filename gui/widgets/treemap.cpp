// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/treemap.h"

#include "gui/format/formats.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <QAbstractItemModel>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace lamella::widgets {

namespace {

constexpr int kDeepest = 4;
constexpr double kLeastSide = 3; ///< pixels; what is smaller says nothing
constexpr double kCellGap = 1;

/// The worst ratio of sides in a row of areas from `least` to `most` that takes `sum` along a side.
double worstRatio(double least, double most, double sum, double side)
{
    const double square = sum * sum;
    return std::max(side * side * most / square, square / (side * side * least));
}

} // namespace

Treemap::Treemap(QWidget* parent)
    : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
}

void Treemap::setModel(QAbstractItemModel* model, int sizeRole)
{
    m_model = model;
    m_role = sizeRole;
    connect(model, &QAbstractItemModel::modelReset, this, &Treemap::forget);
    connect(model, &QAbstractItemModel::layoutChanged, this, &Treemap::forget);
    forget();
}

void Treemap::setShade(std::function<double(const QModelIndex&)> shade)
{
    m_shade = std::move(shade);
    update();
}

void Treemap::forget()
{
    m_known = false;
    m_cells.clear();
    update();
}

void Treemap::setRootIndex(const QModelIndex& root)
{
    if (m_root == root)
        return;
    m_root = root;
    forget();
    Q_EMIT rootChanged(m_root);
}

void Treemap::setCurrentIndex(const QModelIndex& index)
{
    if (m_current == index)
        return;
    m_current = index;
    update();
    Q_EMIT currentChanged(m_current);
}

double Treemap::titleHeight() const
{
    return QFontMetricsF(smallFont(font())).height() + 2;
}

void Treemap::ensureCells()
{
    if (m_known || !m_model)
        return;
    m_known = true;
    m_cells.clear();
    addCells(m_root, QRectF(rect()), 0);
}

void Treemap::addCells(const QModelIndex& parent, const QRectF& room, int depth)
{
    std::vector<std::pair<double, QModelIndex>> parts;
    double all = 0;
    for (int row = 0; row < m_model->rowCount(parent); ++row) {
        const QModelIndex child = m_model->index(row, 0, parent);
        const auto size = static_cast<double>(child.data(m_role).toULongLong());
        if (size > 0)
            parts.emplace_back(size, child);
        all += size;
    }
    if (parts.empty() || room.width() < kLeastSide || room.height() < kLeastSide)
        return;
    std::ranges::stable_sort(parts, std::greater{}, [](const auto& part) { return part.first; });
    const double scale = room.width() * room.height() / all;
    QRectF left = room;
    std::vector<std::pair<double, QModelIndex>> row;
    double sum = 0;
    for (auto& [size, index] : parts) {
        const double area = size * scale;
        const double side = std::min(left.width(), left.height());
        const bool better = row.empty()
            || worstRatio(area, row.front().first, sum + area, side)
                <= worstRatio(row.back().first, row.front().first, sum, side);
        if (!better) {
            addRow(row, sum, left, depth);
            row.clear();
            sum = 0;
        }
        row.emplace_back(area, index);
        sum += area;
        if (std::min(left.width(), left.height()) < kLeastSide)
            return;
    }
    addRow(row, sum, left, depth);
}

// Along the shorter side, which leaves the rest as square as can be.
void Treemap::addRow(const std::vector<std::pair<double, QModelIndex>>& row, double sum, QRectF& room, int depth)
{
    if (row.empty())
        return;
    const bool upright = room.width() >= room.height();
    const double thickness = sum / (upright ? room.height() : room.width());
    double at = upright ? room.top() : room.left();
    for (const auto& [area, index] : row) {
        const double length = area / thickness;
        addCell(index, upright ? QRectF(room.left(), at, thickness, length) : QRectF(at, room.top(), length, thickness),
                depth);
        at += length;
    }
    if (upright)
        room.setLeft(room.left() + thickness);
    else
        room.setTop(room.top() + thickness);
}

void Treemap::addCell(const QModelIndex& index, const QRectF& rect, int depth)
{
    if (rect.width() < kLeastSide || rect.height() < kLeastSide)
        return;
    const QRectF inner = rect.adjusted(2, titleHeight() + 2, -2, -2);
    const bool opens = depth + 1 < kDeepest && m_model->hasChildren(index) && inner.width() > 24 && inner.height() > 16;
    m_cells.push_back({index, rect, depth, opens});
    if (opens)
        addCells(index, inner, depth + 1);
}

const Treemap::Cell* Treemap::cellAt(const QPointF& position) const
{
    const Cell* found = nullptr;
    for (const Cell& cell : m_cells) {
        if (cell.rect.contains(position))
            found = &cell;
    }
    return found;
}

QModelIndex Treemap::indexAt(const QPoint& position) const
{
    const_cast<Treemap*>(this)->ensureCells();
    const Cell* cell = cellAt(position);
    return cell ? cell->index : QModelIndex();
}

QRect Treemap::visualRect(const QModelIndex& index) const
{
    const_cast<Treemap*>(this)->ensureCells();
    const auto found = std::ranges::find(m_cells, index, &Cell::index);
    return found != m_cells.end() ? found->rect.toRect() : QRect();
}

void Treemap::paintEvent(QPaintEvent*)
{
    ensureCells();
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    for (const Cell& cell : m_cells)
        paintCell(&painter, cell);
    const QPen ring(accent(palette()), 2);
    painter.setBrush(Qt::NoBrush);
    for (const Cell& cell : m_cells) {
        if (m_current != cell.index && m_hovered != cell.index)
            continue;
        painter.setPen(m_current == cell.index ? ring : QPen(palette().color(QPalette::Text), 1));
        painter.drawRect(cell.rect.adjusted(1, 1, -1, -1));
    }
}

void Treemap::paintCell(QPainter* painter, const Cell& cell) const
{
    const QColor base = palette().color(QPalette::Base);
    const double shade = m_shade ? std::clamp(m_shade(cell.index), 0.0, 1.0) : 0.5;
    const QColor ground = cell.isOpen ? mixed(base, palette().color(QPalette::Text), 0.04 + 0.03 * cell.depth)
                                      : mixed(base, accent(palette()), 0.1 + 0.3 * shade);
    const QRectF rect = cell.rect.adjusted(kCellGap / 2, kCellGap / 2, -kCellGap / 2, -kCellGap / 2);
    painter->fillRect(rect, ground);
    const QFont small = smallFont(font());
    const QFontMetricsF metrics(small);
    const QRectF room = rect.adjusted(4, 1, -4, -1);
    if (room.width() < metrics.averageCharWidth() * 3 || room.height() < metrics.height())
        return;
    painter->setFont(small);
    painter->setPen(palette().color(QPalette::Text));
    const QString name = cell.index.data().toString();
    painter->drawText(room, static_cast<int>(Qt::AlignLeft | Qt::AlignTop),
                      metrics.elidedText(name, Qt::ElideRight, room.width()));
    if (cell.isOpen || room.height() < 2 * metrics.height())
        return;
    const QString size = format::bytes(cell.index.data(m_role).toULongLong());
    painter->drawText(room.adjusted(0, metrics.height(), 0, 0), static_cast<int>(Qt::AlignLeft | Qt::AlignTop),
                      metrics.elidedText(size, Qt::ElideRight, room.width()));
}

bool Treemap::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QModelIndex index = indexAt(help->pos());
        QToolTip::showText(help->globalPos(), index.data(Qt::ToolTipRole).toString(), this, visualRect(index));
        return true;
    }
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange)
        forget();
    return QWidget::event(event);
}

void Treemap::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    forget();
}

void Treemap::mouseMoveEvent(QMouseEvent* event)
{
    const QModelIndex index = indexAt(event->position().toPoint());
    if (m_hovered == index)
        return;
    m_hovered = index;
    update();
    Q_EMIT hovered(index);
}

void Treemap::leaveEvent(QEvent*)
{
    m_hovered = QModelIndex();
    update();
    Q_EMIT hovered({});
}

void Treemap::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        setCurrentIndex(indexAt(event->position().toPoint()));
}

void Treemap::mouseDoubleClickEvent(QMouseEvent* event)
{
    enter(indexAt(event->position().toPoint()));
}

// A file leads to the directory that it is in.
void Treemap::enter(const QModelIndex& index)
{
    const QModelIndex directory = m_model && m_model->hasChildren(index) ? index : index.parent();
    if (directory.isValid())
        setRootIndex(directory);
}

void Treemap::step(int cells)
{
    ensureCells();
    if (m_cells.empty())
        return;
    const auto found = std::ranges::find(m_cells, QModelIndex(m_current), &Cell::index);
    const auto count = static_cast<qsizetype>(m_cells.size());
    const qsizetype at = found == m_cells.end() ? (cells > 0 ? -1 : count) : found - m_cells.begin();
    setCurrentIndex(m_cells[static_cast<std::size_t>(std::clamp<qsizetype>(at + cells, 0, count - 1))].index);
}

void Treemap::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Right:
    case Qt::Key_Down:
        return step(1);
    case Qt::Key_Left:
    case Qt::Key_Up:
        return step(-1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return enter(m_current);
    case Qt::Key_Backspace:
        if (m_root.isValid())
            setRootIndex(m_root.parent());
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

} // namespace lamella::widgets

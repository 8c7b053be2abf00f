// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QModelIndex>
#include <QPointer>
#include <QWidget>

#include <functional>
#include <vector>

class QAbstractItemModel;

namespace lamella::widgets {

/// Rectangles within rectangles, each as large as what it stands for (Bruls, Huizing, van Wijk: "Squarified Treemaps",
/// 2000): what of a tree takes the room. What is too small to be seen is left out. Arrow keys go from one to the next,
/// Return into a directory, Backspace out of it.
class Treemap final : public QWidget {
    Q_OBJECT
public:
    explicit Treemap(QWidget* parent = nullptr);

    /// `sizeRole`: bytes, a quint64; of a row with rows below it, that of all of them.
    void setModel(QAbstractItemModel* model, int sizeRole);
    /// How far a cell's ground goes from the palette's base (0) to the accent (1).
    void setShade(std::function<double(const QModelIndex&)> shade);

    /// What fills the widget; invalid: all.
    QModelIndex rootIndex() const { return m_root; }
    void setRootIndex(const QModelIndex& root);
    QModelIndex currentIndex() const { return m_current; }
    void setCurrentIndex(const QModelIndex& index);

    /// What lies there, the innermost.
    QModelIndex indexAt(const QPoint& position) const;
    QRect visualRect(const QModelIndex& index) const;

    QSize sizeHint() const override { return {480, 320}; }
    QSize minimumSizeHint() const override { return {160, 120}; }

Q_SIGNALS:
    /// The pointer is over it; invalid: over nothing.
    void hovered(const QModelIndex& index);
    void currentChanged(const QModelIndex& index);
    void rootChanged(const QModelIndex& index);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Cell {
        QModelIndex index;
        QRectF rect;
        int depth = 0;
        bool isOpen = false; ///< what is in it is drawn within it
    };

    void forget();
    void ensureCells();
    void addCells(const QModelIndex& parent, const QRectF& room, int depth);
    void addRow(const std::vector<std::pair<double, QModelIndex>>& row, double sum, QRectF& room, int depth);
    void addCell(const QModelIndex& index, const QRectF& rect, int depth);
    const Cell* cellAt(const QPointF& position) const;
    void paintCell(QPainter* painter, const Cell& cell) const;
    void enter(const QModelIndex& index);
    void step(int cells);
    double titleHeight() const;

    QPointer<QAbstractItemModel> m_model;
    int m_role = Qt::UserRole;
    std::function<double(const QModelIndex&)> m_shade;
    QPersistentModelIndex m_root;
    QPersistentModelIndex m_current;
    QPersistentModelIndex m_hovered;
    std::vector<Cell> m_cells; ///< outer ones first; they are made when they are needed
    bool m_known = false;
};

} // namespace lamella::widgets

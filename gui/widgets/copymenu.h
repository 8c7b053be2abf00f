// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPoint>
#include <QString>

class QAbstractItemView;
class QWidget;

namespace lamella::widgets {

/// A context menu with the one entry "Copy", which puts `text` on the clipboard. It returns at once.
void showCopyMenu(QWidget* parent, const QPoint& globalPosition, const QString& text);

/// Gives a view Ctrl+C: the texts of the selected rows, columns parted by tabs, rows by line ends.
void addCopyAction(QAbstractItemView* view);
/// What that action copies.
QString selectedRowsText(const QAbstractItemView* view);

} // namespace lamella::widgets

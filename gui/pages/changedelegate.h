// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QStyledItemDelegate>

class QColor;
class QPalette;

namespace lamella::pages {

/// "added", "modified", "deleted", "attributes only".
QString changeWord(client::ChangeKind kind);
QColor changeColor(client::ChangeKind kind, const QPalette& palette);

/// Paints the letter of a change in its colour (A green, M amber, D red, m blue) and paths monospace.
class ChangeDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

} // namespace lamella::pages

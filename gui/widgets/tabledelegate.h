// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSet>
#include <QStyledItemDelegate>

namespace lamella::widgets {

/// Rows of tables and trees: 28 px high, digits of one width, some columns monospace.
class TableDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit TableDelegate(const QSet<int>& monospaceColumns, QObject* parent = nullptr);

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

private:
    QSet<int> m_monospace;
};

} // namespace lamella::widgets

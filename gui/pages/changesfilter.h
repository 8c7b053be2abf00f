// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QSet>
#include <QSortFilterProxyModel>

namespace lamella::pages {

/// Changes of some kinds whose path holds a text; directories stay where something below them does.
class ChangesFilter final : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit ChangesFilter(QObject* parent = nullptr);

    void setText(const QString& text);
    void setKindShown(client::ChangeKind kind, bool shown);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    QString m_text;
    QSet<int> m_hidden;
};

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSortFilterProxyModel>

namespace lamella::pages {

/// Files in the order of a column; directories stand before them whatever it is.
class FilesSort final : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit FilesSort(QObject* parent = nullptr);

protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
};

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSortFilterProxyModel>
#include <QStringList>

namespace lamella::models {

/// Search and order over ImageListModel.
class ImageFilter : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit ImageFilter(QObject* parent = nullptr);

    /// Every word must occur in one of the image's names with its tag, whatever the case, or be what its ID begins
    /// with, after "sha256:" or with it.
    void setSearch(const QString& words);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    QStringList m_words;
};

} // namespace lamella::models

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSortFilterProxyModel>
#include <QString>

namespace lamella::models {

/// Search and state filter over ContainerListModel; sorts by SortRole.
class ContainerFilter : public QSortFilterProxyModel {
    Q_OBJECT

public:
    enum class Show { All, Running, Stopped, Failed };
    Q_ENUM(Show)

    explicit ContainerFilter(QObject* parent = nullptr);

    /// Every word must occur in the name, image, command or id, whatever the case.
    void setSearch(const QString& words);
    void setShow(Show show);
    bool isFiltering() const { return !m_words.isEmpty() || m_show != Show::All; }

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    QStringList m_words;
    Show m_show = Show::All;
};

} // namespace lamella::models

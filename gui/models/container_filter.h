// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSortFilterProxyModel>
#include <QStringList>

namespace lamella::models {

/// Search, state filter and order over ContainerListModel.
class ContainerFilter : public QSortFilterProxyModel {
    Q_OBJECT

public:
    enum class Show { All, Running, Stopped, Failed }; ///< Running has the paused ones, too
    Q_ENUM(Show)
    enum class Order { Name, Newest, Cpu, Memory };
    Q_ENUM(Order)

    explicit ContainerFilter(QObject* parent = nullptr);

    /// Every word must occur in the name, image, command or id, whatever the case.
    void setSearch(const QString& words);
    void setShow(Show show);
    void setOrder(Order order);
    bool isFiltering() const { return !m_words.isEmpty() || m_show != Show::All; }

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    QStringList m_words;
    Show m_show = Show::All;
    Order m_order = Order::Name;
};

} // namespace lamella::models

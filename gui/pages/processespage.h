// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/pages/page.h"

class QLabel;
class QSortFilterProxyModel;
class QTreeView;

namespace lamella::models {
class ProcessTreeModel;
}

namespace lamella::pages {

/// The container's processes as a tree under its shim, with both PIDs and both users of each.
class ProcessesPage final : public Page {
    Q_OBJECT

public:
    explicit ProcessesPage(client::Client* client, QWidget* parent = nullptr);

protected:
    void containerSet() override;
    void containerChanged() override;
    void refresh() override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void createView();
    void fitColumns();
    void ask();
    void showSummary();
    void showMenu(const QPoint& position);

    models::ProcessTreeModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTreeView* m_view;
    QLabel* m_summary;
    bool m_asking = false;
    /// Answers for a container that is no longer shown are thrown away.
    quint64 m_generation = 0;
};

} // namespace lamella::pages

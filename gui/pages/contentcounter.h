// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QElapsedTimer>
#include <QObject>
#include <QPersistentModelIndex>
#include <QPointer>
#include <QTimer>

#include <optional>
#include <vector>

class QTreeView;

namespace lamella::client {
class ContainerClient;
}

namespace lamella::models {
class ChangesModel;
}

namespace lamella::pages {

class ChangesFilter;

/// Has the bytes counted that differ from the image's: of the rows in sight, and of all where the list goes by that; of
/// those that are selected where there is no room for the column. It asks for some files at a time, one call after
/// another, and for no more once that is refused for good.
class ContentCounter final : public QObject {
    Q_OBJECT
public:
    /// `view` shows `model` through `filter`.
    ContentCounter(models::ChangesModel* model, ChangesFilter* filter, QTreeView* view);

    /// Another container, or none: what is being counted is of no use any more.
    void setContainer(client::ContainerClient* container);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Asked {
        QPersistentModelIndex row; ///< of the model
        client::ChangeEntry entry; ///< as it was then
    };
    void countSoon();
    void count();
    void take(const std::vector<Asked>& asked, const std::vector<std::optional<quint64>>& answers);
    std::vector<Asked> due() const;
    void addInSight(std::vector<Asked>& asked) const;
    void addBelow(const QModelIndex& parent, std::vector<Asked>& asked) const;
    void addDue(const QModelIndex& shown, std::vector<Asked>& asked) const;

    models::ChangesModel* m_model;
    ChangesFilter* m_filter;
    QTreeView* m_view;
    QPointer<client::ContainerClient> m_container;
    QTimer m_soon;
    QElapsedTimer m_elapsed;
    bool m_isAsking = false;
    quint64 m_generation = 0;
};

} // namespace lamella::pages

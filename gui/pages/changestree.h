// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/pages/draggedfiles.h"

#include <QTreeView>

#include <set>

class QSettings;

namespace lamella::models {
class ChangesModel;
}

namespace lamella::pages {

class ChangesFilter;

/// The tree, or the list, of what a container has changed.
class ChangesTree final : public QTreeView {
    Q_OBJECT
public:
    /// It shows `model` through `filter`.
    ChangesTree(models::ChangesModel* model, ChangesFilter* filter, QWidget* parent = nullptr);

    /// Makes each column as wide as what is in sight of it, unless a person has chosen its width, and hides what there
    /// is nothing for, or no room.
    void fitColumns();
    void save(QSettings& settings) const;
    void restore(const QSettings& settings);

    /// The model's indices of the selected rows.
    QModelIndexList chosen() const;
    /// How what is dragged to another program is copied out; set before anything is.
    void setFetch(DraggedFiles::Fetch fetch) { m_fetch = std::move(fetch); }
    /// What is dragged; the caller owns it.
    QMimeData* draggedData() const { return new DraggedFiles(m_fetch); }

protected:
    void startDrag(Qt::DropActions actions) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void arrangeColumns();
    void openWhatIsNew();
    void showColumns();
    int roomForPaths() const;

    models::ChangesModel* m_model;
    ChangesFilter* m_filter;
    DraggedFiles::Fetch m_fetch;
    std::set<int> m_chosenWidths; ///< columns
    bool m_isFitting = false;
};

} // namespace lamella::pages

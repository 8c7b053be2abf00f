// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/pages/draggedfiles.h"

#include <QTreeView>

namespace lamella::models {
class FilesModel;
}

namespace lamella::pages {

class FilesSort;

/// Those of a container can be changed, and differ from its image's.
enum class FilesOf { Container, Image };

/// The tree of the files of a container or an image.
class FilesTree final : public QTreeView {
    Q_OBJECT
public:
    FilesTree(models::FilesModel* model, FilesOf whose, QWidget* parent = nullptr);

    /// The model's indices (column 0) of what is selected, without what lies in a selected directory.
    QModelIndexList chosen() const;
    /// The model's index of the current row.
    QModelIndex current() const;
    void choose(const QModelIndex& file);
    /// Opens the editor of a name.
    void editName(const QModelIndex& file);
    /// How what is dragged to another program is copied out; set before anything is.
    void setFetch(DraggedFiles::Fetch fetch) { m_fetch = std::move(fetch); }
    /// What is dragged; the caller owns it.
    QMimeData* draggedData() const { return new DraggedFiles(m_fetch); }

Q_SIGNALS:
    void chosenChanged();
    /// Return or a double click on a file.
    void opened(const QModelIndex& file);
    /// Files of this machine, onto a file or directory; an invalid index is the root.
    void filesDropped(const QStringList& files, const QModelIndex& onto);

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void startDrag(Qt::DropActions actions) override;

private:
    void welcome(QDropEvent* event) const;

    models::FilesModel* m_files;
    bool m_canChange;
    FilesSort* m_sort;
    DraggedFiles::Fetch m_fetch;
};

} // namespace lamella::pages

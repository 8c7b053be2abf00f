// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/filestree.h"

#include "gui/models/files_model.h"
#include "gui/pages/filesdelegate.h"
#include "gui/pages/filessort.h"
#include "gui/widgets/copymenu.h"
#include "gui/widgets/tabledelegate.h"

#include <QDrag>
#include <QDropEvent>
#include <QKeyEvent>
#include <QMimeData>
#include <QUrl>

namespace lamella::pages {

using models::FilesModel;

namespace {

/// Milliseconds that something is held over a directory before it opens.
constexpr int kOpenedAfter = 700;
/// Where there is less room, what is not seen of a file is in the preview.
constexpr int kNarrowTree = 440;

QStringList localFiles(const QDropEvent& event)
{
    QStringList files;
    for (const QUrl& url : event.mimeData()->urls()) {
        if (url.isLocalFile())
            files.append(url.toLocalFile());
    }
    return files;
}

} // namespace

FilesTree::FilesTree(FilesModel* model, FilesOf whose, QWidget* parent)
    : QTreeView(parent)
    , m_files(model)
    , m_canChange(whose == FilesOf::Container)
    , m_sort(new FilesSort(this))
{
    m_sort->setSourceModel(model);
    setObjectName(QStringLiteral("filesTree"));
    setAccessibleName(tr("Files"));
    setHeader(new widgets::TableHeader(this));
    setModel(m_sort);
    setItemDelegate(new FilesDelegate(this));
    setUniformRowHeights(true);
    setSortingEnabled(true);
    sortByColumn(FilesModel::NameColumn, Qt::AscendingOrder);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(m_canChange ? EditKeyPressed : NoEditTriggers);
    setDragDropMode(m_canChange ? DragDrop : DragOnly);
    setAutoExpandDelay(kOpenedAfter);
    setExpandsOnDoubleClick(true);
    setAcceptDrops(m_canChange);
    setDropIndicatorShown(m_canChange);
    setContextMenuPolicy(Qt::CustomContextMenu);
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(FilesModel::NameColumn, QHeaderView::Stretch);
    for (int column = FilesModel::ChangeColumn; column < FilesModel::ColumnCount; ++column)
        header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    setColumnHidden(FilesModel::ChangeColumn, whose == FilesOf::Image);
    widgets::addCopyAction(this);
    connect(this, &QTreeView::collapsed, this,
            [this](const QModelIndex& directory) { m_files->forget(m_sort->mapToSource(directory)); });
    connect(this, &QTreeView::doubleClicked, this, [this](const QModelIndex& index) {
        if (!index.model()->hasChildren(index))
            Q_EMIT opened(m_sort->mapToSource(index));
    });
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this, &FilesTree::chosenChanged);
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this, &FilesTree::chosenChanged);
}

QModelIndexList FilesTree::chosen() const
{
    QModelIndexList rows;
    for (const QModelIndex& row : selectionModel()->selectedRows()) {
        bool isBelowAnother = false;
        for (QModelIndex above = row.parent(); above.isValid() && !isBelowAnother; above = above.parent())
            isBelowAnother = selectionModel()->isSelected(above);
        if (!isBelowAnother)
            rows.append(m_sort->mapToSource(row));
    }
    return rows;
}

QModelIndex FilesTree::current() const
{
    return m_sort->mapToSource(currentIndex().siblingAtColumn(0));
}

void FilesTree::choose(const QModelIndex& file)
{
    const QModelIndex index = m_sort->mapFromSource(file);
    // This one alone, whatever keys are being held.
    selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    scrollTo(index);
}

void FilesTree::editName(const QModelIndex& file)
{
    choose(file);
    edit(m_sort->mapFromSource(file));
}

bool FilesTree::event(QEvent* event)
{
    // F2 is for the file here, whatever it is for in the window.
    if (m_canChange && event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->key() == Qt::Key_F2
        && currentIndex().isValid())
        event->accept();
    return QTreeView::event(event);
}

void FilesTree::keyPressEvent(QKeyEvent* event)
{
    const bool isReturn = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (isReturn && state() != EditingState && currentIndex().isValid()) {
        const QModelIndex index = currentIndex().siblingAtColumn(0);
        if (model()->hasChildren(index))
            setExpanded(index, !isExpanded(index));
        else
            Q_EMIT opened(m_sort->mapToSource(index));
        return;
    }
    QTreeView::keyPressEvent(event);
}

void FilesTree::welcome(QDropEvent* event) const
{
    const bool isWelcome = m_canChange && event->source() != this && !localFiles(*event).isEmpty();
    event->setAccepted(isWelcome);
    if (isWelcome)
        event->setDropAction(Qt::CopyAction);
}

void FilesTree::dragEnterEvent(QDragEnterEvent* event)
{
    welcome(event);
}

void FilesTree::dragMoveEvent(QDragMoveEvent* event)
{
    // For the indicator, and so that a directory opens when something is held over it.
    QTreeView::dragMoveEvent(event);
    welcome(event);
}

void FilesTree::dropEvent(QDropEvent* event)
{
    const QStringList files = localFiles(*event);
    if (!m_canChange || files.isEmpty() || event->source() == this)
        return;
    event->setDropAction(Qt::CopyAction);
    event->accept();
    setState(NoState);
    viewport()->update();
    Q_EMIT filesDropped(files, m_sort->mapToSource(indexAt(event->position().toPoint()).siblingAtColumn(0)));
}

/// Names are what the tree is for: the others go first where there is no room.
void FilesTree::resizeEvent(QResizeEvent* event)
{
    QTreeView::resizeEvent(event);
    for (const int column : {FilesModel::ModeColumn, FilesModel::OwnerColumn, FilesModel::TimeColumn})
        setColumnHidden(column, width() < kNarrowTree);
}

void FilesTree::startDrag(Qt::DropActions)
{
    if (chosen().isEmpty() || !m_fetch)
        return;
    auto* drag = new QDrag(this);
    drag->setMimeData(draggedData());
    drag->exec(Qt::CopyAction);
}

} // namespace lamella::pages

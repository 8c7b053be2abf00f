// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/changestree.h"

#include "gui/models/changes_model.h"
#include "gui/pages/changedelegate.h"
#include "gui/pages/changesfilter.h"
#include "gui/widgets/copymenu.h"
#include "gui/widgets/tabledelegate.h"

#include <QDrag>

namespace lamella::pages {

using models::ChangesModel;

namespace {

/// Larger trees are not opened by themselves.
constexpr int kMostOpened = 500;
/// Room for the beginning of what made a layer; the tool tip has all of it.
constexpr int kLayerWidth = 140;

} // namespace

ChangesTree::ChangesTree(ChangesModel* model, ChangesFilter* filter, QWidget* parent)
    : QTreeView(parent)
    , m_model(model)
    , m_filter(filter)
{
    setObjectName(QStringLiteral("changesTree"));
    setAccessibleName(tr("Changes"));
    setHeader(new widgets::TableHeader(this));
    filter->setSourceModel(model);
    setModel(filter);
    setItemDelegate(new ChangeDelegate(this));
    setUniformRowHeights(true);
    setSortingEnabled(true);
    sortByColumn(ChangesModel::PathColumn, Qt::AscendingOrder);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setDragDropMode(QAbstractItemView::DragOnly);
    setContextMenuPolicy(Qt::CustomContextMenu);
    arrangeColumns();
    widgets::addCopyAction(this);
    openWhatIsNew();
}

void ChangesTree::arrangeColumns()
{
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(ChangesModel::PathColumn, QHeaderView::Stretch);
    for (const int column : {ChangesModel::KindColumn, ChangesModel::TypeColumn, ChangesModel::BytesColumn,
                             ChangesModel::DiffersColumn, ChangesModel::TimeColumn, ChangesModel::WriterColumn})
        header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    header()->resizeSection(ChangesModel::LayerColumn, kLayerWidth);
}

void ChangesTree::openWhatIsNew()
{
    connect(m_filter, &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex& parent, int first, int last) {
        if (m_model->count() > kMostOpened)
            return;
        expand(parent);
        for (int row = first; row <= last; ++row)
            expandRecursively(m_filter->index(row, 0, parent));
    });
    connect(m_filter, &QAbstractItemModel::modelReset, this, [this] {
        if (m_model->count() <= kMostOpened)
            expandAll();
    });
}

QModelIndexList ChangesTree::chosen() const
{
    QModelIndexList rows;
    for (const QModelIndex& row : selectionModel()->selectedRows())
        rows.append(m_filter->mapToSource(row));
    return rows;
}

void ChangesTree::startDrag(Qt::DropActions)
{
    if (chosen().isEmpty() || !m_fetch)
        return;
    auto* drag = new QDrag(this);
    drag->setMimeData(draggedData());
    drag->exec(Qt::CopyAction);
}

} // namespace lamella::pages

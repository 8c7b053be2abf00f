// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/changestree.h"

#include "gui/models/changes_model.h"
#include "gui/pages/changedelegate.h"
#include "gui/pages/changesfilter.h"
#include "gui/widgets/copymenu.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/tabledelegate.h"

#include <QDrag>
#include <QHeaderView>
#include <QSettings>

namespace lamella::pages {

using models::ChangesModel;

namespace {

/// Larger trees are not opened by themselves.
constexpr int kMostOpened = 500;
/// Room for the beginning of what made a layer; the tool tip has all of it.
constexpr int kLayerWidth = 140;

/// With less for the paths, it is not said how much differs.
constexpr int kLeastForPaths = 160;

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
    header()->resizeSection(ChangesModel::LayerColumn, kLayerWidth);
    m_chosenWidths = {ChangesModel::PathColumn, ChangesModel::LayerColumn}; // these do not go by what is in them
    connect(header(), &QHeaderView::sectionResized, this, [this](int column, int before, int now) {
        // Hiding is a resizing, too.
        if (!m_isFitting && before > 0 && now > 0)
            m_chosenWidths.insert(column);
    });
    fitColumns();
}

void ChangesTree::fitColumns()
{
    m_isFitting = true;
    showColumns();
    for (int column = 0; column < ChangesModel::ColumnCount; ++column) {
        if (!m_chosenWidths.contains(column) && !isColumnHidden(column))
            resizeColumnToContents(column);
    }
    showColumns();
    m_isFitting = false;
}

void ChangesTree::showColumns()
{
    setColumnHidden(ChangesModel::WriterColumn, !m_model->hasWriters());
    setColumnHidden(ChangesModel::DiffersColumn, roomForPaths() < kLeastForPaths);
}

/// Where it is said how much differs.
int ChangesTree::roomForPaths() const
{
    // The column's own width would be another as soon as it is hidden.
    int room
        = viewport()->width() - fontMetrics().horizontalAdvance(QStringLiteral("999.9 MB")) - widgets::kGroupSpacing;
    for (int column = ChangesModel::PathColumn + 1; column < ChangesModel::ColumnCount; ++column) {
        if (column != ChangesModel::DiffersColumn)
            room -= header()->sectionSize(column);
    }
    return room;
}

void ChangesTree::resizeEvent(QResizeEvent* event)
{
    QTreeView::resizeEvent(event);
    m_isFitting = true;
    showColumns();
    m_isFitting = false;
}

void ChangesTree::save(QSettings& settings) const
{
    settings.setValue(QStringLiteral("changes/columns"), header()->saveState());
    QVariantList chosen;
    for (const int column : m_chosenWidths)
        chosen.append(column);
    settings.setValue(QStringLiteral("changes/chosenWidths"), chosen);
}

void ChangesTree::restore(const QSettings& settings)
{
    m_isFitting = true;
    header()->restoreState(settings.value(QStringLiteral("changes/columns")).toByteArray());
    m_isFitting = false;
    for (const QVariant& column : settings.value(QStringLiteral("changes/chosenWidths")).toList())
        m_chosenWidths.insert(column.toInt());
    fitColumns();
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

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/layercontents.h"

#include "gui/format/formats.h"
#include "gui/models/layer_files_model.h"
#include "gui/models/wasted_model.h"
#include "gui/pages/layerfiledelegate.h"
#include "gui/widgets/copymenu.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"
#include "gui/widgets/searchfield.h"
#include "gui/widgets/tabledelegate.h"
#include "gui/widgets/toggle.h"
#include "gui/widgets/treemap.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QShortcut>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace lamella::pages {

using models::LayerFilesModel;
using models::WastedModel;

namespace {

enum Tab { FilesTab, SpaceTab, WastedTab };

/// A filter opens what it finds, unless that is too much to look through.
constexpr int kMostOpenedPaths = 2000;

} // namespace

LayerContents::LayerContents(QWidget* parent)
    : QWidget(parent)
    , m_model(new LayerFilesModel(this))
    , m_wastedModel(new WastedModel(this))
    , m_tabs(new QTabWidget(this))
{
    m_tabs->setObjectName(QStringLiteral("layerTabs"));
    m_tabs->setAccessibleName(tr("What to see of the layers"));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(createFiles(), tr("Files"));
    m_tabs->addTab(createSpace(), tr("Space"));
    m_tabs->addTab(createWasted(), tr("Wasted"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGrid, 0, 0, 0);
    layout->setSpacing(widgets::kGrid);
    layout->addWidget(createControls());
    layout->addWidget(m_tabs, 1);
    connect(m_model, &QAbstractItemModel::layoutChanged, this, &LayerContents::showCounts);
    connect(m_tabs, &QTabWidget::currentChanged, this, [this](int tab) {
        m_alone->setVisible(tab != WastedTab && !m_compared);
        m_search->setVisible(tab != WastedTab);
        m_counts->setVisible(tab != WastedTab);
    });
}

QWidget* LayerContents::createControls()
{
    auto* bar = new QWidget(this);
    m_alone = new QToolButton(bar);
    m_alone->setObjectName(QStringLiteral("layerAlone"));
    m_alone->setText(tr("This layer &alone"));
    m_alone->setToolTip(tr("Only what the chosen layer adds, changes and deletes, not what lies below it"));
    widgets::makeToggle(m_alone);
    m_search = new widgets::SearchField(tr("Filter names"), bar);
    m_search->setObjectName(QStringLiteral("layerFilter"));
    m_search->setMaximumWidth(260);
    m_counts = new QLabel(bar);
    m_counts->setObjectName(QStringLiteral("layerCounts"));
    m_counts->setFont(widgets::smallFont(font()));
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(m_alone);
    layout->addWidget(m_search, 1);
    layout->addStretch();
    layout->addWidget(m_counts);
    connect(m_alone, &QToolButton::toggled, this, &LayerContents::applyView);
    connect(m_search, &widgets::SearchField::searched, this, [this](const QString& text) {
        m_model->setText(text);
        if (!text.isEmpty() && m_model->count() <= kMostOpenedPaths)
            m_files->expandAll();
    });
    return bar;
}

QWidget* LayerContents::createFiles()
{
    m_files = new QTreeView(m_tabs);
    m_files->setObjectName(QStringLiteral("layerFiles"));
    m_files->setAccessibleName(tr("Files of the layers"));
    m_files->setHeader(new widgets::TableHeader(m_files));
    m_files->setModel(m_model);
    m_files->setItemDelegate(new LayerFileDelegate(m_files));
    m_files->setUniformRowHeights(true); // what lets a tree of a hundred thousand rows scroll
    m_files->setFrameShape(QFrame::NoFrame);
    m_files->setMouseTracking(true);
    m_files->setSortingEnabled(true);
    m_files->sortByColumn(LayerFilesModel::NameColumn, Qt::AscendingOrder);
    QHeaderView* header = m_files->header();
    header->setStretchLastSection(false);
    header->setSectionResizeMode(LayerFilesModel::NameColumn, QHeaderView::Stretch);
    header->setMinimumSectionSize(28);
    header->resizeSection(LayerFilesModel::KindColumn, 28);
    header->resizeSection(LayerFilesModel::BytesColumn, 80);
    header->resizeSection(LayerFilesModel::ModeColumn, 96);
    header->resizeSection(LayerFilesModel::OwnerColumn, 72);
    header->resizeSection(LayerFilesModel::LayersColumn, 76);
    widgets::addCopyAction(m_files);
    m_files->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_files, &QWidget::customContextMenuRequested, this, [this](const QPoint& position) {
        const QModelIndex index = m_files->indexAt(position);
        if (index.isValid())
            widgets::showCopyMenu(m_files, m_files->viewport()->mapToGlobal(position),
                                  QString::fromUtf8(index.data(LayerFilesModel::PathRole).toByteArray()));
    });
    m_files->viewport()->installEventFilter(this);
    m_files->installEventFilter(this);
    connect(m_files, &QTreeView::entered, this, &LayerContents::mark);
    connect(m_files->selectionModel(), &QItemSelectionModel::currentChanged, this, &LayerContents::mark);
    return m_files;
}

QWidget* LayerContents::createSpace()
{
    auto* page = new QWidget(m_tabs);
    m_where = new QLabel(page);
    m_where->setObjectName(QStringLiteral("layerWhere"));
    m_where->setFont(widgets::monospaceFont(font()));
    m_where->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_where->setMinimumWidth(80);
    m_up = new QToolButton(page);
    m_up->setObjectName(QStringLiteral("layerUp"));
    m_up->setIcon(widgets::icon(u"up"));
    m_up->setAccessibleName(tr("Out of the directory"));
    m_up->setToolTip(tr("Out of the directory (Backspace); a double click leads into one"));
    m_up->setAutoRaise(true);
    m_map = new widgets::Treemap(page);
    m_map->setObjectName(QStringLiteral("layerMap"));
    m_map->setAccessibleName(tr("What takes the room, as rectangles"));
    m_map->setModel(m_model, LayerFilesModel::BytesRole);
    m_map->setShade([this](const QModelIndex& index) {
        const auto& tree = m_model->tree();
        if (!tree)
            return 0.0;
        const auto entries = tree->entries(tree->nodes()[index.data(LayerFilesModel::NodeRole).toUInt()]);
        const double layers = static_cast<double>(std::max<std::size_t>(tree->layers().size(), 2)) - 1;
        return entries.empty() ? 0.0 : entries.back().layer / layers;
    });
    auto* head = new QHBoxLayout;
    head->setContentsMargins(0, widgets::kGrid, 0, 0);
    head->addWidget(m_up);
    head->addWidget(m_where, 1);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGrid);
    layout->addLayout(head);
    layout->addWidget(m_map, 1);
    connect(m_map, &widgets::Treemap::hovered, this, &LayerContents::mark);
    connect(m_map, &widgets::Treemap::currentChanged, this, [this](const QModelIndex& index) {
        mark(index);
        m_files->setCurrentIndex(index);
    });
    connect(m_map, &widgets::Treemap::rootChanged, this, &LayerContents::showWhere);
    connect(m_up, &QToolButton::clicked, this, [this] { m_map->setRootIndex(m_map->rootIndex().parent()); });
    return page;
}

QWidget* LayerContents::createWasted()
{
    m_wasted = new QTableView(m_tabs);
    m_wasted->setObjectName(QStringLiteral("layerWasted"));
    m_wasted->setAccessibleName(tr("Files that a later layer replaces or deletes"));
    m_wasted->setHorizontalHeader(new widgets::TableHeader(m_wasted));
    m_wasted->setModel(m_wastedModel);
    m_wasted->setItemDelegate(new widgets::TableDelegate({WastedModel::PathColumn}, m_wasted));
    m_wasted->setFrameShape(QFrame::NoFrame);
    m_wasted->setShowGrid(false);
    m_wasted->setWordWrap(false);
    m_wasted->setTabKeyNavigation(false);
    m_wasted->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_wasted->setSelectionMode(QAbstractItemView::SingleSelection);
    m_wasted->setToolTip(tr("A double click shows the file among the others"));
    m_wasted->verticalHeader()->hide();
    m_wasted->verticalHeader()->setDefaultSectionSize(widgets::kTableRowHeight);
    m_wasted->horizontalHeader()->setSectionResizeMode(WastedModel::PathColumn, QHeaderView::Stretch);
    m_wasted->horizontalHeader()->resizeSection(WastedModel::BytesColumn, 88);
    m_wasted->horizontalHeader()->resizeSection(WastedModel::VersionsColumn, 150);
    widgets::addCopyAction(m_wasted);
    connect(m_wasted, &QTableView::activated, this, &LayerContents::revealWasted);
    connect(m_wasted, &QTableView::doubleClicked, this, &LayerContents::revealWasted);
    connect(m_wasted->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& row) {
        Q_EMIT nodeMarked(row.isValid() ? row.data(WastedModel::NodeRole).toLongLong() : -1);
    });
    return m_wasted;
}

void LayerContents::setTree(const client::LayerTreePtr& tree, const QStringList& names, bool compared)
{
    const std::vector<QByteArray> paths = openPaths();
    const bool sameStack = m_model->tree() && tree && compared == m_compared
        && m_model->tree()->layers().size() == tree->layers().size();
    const QByteArray current = m_files->currentIndex().data(LayerFilesModel::PathRole).toByteArray();
    m_compared = compared;
    m_model->setTree(tree);
    m_model->setLayerNames(names);
    m_model->setOnlyDifferent(compared);
    m_model->setText(m_search->text());
    m_wastedModel->setTree(compared ? nullptr : tree);
    m_tabs->setTabVisible(WastedTab, !compared);
    const int wasted = m_wastedModel->rowCount();
    m_tabs->setTabText(WastedTab, wasted > 0 ? tr("Wasted (%1)").arg(wasted) : tr("Wasted"));
    m_alone->setVisible(!compared && m_tabs->currentIndex() != WastedTab);
    if (!sameStack)
        m_layer = tree ? static_cast<int>(tree->layers().size()) - 1 : 0;
    applyView();
    open(paths);
    if (const qint64 node = tree && !current.isEmpty() ? tree->find(current) : -1; node > 0)
        m_files->setCurrentIndex(m_model->indexOf(static_cast<quint32>(node)));
    showWhere();
}

void LayerContents::setLayer(int layer)
{
    m_layer = layer;
    applyView();
}

int LayerContents::layer() const
{
    return m_layer;
}

void LayerContents::applyView()
{
    const bool alone = m_alone->isChecked() || m_compared;
    m_model->setView(alone ? LayerFilesModel::Scope::Only : LayerFilesModel::Scope::UpTo, m_layer);
    showCounts();
}

void LayerContents::showCounts()
{
    m_counts->setText(m_model->tree()
                          ? tr("%1 paths, %2").arg(m_model->count()).arg(format::bytes(m_model->totalBytes()))
                          : QString());
}

void LayerContents::showWhere()
{
    const QModelIndex root = m_map->rootIndex();
    m_where->setText(root.isValid() ? QString::fromUtf8(root.data(LayerFilesModel::PathRole).toByteArray())
                                    : QStringLiteral("/"));
    m_up->setEnabled(root.isValid());
}

void LayerContents::mark(const QModelIndex& pointed)
{
    const QModelIndex index = pointed.isValid() ? pointed : m_files->currentIndex();
    Q_EMIT nodeMarked(index.isValid() ? index.data(LayerFilesModel::NodeRole).toLongLong() : -1);
}

bool LayerContents::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_files->viewport() && event->type() == QEvent::Leave)
        mark({});
    // The name is what one looks for: what is known about it goes first where there is no room.
    if (watched == m_files && event->type() == QEvent::Resize) {
        m_files->setColumnHidden(LayerFilesModel::OwnerColumn, m_files->width() < 520);
        m_files->setColumnHidden(LayerFilesModel::ModeColumn, m_files->width() < 440);
    }
    return QWidget::eventFilter(watched, event);
}

void LayerContents::reveal(quint32 node)
{
    m_tabs->setCurrentIndex(FilesTab);
    m_search->clear();
    m_model->setText({});
    const QModelIndex index = m_model->indexOf(node);
    m_files->setCurrentIndex(index);
    m_files->scrollTo(index, QAbstractItemView::PositionAtCenter);
    m_files->setFocus();
}

// Up to the layer that did away with it, which still says so.
void LayerContents::revealWasted(const QModelIndex& row)
{
    const auto node = row.data(WastedModel::NodeRole).toUInt();
    const auto entries = m_model->tree()->entries(m_model->tree()->nodes()[node]);
    m_alone->setChecked(false);
    Q_EMIT layerRequested(entries.back().layer);
    setLayer(entries.back().layer);
    reveal(node);
}

std::vector<QByteArray> LayerContents::openPaths() const
{
    std::vector<QByteArray> paths;
    std::vector<QModelIndex> directories{QModelIndex()};
    while (!directories.empty()) {
        const QModelIndex parent = directories.back();
        directories.pop_back();
        for (int row = 0; row < m_model->rowCount(parent); ++row) {
            const QModelIndex child = m_model->index(row, 0, parent);
            if (!m_files->isExpanded(child))
                continue;
            paths.push_back(child.data(LayerFilesModel::PathRole).toByteArray());
            directories.push_back(child);
        }
    }
    return paths;
}

void LayerContents::open(const std::vector<QByteArray>& paths)
{
    const auto& tree = m_model->tree();
    for (const QByteArray& path : paths) {
        if (const qint64 node = tree ? tree->find(path) : -1; node > 0)
            m_files->expand(m_model->indexOf(static_cast<quint32>(node)));
    }
}

} // namespace lamella::pages

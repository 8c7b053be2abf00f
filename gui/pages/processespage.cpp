// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/processespage.h"

#include "gui/client/container_client.h"
#include "gui/format/formats.h"
#include "gui/models/process_tree_model.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/copymenu.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"
#include "gui/widgets/searchfield.h"
#include "gui/widgets/tabledelegate.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QSortFilterProxyModel>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace lamella::pages {

using namespace std::chrono_literals;
using models::ProcessTreeModel;

namespace {

constexpr int kLeastCommand = 144; ///< px
/// What a narrow table does without; the tool tip of the row's other cells has it.
constexpr std::array kFirstToGo{ProcessTreeModel::StateColumn, ProcessTreeModel::CpuTimeColumn};

bool isFigure(int column)
{
    return column != ProcessTreeModel::UserInsideColumn && column != ProcessTreeModel::UserOutsideColumn
        && column != ProcessTreeModel::StateColumn;
}

/// What the cells of a column hardly exceed.
QString widestText(int column)
{
    switch (column) {
    case ProcessTreeModel::HostPidColumn:
        return QStringLiteral("4194304");
    case ProcessTreeModel::UserOutsideColumn:
        return QStringLiteral("4294967295");
    case ProcessTreeModel::CpuColumn:
        return QStringLiteral("100.0 %");
    case ProcessTreeModel::CpuTimeColumn:
        return QStringLiteral("999:59.99");
    case ProcessTreeModel::MemoryColumn:
        return QStringLiteral("999.9 MB");
    default:
        return QStringLiteral("sleeping");
    }
}

/// What has ended is paler for its last moment.
class ProcessDelegate final : public widgets::TableDelegate {
public:
    explicit ProcessDelegate(QObject* parent)
        : TableDelegate({ProcessTreeModel::CommandColumn}, parent)
    {
    }

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        TableDelegate::initStyleOption(option, index);
        if (index.data(ProcessTreeModel::EndedRole).toBool())
            option->palette.setColor(QPalette::Text, widgets::secondaryText(option->palette));
    }
};

} // namespace

ProcessesPage::ProcessesPage(client::Client* client, QWidget* parent)
    : Page(client, parent)
    , m_model(new ProcessTreeModel(this))
    , m_sorted(new QSortFilterProxyModel(this))
    , m_view(new QTreeView(this))
    , m_summary(new QLabel(this))
{
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(ProcessTreeModel::SortRole);
    m_sorted->setRecursiveFilteringEnabled(true);
    m_sorted->setFilterKeyColumn(-1);
    m_sorted->setFilterCaseSensitivity(Qt::CaseInsensitive);
    createView();

    auto* search = new widgets::SearchField(tr("Filter processes"), this);
    search->setObjectName(QStringLiteral("processFilter"));
    search->setMaximumWidth(260);
    connect(search, &widgets::SearchField::searched, m_sorted, &QSortFilterProxyModel::setFilterFixedString);
    m_summary->setObjectName(QStringLiteral("processSummary"));

    QVBoxLayout* layout = createContent(widgets::kGroupSpacing);
    auto* top = new QHBoxLayout;
    top->addWidget(m_summary, 1);
    top->addWidget(search);
    layout->addLayout(top);
    layout->addWidget(m_view, 1);
    setRefreshInterval(1s);
}

void ProcessesPage::createView()
{
    m_view->setObjectName(QStringLiteral("processTree"));
    m_view->setAccessibleName(tr("Processes"));
    m_view->setHeader(new widgets::TableHeader(m_view));
    m_view->setModel(m_sorted);
    m_view->setItemDelegate(new ProcessDelegate(m_view));
    m_view->setUniformRowHeights(true);
    m_view->setAlternatingRowColors(true);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(ProcessTreeModel::HostPidColumn, Qt::AscendingOrder);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_view->header()->setStretchLastSection(false);
    m_view->header()->setSectionResizeMode(ProcessTreeModel::CommandColumn, QHeaderView::Fixed);
    m_view->viewport()->installEventFilter(this);
    m_view->header()->setMinimumSectionSize(widgets::kTableRowHeight);
    m_view->setIndentation(widgets::kGroupSpacing);
    // The figures' columns are as wide as they can come to be, and do not move while they change; the rest is for the
    // command.
    const QFontMetrics metrics(m_view->header()->font());
    for (int column = 1; column < ProcessTreeModel::ColumnCount; ++column)
        m_view->header()->resizeSection(
            column,
            std::max(metrics.horizontalAdvance(m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString()),
                     metrics.horizontalAdvance(widestText(column)))
                + widgets::kSpacing + widgets::kGrid
                + (isFigure(column) ? metrics.horizontalAdvance(QChar(0x2002)) : 0));
    widgets::addCopyAction(m_view);
    connect(m_view, &QTreeView::customContextMenuRequested, this, &ProcessesPage::showMenu);
    // What a person folded stays folded; what comes new is open.
    connect(m_sorted, &QAbstractItemModel::rowsInserted, m_view,
            [this](const QModelIndex& parent, int first, int last) {
                m_view->expand(parent);
                for (int row = first; row <= last; ++row)
                    m_view->expandRecursively(m_sorted->index(row, 0, parent));
            });
    connect(m_sorted, &QAbstractItemModel::modelReset, m_view, &QTreeView::expandAll);
}

bool ProcessesPage::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_view->viewport() && event->type() == QEvent::Resize)
        fitColumns();
    return Page::eventFilter(watched, event);
}

void ProcessesPage::fitColumns()
{
    QHeaderView* header = m_view->header();
    const int width = m_view->viewport()->width();
    const auto others = [header] { return header->length() - header->sectionSize(ProcessTreeModel::CommandColumn); };
    for (const int column : kFirstToGo)
        m_view->setColumnHidden(column, false);
    for (const int column : kFirstToGo) {
        if (width - others() < kLeastCommand)
            m_view->setColumnHidden(column, true);
    }
    // What the figures leave, but never so little that no command can be told; then one scrolls.
    header->resizeSection(ProcessTreeModel::CommandColumn, std::max(kLeastCommand, width - others()));
}

void ProcessesPage::containerSet()
{
    ++m_generation;
    m_asking = false;
    m_model->clear();
    showSummary();
}

void ProcessesPage::containerChanged()
{
    if (isAlive()) {
        showContent();
        return;
    }
    m_model->clear();
    showNotRunning(u"processes",
                   tr("Here are the container's processes while it runs, with their PIDs inside and outside."));
}

void ProcessesPage::refresh()
{
    if (isAlive() && !m_asking)
        ask();
}

void ProcessesPage::ask()
{
    m_asking = true;
    const quint64 generation = m_generation;
    const quint64 time = format::nowUsec();
    container()->listProcesses().then(
        this, [this, generation, time](const client::Outcome<std::vector<client::ProcessInfo>>& answer) {
            if (generation != m_generation)
                return;
            m_asking = false;
            if (!answer) {
                // It ended between the question and the answer: containerChanged tells.
                if (answer.error().kind != client::ErrorKind::WrongState)
                    showError(tr("The processes could not be read"), answer.error());
                return;
            }
            clearError();
            m_model->update(*answer, time);
            showSummary();
        });
}

void ProcessesPage::showSummary()
{
    const int count = m_model->processCount();
    const QString processes = count == 1 ? tr("1 process inside") : tr("%n processes inside", nullptr, count);
    m_summary->setText(tr("%1; the shim outside holds their terminal or pipes.").arg(processes));
}

void ProcessesPage::showMenu(const QPoint& position)
{
    const QModelIndex index = m_view->indexAt(position);
    if (!index.isValid())
        return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto addCopy = [&](const QString& name, const QString& text) {
        connect(menu->addAction(widgets::icon(u"copy"), name), &QAction::triggered, this,
                [text] { QGuiApplication::clipboard()->setText(text); });
    };
    addCopy(tr("&Copy Rows"), widgets::selectedRowsText(m_view));
    addCopy(tr("Copy &Host PID"), index.siblingAtColumn(ProcessTreeModel::HostPidColumn).data().toString());
    addCopy(tr("Copy C&ommand"), index.siblingAtColumn(ProcessTreeModel::CommandColumn).data().toString());
    menu->popup(m_view->viewport()->mapToGlobal(position));
}

} // namespace lamella::pages

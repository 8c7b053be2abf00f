// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/images_section.h"

#include "gui/app/action_button.h"
#include "gui/app/image_actions.h"
#include "gui/client/client.h"
#include "gui/models/image_list_model.h"
#include "gui/widgets/copymenu.h"
#include "gui/widgets/emptystate.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/searchfield.h"
#include "gui/widgets/tabledelegate.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QSettings>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

namespace lamella::app {

using models::ImageListModel;

ImagesSection::ImagesSection(client::Client* client, ImageActions* actions, QWidget* parent)
    : QWidget(parent)
    , m_client(client)
    , m_actions(actions)
    , m_model(new ImageListModel(client, this))
    , m_filter(new QSortFilterProxyModel(this))
    , m_view(new QTableView(this))
    , m_stack(new QStackedWidget(this))
    , m_empty(new widgets::EmptyState(this))
{
    m_filter->setSourceModel(m_model);
    m_filter->setSortRole(ImageListModel::SortRole);
    m_filter->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_filter->setFilterKeyColumn(ImageListModel::NameColumn);
    QWidget* head = buildHead();
    buildView();
    m_empty->setObjectName(QStringLiteral("imagesEmpty"));
    m_stack->addWidget(m_view);
    m_stack->addWidget(m_empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kSpacing, widgets::kSpacing, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(head);
    layout->addWidget(m_stack, 1);

    connect(m_empty, &widgets::EmptyState::actionTriggered, this, [this] {
        if (m_model->rowCount() > 0)
            m_search->clear();
        else
            (m_actions->loadStarter->isVisible() ? m_actions->loadStarter : m_actions->load)->trigger();
    });
    connect(client, &client::Client::stateChanged, this, &ImagesSection::showRightPage);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(m_filter, signal, this, &ImagesSection::showRightPage);
    // The filter's rows go before the model's own: only then is it known whether there is any left.
    connect(m_model, &QAbstractItemModel::rowsRemoved, this, &ImagesSection::showRightPage);
    showRightPage();
}

QWidget* ImagesSection::buildHead()
{
    auto* head = new QWidget(this);
    m_search = new widgets::SearchField(tr("Search images"), head);
    m_search->setObjectName(QStringLiteral("imageSearch"));
    m_search->setAccessibleName(tr("Search images"));
    m_search->setToolTip(tr("A part of the name (Ctrl+F)"));
    m_search->setMaximumWidth(360);
    auto* run = new ActionButton(m_actions->run, head);
    run->makePrimary();
    auto* layout = new QHBoxLayout(head);
    layout->setContentsMargins(0, 0, widgets::kSpacing, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(m_search, 1);
    layout->addStretch();
    layout->addWidget(run);
    layout->addWidget(new ActionButton(m_actions->remove, head));
    layout->addWidget(new ActionButton(m_actions->load, head));
    connect(m_search, &widgets::SearchField::searched, m_filter, &QSortFilterProxyModel::setFilterFixedString);
    connect(m_search, &widgets::SearchField::searched, this, &ImagesSection::showRightPage);
    return head;
}

void ImagesSection::buildView()
{
    m_view->setObjectName(QStringLiteral("imageView"));
    m_view->setAccessibleName(tr("Images"));
    m_view->setHorizontalHeader(new widgets::TableHeader(m_view));
    m_view->setModel(m_filter);
    m_view->setItemDelegate(new widgets::TableDelegate({}, m_view));
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setShowGrid(false);
    m_view->setTabKeyNavigation(false);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(ImageListModel::NameColumn, Qt::AscendingOrder);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setDefaultSectionSize(widgets::kTableRowHeight);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->horizontalHeader()->setStretchLastSection(true);
    const std::initializer_list<std::pair<int, int>> widths{{ImageListModel::NameColumn, 200},
                                                            {ImageListModel::IdColumn, 112},
                                                            {ImageListModel::SizeColumn, 80},
                                                            {ImageListModel::LayersColumn, 76},
                                                            {ImageListModel::CreatedColumn, 104}};
    for (const auto& [column, width] : widths)
        m_view->horizontalHeader()->resizeSection(column, width);
    widgets::addCopyAction(m_view);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& current) {
        m_actions->setImage(m_model->image(m_filter->mapToSource(current)));
    });
    connect(m_view, &QTableView::activated, m_actions->run, &QAction::trigger);
    connect(m_view, &QTableView::customContextMenuRequested, this, [this](const QPoint& position) {
        if (!m_view->indexAt(position).isValid())
            return;
        auto* menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->addActions({m_actions->run, m_actions->remove});
        menu->popup(m_view->viewport()->mapToGlobal(position));
    });
}

void ImagesSection::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void ImagesSection::showRightPage()
{
    if (m_filter->rowCount() > 0) {
        m_stack->setCurrentWidget(m_view);
        if (!m_view->currentIndex().isValid())
            m_view->setCurrentIndex(m_filter->index(0, 0));
        return;
    }
    if (m_model->rowCount() > 0)
        m_empty->setContent(u"filter", tr("No image has such a name."), tr("Show all"));
    else if (!m_client->isReady())
        m_empty->setContent(u"warning", tr("What there is cannot be shown while the helper is away."));
    else if (m_actions->loadStarter->isVisible())
        m_empty->setContent(u"image",
                            tr("An image is what containers are made from. A small one with a shell ships with "
                               "Lamella."),
                            tr("Load the starter image"));
    else
        m_empty->setContent(u"image", tr("An image is what containers are made from, and there is none yet."),
                            tr("Load image…"));
    m_stack->setCurrentWidget(m_empty);
}

void ImagesSection::save(QSettings& settings) const
{
    settings.setValue(QStringLiteral("images/columns"), m_view->horizontalHeader()->saveState());
}

void ImagesSection::restore(const QSettings& settings)
{
    m_view->horizontalHeader()->restoreState(settings.value(QStringLiteral("images/columns")).toByteArray());
}

} // namespace lamella::app

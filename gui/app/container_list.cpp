// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/container_list.h"

#include "gui/app/action_button.h"
#include "gui/app/image_actions.h"
#include "gui/app/trash_button.h"
#include "gui/client/client.h"
#include "gui/models/container_list_model.h"
#include "gui/widgets/containerdelegate.h"
#include "gui/widgets/emptystate.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/searchfield.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace lamella::app {

using models::ContainerFilter;
using models::ContainerListModel;

namespace {

widgets::ContainerRow readRow(const QModelIndex& index)
{
    const QVariant cpu = index.data(ContainerListModel::CpuRole);
    const QVariant memory = index.data(ContainerListModel::MemoryRole);
    return {.state = static_cast<format::ShownState>(index.data(ContainerListModel::StateRole).toInt()),
            .name = index.data(Qt::DisplayRole).toString(),
            .image = index.data(ContainerListModel::ImageRole).toString(),
            .note = index.data(ContainerListModel::NoteRole).toString(),
            .cpuHistory = index.data(ContainerListModel::CpuHistoryRole).value<QList<double>>(),
            .cpu = cpu.toDouble(),
            .memoryBytes = memory.toULongLong(),
            .hasFigures = cpu.isValid() && memory.isValid()};
}

} // namespace

ContainerList::ContainerList(client::Client* client, QAction* run, ImageActions* images, QAction* trash,
                             QWidget* parent)
    : QWidget(parent)
    , m_client(client)
    , m_runAction(run)
    , m_images(images)
    , m_model(new ContainerListModel(client, this))
    , m_filter(new ContainerFilter(this))
    , m_view(new QListView(this))
    , m_stack(new QStackedWidget(this))
    , m_empty(new widgets::EmptyState(this))
{
    m_filter->setSourceModel(m_model);
    QWidget* head = buildHead();
    buildView();
    m_empty->setObjectName(QStringLiteral("containersEmpty"));
    m_stack->addWidget(m_view);
    m_stack->addWidget(m_empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kSpacing, widgets::kSpacing, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(head);
    layout->addWidget(m_stack, 1);
    layout->addWidget(new TrashButton(client, trash, this));

    connect(m_empty, &widgets::EmptyState::actionTriggered, this, &ContainerList::emptyAction);
    connect(client, &client::Client::stateChanged, this, &ContainerList::showRightPage);
    connect(client, &client::Client::imageAdded, this, &ContainerList::showRightPage);
    connect(client, &client::Client::imageRemoved, this, &ContainerList::showRightPage);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(m_filter, signal, this, &ContainerList::showRightPage);
    // The filter's rows go before the model's own: only then is it known whether there is any left.
    connect(m_model, &QAbstractItemModel::rowsRemoved, this, &ContainerList::showRightPage);
    connect(m_filter, &QAbstractItemModel::rowsInserted, this, &ContainerList::selectPending);
    showRightPage();
}

QWidget* ContainerList::buildHead()
{
    auto* head = new QWidget(this);
    m_search = new widgets::SearchField(tr("Search containers"), head);
    m_search->setObjectName(QStringLiteral("containerSearch"));
    m_search->setAccessibleName(tr("Search containers"));
    m_search->setToolTip(tr("Words in the name, image, command or id (Ctrl+F)"));
    auto* run = new ActionButton(m_runAction, head);
    run->setObjectName(QStringLiteral("runContainerButton"));
    run->makePrimary();
    m_show = new QComboBox(head);
    m_show->setObjectName(QStringLiteral("stateFilter"));
    m_show->setAccessibleName(tr("State of the containers shown"));
    m_show->addItems({tr("All"), tr("Running"), tr("Stopped"), tr("Failed")});
    m_show->setToolTip(tr("Which containers are shown"));
    m_order = new QComboBox(head);
    m_order->setObjectName(QStringLiteral("orderCombo"));
    m_order->setAccessibleName(tr("Order of the containers"));
    m_order->addItems({tr("By name"), tr("Newest first"), tr("By CPU"), tr("By memory")});
    m_order->setToolTip(tr("In what order the containers stand"));

    auto* first = new QHBoxLayout;
    first->setSpacing(widgets::kSpacing);
    first->addWidget(m_search, 1);
    first->addWidget(run);
    auto* second = new QHBoxLayout;
    second->setSpacing(widgets::kSpacing);
    second->addWidget(m_show);
    second->addWidget(m_order);
    second->addStretch();
    auto* layout = new QVBoxLayout(head);
    layout->setContentsMargins(0, 0, widgets::kSpacing, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addLayout(first);
    layout->addLayout(second);

    connect(m_search, &widgets::SearchField::searched, this, [this](const QString& words) {
        m_filter->setSearch(words);
        showRightPage();
    });
    connect(m_show, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_filter->setShow(static_cast<ContainerFilter::Show>(index));
        showRightPage();
    });
    connect(m_order, &QComboBox::currentIndexChanged, this,
            [this](int index) { m_filter->setOrder(static_cast<ContainerFilter::Order>(index)); });
    return head;
}

void ContainerList::buildView()
{
    m_view->setObjectName(QStringLiteral("containerView"));
    m_view->setAccessibleName(tr("Containers"));
    m_view->setModel(m_filter);
    m_view->setItemDelegate(new widgets::ContainerDelegate(readRow, m_view));
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setUniformItemSizes(true);
    m_view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this] { Q_EMIT currentChanged(current()); });
    connect(m_view, &QListView::clicked, this, &ContainerList::opened);
    connect(m_view, &QListView::activated, this, &ContainerList::opened);
    connect(m_view, &QListView::customContextMenuRequested, this, [this](const QPoint& position) {
        if (m_view->indexAt(position).isValid())
            Q_EMIT contextMenuRequested(m_view->viewport()->mapToGlobal(position));
    });
}

client::ContainerClient* ContainerList::current() const
{
    return m_model->container(m_filter->mapToSource(m_view->currentIndex()));
}

void ContainerList::select(const QString& id)
{
    m_pending = id;
    selectPending();
}

void ContainerList::selectPending()
{
    if (m_pending.isEmpty())
        return;
    const QModelIndex index = m_filter->mapFromSource(m_model->indexOf(m_pending));
    if (!index.isValid())
        return;
    m_pending.clear();
    m_view->setCurrentIndex(index);
    m_view->scrollTo(index);
}

void ContainerList::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

ContainerFilter::Order ContainerList::order() const
{
    return static_cast<ContainerFilter::Order>(m_order->currentIndex());
}

void ContainerList::setOrder(ContainerFilter::Order order)
{
    m_order->setCurrentIndex(static_cast<int>(order));
}

void ContainerList::showRightPage()
{
    if (m_filter->rowCount() > 0) {
        m_stack->setCurrentWidget(m_view);
        if (!m_view->currentIndex().isValid() && m_pending.isEmpty())
            m_view->setCurrentIndex(m_filter->index(0, 0));
        return;
    }
    showEmptyState();
    m_stack->setCurrentWidget(m_empty);
}

void ContainerList::showEmptyState()
{
    if (m_model->rowCount() > 0) {
        m_empty->setContent(u"filter", tr("No container is like that."), tr("Show all"));
    } else if (m_client->state() == client::Client::State::Connecting) {
        m_empty->setContent(u"container", tr("Asking the helper what there is…"));
    } else if (!m_client->isReady()) {
        m_empty->setContent(u"warning", tr("There is nothing to show while Lamella is not connected to its helper."),
                            tr("Try again"));
    } else if (!m_client->images().isEmpty()) {
        m_empty->setContent(u"container",
                            tr("A container is a program with its own files, processes and limits, made from an "
                               "image."),
                            tr("Run a container"));
    } else if (m_images->loadStarter->isVisible()) {
        m_empty->setContent(
            u"image",
            tr("A container is made from an image, and there is none yet. A small one with a shell ships with "
               "Lamella."),
            tr("Load the starter image"));
    } else {
        m_empty->setContent(u"image", tr("A container is made from an image, and there is none yet."),
                            tr("Load image…"));
    }
}

void ContainerList::emptyAction()
{
    if (m_model->rowCount() > 0) {
        m_search->clear();
        m_filter->setSearch({});
        m_show->setCurrentIndex(0);
        showRightPage();
    } else if (!m_client->isReady()) {
        Q_EMIT tryAgain();
    } else if (!m_client->images().isEmpty()) {
        m_runAction->trigger();
    } else {
        (m_images->loadStarter->isVisible() ? m_images->loadStarter : m_images->load)->trigger();
    }
}

} // namespace lamella::app

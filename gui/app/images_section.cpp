// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/images_section.h"

#include "gui/app/action_button.h"
#include "gui/app/image_actions.h"
#include "gui/app/image_details.h"
#include "gui/app/splitter.h"
#include "gui/client/client.h"
#include "gui/format/formats.h"
#include "gui/models/image_filter.h"
#include "gui/models/image_list_model.h"
#include "gui/models/image_relations.h"
#include "gui/widgets/elidedlabel.h"
#include "gui/widgets/emptystate.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/searchfield.h"
#include "gui/widgets/tabledelegate.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QSettings>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

namespace lamella::app {

using namespace std::chrono_literals;

using models::ImageListModel;

namespace {

constexpr int kNarrowestName = 180;

} // namespace

ImagesSection::ImagesSection(client::Client* client, ImageActions* actions, QWidget* parent)
    : QWidget(parent)
    , m_client(client)
    , m_actions(actions)
    , m_model(new ImageListModel(client, this))
    , m_filter(new models::ImageFilter(this))
    , m_view(new QTableView(this))
    , m_details(new ImageDetails(client, this))
    , m_splitter(new Splitter(this))
    , m_stack(new QStackedWidget(this))
    , m_empty(new widgets::EmptyState(this))
    , m_taken(new widgets::ElidedLabel(this))
{
    m_filter->setSourceModel(m_model);
    QWidget* head = buildHead();
    buildView();
    m_taken->setObjectName(QStringLiteral("imagesTaken"));
    m_taken->setForegroundRole(QPalette::PlaceholderText);
    m_empty->setObjectName(QStringLiteral("imagesEmpty"));
    m_splitter->setObjectName(QStringLiteral("imagesSplitter"));
    m_splitter->setOrientation(Qt::Vertical);
    m_splitter->addWidget(m_view);
    m_splitter->addWidget(m_details);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_details->setMinimumHeight(120);
    m_stack->addWidget(m_splitter);
    m_stack->addWidget(m_empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kSpacing, widgets::kSpacing, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(head);
    layout->addWidget(m_taken);
    layout->addWidget(m_stack, 1);

    connect(m_empty, &widgets::EmptyState::actionTriggered, this, [this] {
        if (m_model->rowCount() > 0)
            m_search->clear();
        else if (!m_client->isReady())
            m_client->connectToHelper();
        else
            m_actions->pull->trigger();
    });
    connect(m_empty, &widgets::EmptyState::secondTriggered, this,
            [this] { (m_actions->loadStarter->isVisible() ? m_actions->loadStarter : m_actions->load)->trigger(); });
    connect(m_actions, &ImageActions::historyRequested, m_details, &ImageDetails::showHistory);
    connect(m_actions, &ImageActions::layersRequested, m_details, &ImageDetails::showLayers);
    connect(m_actions, &ImageActions::filesRequested, m_details, &ImageDetails::showFiles);
    connect(m_actions, &ImageActions::inspectRequested, m_details, &ImageDetails::showDocuments);
    connect(client, &client::Client::stateChanged, this, &ImagesSection::showRightPage);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(m_filter, signal, this, &ImagesSection::showRightPage);
    // The filter's rows go before the model's own: only then is it known whether there is any left.
    connect(m_model, &QAbstractItemModel::rowsRemoved, this, &ImagesSection::showRightPage);
    // What images share changes with every image, and a load brings several at once.
    m_usage.setSingleShot(true);
    m_usage.setInterval(300ms);
    connect(&m_usage, &QTimer::timeout, this, &ImagesSection::askUsage);
    for (const auto signal : {&client::Client::imageAdded, &client::Client::imageRemoved})
        connect(client, signal, &m_usage, qOverload<>(&QTimer::start));
    connect(client, &client::Client::stateChanged, &m_usage, qOverload<>(&QTimer::start));
    connect(m_model, &QAbstractItemModel::dataChanged, this, &ImagesSection::showUsage);
    connect(m_model, &QAbstractItemModel::rowsRemoved, this, &ImagesSection::showUsage);
    showUsage();
    showRightPage();
}

QWidget* ImagesSection::buildHead()
{
    auto* head = new QWidget(this);
    m_search = new widgets::SearchField(tr("Search images"), head);
    m_search->setObjectName(QStringLiteral("imageSearch"));
    m_search->setAccessibleName(tr("Search images"));
    m_search->setToolTip(tr("A part of a name or tag, or the beginning of an ID (Ctrl+F)"));
    m_search->setMaximumWidth(360);
    auto* run = new ActionButton(m_actions->run, head);
    run->makePrimary();
    auto* layout = new QHBoxLayout(head);
    layout->setContentsMargins(0, 0, widgets::kSpacing, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(m_search, 1);
    layout->addStretch();
    layout->addWidget(new ActionButton(m_actions->load, head));
    layout->addWidget(new ActionButton(m_actions->pull, head));
    layout->addWidget(run);
    connect(m_search, &widgets::SearchField::searched, m_filter, &models::ImageFilter::setSearch);
    connect(m_search, &widgets::SearchField::searched, this, &ImagesSection::showRightPage);
    return head;
}

void ImagesSection::buildView()
{
    m_view->setObjectName(QStringLiteral("imageView"));
    m_view->setAccessibleName(tr("Images"));
    m_view->setHorizontalHeader(new widgets::TableHeader(m_view));
    m_view->setModel(m_filter);
    auto* delegate = new widgets::TableDelegate({ImageListModel::IdColumn}, m_view);
    delegate->setLinkColumns({ImageListModel::UsedByColumn});
    m_view->setItemDelegate(delegate);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setShowGrid(false);
    m_view->setWordWrap(false);
    m_view->setTabKeyNavigation(false);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(ImageListModel::NameColumn, Qt::AscendingOrder);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setDefaultSectionSize(widgets::kTableRowHeight);
    m_view->horizontalHeader()->setHighlightSections(false);
    const std::initializer_list<std::pair<int, int>> widths{
        {ImageListModel::TagColumn, 128},   {ImageListModel::IdColumn, 112},    {ImageListModel::SizeColumn, 80},
        {ImageListModel::UniqueColumn, 80}, {ImageListModel::SharedColumn, 80}, {ImageListModel::CreatedColumn, 104},
        {ImageListModel::UsedByColumn, 160}};
    for (const auto& [column, width] : widths)
        m_view->horizontalHeader()->resizeSection(column, width);
    m_view->horizontalHeader()->setSectionResizeMode(ImageListModel::NameColumn, QHeaderView::Stretch);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    connectView();
}

void ImagesSection::connectView()
{
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, &ImagesSection::chosenChanged);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ImagesSection::chosenChanged);
    connect(m_view, &QTableView::activated, this, [this](const QModelIndex& index) {
        if (index.column() == ImageListModel::UsedByColumn && m_actions->users->isEnabled())
            openUsers();
        else
            m_actions->run->trigger();
    });
    connect(m_view, &QTableView::clicked, this, [this](const QModelIndex& index) {
        if (index.column() == ImageListModel::UsedByColumn)
            openUsers();
    });
    connect(m_actions, &ImageActions::usersRequested, this, &ImagesSection::openUsers);
    connect(m_view, &QTableView::customContextMenuRequested, this, &ImagesSection::showMenu);
}

void ImagesSection::chosenChanged()
{
    QList<client::ImageClient*> chosen;
    const auto take = [&](const QModelIndex& index) {
        client::ImageClient* image = m_model->image(m_filter->mapToSource(index));
        if (image && !chosen.contains(image))
            chosen.append(image);
    };
    take(m_view->currentIndex());
    const QModelIndexList rows = m_view->selectionModel()->selectedRows();
    for (const QModelIndex& row : rows)
        take(row);
    m_actions->setImages(chosen);
    m_details->setImage(chosen.value(0));
}

void ImagesSection::showMenu(const QPoint& position)
{
    // Beside the rows it is about what could become one.
    const QList<QAction*> beside{m_actions->pull,        m_actions->load, m_actions->loadDirectory,
                                 m_actions->importFiles, nullptr,         m_actions->prune};
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("imageMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (QAction* action : m_view->indexAt(position).isValid() ? m_actions->contextActions() : beside)
        action ? menu->addAction(action) : static_cast<void>(menu->addSeparator());
    menu->popup(m_view->viewport()->mapToGlobal(position));
}

/// One container is shown at once, of several a person chooses.
void ImagesSection::openUsers()
{
    const client::ImageClient* image = m_actions->image();
    if (!image)
        return;
    const QList<client::ContainerClient*> users = models::containersOf(m_client, image);
    if (users.isEmpty())
        Q_EMIT trashRequested();
    if (users.size() == 1)
        Q_EMIT containerRequested(users.constFirst()->id());
    if (users.size() < 2)
        return;
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("usersMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const client::ContainerClient* one : users)
        connect(menu->addAction(one->data().name), &QAction::triggered, this,
                [this, id = one->id()] { Q_EMIT containerRequested(id); });
    const QModelIndex cell = m_view->currentIndex().siblingAtColumn(ImageListModel::UsedByColumn);
    const QRect place = m_view->visualRect(m_view->isColumnHidden(cell.column()) ? m_view->currentIndex() : cell);
    menu->popup(m_view->viewport()->mapToGlobal(place.bottomLeft()));
    // Whoever came by keys goes on by keys.
    menu->setActiveAction(menu->actions().constFirst());
}

void ImagesSection::askUsage()
{
    if (!isVisible() || !m_client->isReady())
        return;
    m_client->diskUsage().then(this, [this](const client::Outcome<client::DiskUsage>& usage) {
        if (!usage)
            return;
        m_totalBytes = usage->totalBytes;
        m_model->setUsage(*usage);
        showUsage();
    });
}

void ImagesSection::showUsage()
{
    const QList<client::ImageClient*> all = m_client->images();
    m_taken->setVisible(m_totalBytes && !all.isEmpty());
    if (!m_totalBytes)
        return;
    QList<client::ImageClient*> unused = all;
    unused.removeIf([this](const client::ImageClient* one) { return !models::userNames(m_client, one).isEmpty(); });
    const quint64 bytes = models::bytesFreed(unused, all);
    const QString total
        = tr("%n image(s), %1 on the disk.", nullptr, static_cast<int>(all.size())).arg(format::bytes(*m_totalBytes));
    m_taken->setText(bytes == 0
                         ? total
                         : tr("%1 To remove those that nothing uses would free %2.").arg(total, format::bytes(bytes)));
}

void ImagesSection::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_usage.start();
}

void ImagesSection::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitColumns();
}

/// In a narrow window a name that can be read is worth more than columns; what is hidden is in the tool tips.
void ImagesSection::fitColumns()
{
    int room = width() - kNarrowestName;
    for (const int column : {ImageListModel::SizeColumn, ImageListModel::TagColumn, ImageListModel::UsedByColumn,
                             ImageListModel::CreatedColumn, ImageListModel::UniqueColumn, ImageListModel::SharedColumn,
                             ImageListModel::IdColumn}) {
        m_view->setColumnHidden(column, false);
        room -= m_view->columnWidth(column);
        m_view->setColumnHidden(column, room < 0);
    }
}

void ImagesSection::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void ImagesSection::showRightPage()
{
    if (m_filter->rowCount() > 0) {
        m_stack->setCurrentWidget(m_splitter);
        if (!m_view->currentIndex().isValid())
            m_view->selectionModel()->setCurrentIndex(m_filter->index(0, 0),
                                                      QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        return;
    }
    if (m_model->rowCount() > 0)
        m_empty->setContent(u"filter", tr("No image has such a name or ID."), tr("Show all"));
    else if (!m_client->isReady())
        m_empty->setContent(u"warning", tr("There is nothing to show while Lamella is not connected to its helper."),
                            tr("Try again"));
    else
        m_empty->setContent(u"image",
                            m_actions->loadStarter->isVisible()
                                ? tr("An image is what containers are made from. Pull one from a registry, or load the "
                                     "small one with a shell that ships with Lamella.")
                                : tr("An image is what containers are made from. Pull one from a registry, or load an "
                                     "archive; it may also be dropped here."),
                            tr("Pull image…"),
                            m_actions->loadStarter->isVisible() ? tr("Load the starter image") : tr("Load image…"));
    m_stack->setCurrentWidget(m_empty);
}

void ImagesSection::save(QSettings& settings) const
{
    settings.setValue(QStringLiteral("images/columns4"), m_view->horizontalHeader()->saveState());
    settings.setValue(QStringLiteral("images/splitter"), m_splitter->saveState());
}

void ImagesSection::restore(const QSettings& settings)
{
    m_view->horizontalHeader()->restoreState(settings.value(QStringLiteral("images/columns4")).toByteArray());
    m_splitter->restoreState(settings.value(QStringLiteral("images/splitter")).toByteArray());
}

} // namespace lamella::app

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/layersview.h"

#include "gui/client/client.h"
#include "gui/client/container_client.h"
#include "gui/client/image_client.h"
#include "gui/format/formats.h"
#include "gui/models/image_relations.h"
#include "gui/models/layers_model.h"
#include "gui/pages/layercontents.h"
#include "gui/pages/layerdelegate.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/keyvalue.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QPlainTextEdit>
#include <QResizeEvent>
#include <QSignalBlocker>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

namespace lamella::pages {

using models::LayersModel;
using widgets::KeyValue;

namespace {

/// Below it the pile stands above what is in it.
constexpr int kNarrowView = 640;
constexpr int kPileWidth = 300;
constexpr int kLeastPile = 200;

} // namespace

LayersView::LayersView(client::Client* client, QWidget* parent)
    : QWidget(parent)
    , m_client(client)
    , m_model(new LayersModel(this))
    , m_splitter(new QSplitter(Qt::Horizontal, this))
    , m_contents(new LayerContents(this))
{
    m_splitter->setObjectName(QStringLiteral("layersSplitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(createPile());
    m_splitter->addWidget(m_contents);
    m_splitter->setStretchFactor(0, 2);
    m_splitter->setStretchFactor(1, 3);
    m_splitter->setSizes({kPileWidth, 2 * kPileWidth});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(createHead());
    layout->addWidget(m_splitter, 1);
    connect(m_contents, &LayerContents::nodeMarked, m_model, &LayersModel::setMarked);
    connect(m_contents, &LayerContents::layerRequested, this, [this](int layer) {
        m_pile->setCurrentIndex(m_model->index(m_model->rowOfLayer(layer), LayersModel::CommandColumn));
    });
}

QWidget* LayersView::createHead()
{
    auto* head = new QWidget(this);
    m_summary = new QLabel(head);
    m_summary->setObjectName(QStringLiteral("layersSummary"));
    m_summary->setWordWrap(true);
    auto* label = new QLabel(tr("Compare &with"), head);
    m_others = new QComboBox(head);
    m_others->setObjectName(QStringLiteral("layersCompare"));
    m_others->setAccessibleName(tr("Compare with another image or container"));
    m_others->setToolTip(tr("Show which files another image or container has otherwise"));
    m_others->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_others->setMinimumContentsLength(14);
    label->setBuddy(m_others);
    auto* choice = new QHBoxLayout;
    choice->setSpacing(widgets::kSpacing);
    choice->addWidget(label);
    choice->addWidget(m_others, 1);
    m_head = new QBoxLayout(QBoxLayout::LeftToRight, head);
    m_head->setContentsMargins(0, 0, 0, 0);
    m_head->setSpacing(widgets::kSpacing);
    m_head->addWidget(m_summary, 1);
    m_head->addLayout(choice);
    connect(m_others, &QComboBox::activated, this, &LayersView::compare);
    return head;
}

QWidget* LayersView::createPile()
{
    auto* side = new QSplitter(Qt::Vertical, m_splitter);
    side->setObjectName(QStringLiteral("pileSplitter"));
    side->setChildrenCollapsible(false);
    m_pile = new QListView(side);
    m_pile->setObjectName(QStringLiteral("layersStack"));
    m_pile->setAccessibleName(tr("Layers, the topmost first"));
    m_pile->setModel(m_model);
    m_pile->setModelColumn(LayersModel::CommandColumn);
    m_pile->setItemDelegate(new LayerDelegate(m_pile));
    m_pile->setMouseTracking(true);
    m_pile->setFrameShape(QFrame::NoFrame);
    m_pile->setMinimumSize(kLeastPile, kLeastPile / 2);
    m_pile->viewport()->setAutoFillBackground(false);
    m_pile->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_pile->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    connect(m_pile->selectionModel(), &QItemSelectionModel::currentChanged, this, &LayersView::showSelected);
    connect(m_model, &QAbstractItemModel::modelReset, this, &LayersView::showSelected);
    m_details = createDetails();
    side->addWidget(m_pile);
    side->addWidget(m_details);
    side->setStretchFactor(0, 3);
    side->setStretchFactor(1, 1);
    return side;
}

QWidget* LayersView::createDetails()
{
    auto* details = new QWidget(m_splitter);
    auto* layout = new QVBoxLayout(details);
    layout->setContentsMargins(0, widgets::kSpacing, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    m_values = new KeyValue(details);
    m_values->addRow(QStringLiteral("layerCreated"), tr("Created"));
    m_values->addRow(QStringLiteral("layerSize"), tr("Size"));
    m_values->addRow(QStringLiteral("layerUsers"), tr("Also in"));
    m_values->addRow(QStringLiteral("layerDiffId"), tr("diffID"), KeyValue::Style::Line);
    m_values->addRow(QStringLiteral("layerChainId"), tr("chainID"), KeyValue::Style::Line);
    m_command = new QPlainTextEdit(details);
    m_command->setObjectName(QStringLiteral("layerCommand"));
    m_command->setAccessibleName(tr("The command that made the layer"));
    m_command->setReadOnly(true);
    m_command->setTabChangesFocus(true);
    m_command->setFont(widgets::monospaceFont(font()));
    m_command->setMinimumHeight(48);
    layout->addWidget(m_values);
    layout->addWidget(m_command, 1);
    details->hide();
    return details;
}

void LayersView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    const Qt::Orientation wanted = width() < kNarrowView ? Qt::Vertical : Qt::Horizontal;
    if (m_splitter->orientation() == wanted)
        return;
    m_splitter->setOrientation(wanted);
    m_splitter->setSizes({kPileWidth, 2 * kPileWidth});
    m_head->setDirection(wanted == Qt::Vertical ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    showSelected();
}

void LayersView::setStack(Stack stack)
{
    if (stack.path != m_stack.path) {
        clear();
        listOthers();
    }
    m_stack = std::move(stack);
    if (m_others->currentIndex() <= 0)
        showPile();
}

void LayersView::clear()
{
    ++m_generation;
    m_loading = m_loadAgain = false;
    m_stack = {};
    m_tree.reset();
    m_writableBytes.reset();
    m_others->clear();
    m_contents->setTree(nullptr, {});
}

void LayersView::setWritableBytes(quint64 bytes)
{
    m_writableBytes = bytes;
    if (compareWith().isEmpty())
        showPile();
}

void LayersView::load()
{
    if (!m_stack.open)
        return;
    listOthers();
    if (m_loading) {
        m_loadAgain = true;
        return;
    }
    m_loading = true;
    m_stack.open(compareWith())
        .then(this, [this, generation = m_generation](const client::Outcome<client::LayerTreePtr>& tree) {
            if (generation != m_generation)
                return;
            m_loading = false;
            if (std::exchange(m_loadAgain, false))
                return load();
            if (!tree)
                Q_EMIT failed(tree.error());
            else
                take(*tree);
        });
}

void LayersView::take(const client::LayerTreePtr& tree)
{
    m_tree = tree;
    const bool compared = !compareWith().isEmpty();
    const int chosen
        = m_pile->currentIndex().isValid() ? m_pile->currentIndex().data(LayersModel::LayerRole).toInt() : -1;
    showPile();
    m_model->setTree(tree);
    m_contents->setTree(tree, layerNames(), compared);
    const bool isThere = chosen >= 0 && chosen < m_model->rowCount() && !compared;
    const int row = isThere ? m_model->rowOfLayer(chosen) : 0;
    m_pile->setCurrentIndex(m_model->index(row, LayersModel::CommandColumn));
    showSelected();
    showSummary();
    Q_EMIT loaded();
}

// Two stacks that are compared lie there like two sheets.
void LayersView::showPile()
{
    if (!compareWith().isEmpty()) {
        std::vector<client::LayerInfo> two(2);
        two[0].createdBy = m_stack.name;
        two[1].createdBy = m_others->currentText();
        for (std::size_t i = 0; m_tree && i < two.size() && i < m_tree->layers().size(); ++i)
            two[i].sizeBytes = m_tree->layers()[i].bytes;
        m_model->setLayers(two, std::nullopt);
        return;
    }
    const quint64 writable = m_writableBytes.value_or(LayersModel::kUnknownBytes);
    m_model->setLayers(m_stack.layers, m_stack.hasWritable ? std::optional(writable) : std::nullopt);
    showSummary();
}

void LayersView::showSummary()
{
    if (!compareWith().isEmpty()) {
        m_summary->setText(m_tree ? tr("What %1 has otherwise than %2: %3 added, %4 changed, %5 not there.")
                                        .arg(m_others->currentText(), m_stack.name)
                                        .arg(m_tree->layers().back().added)
                                        .arg(m_tree->layers().back().changed)
                                        .arg(m_tree->layers().back().deleted)
                                  : QString());
        return;
    }
    const int count = static_cast<int>(m_stack.layers.size());
    quint64 bytes = 0;
    for (const client::LayerInfo& layer : m_stack.layers)
        bytes += layer.sizeBytes;
    QString text = count == 1 ? tr("1 read-only layer") : tr("%n read-only layers", nullptr, count);
    text += QStringLiteral(" (%1)").arg(format::bytes(bytes));
    if (m_stack.hasWritable)
        text += tr(" below one writable layer");
    if (m_writableBytes)
        text += QStringLiteral(" (%1)").arg(format::bytes(*m_writableBytes));
    text += u'.';
    if (m_tree && m_tree->wasted() > 0)
        text += tr(" %1 of it wasted: files that a later layer replaces or deletes. Efficiency %2.")
                    .arg(format::bytes(m_tree->wasted()), format::percent(m_tree->efficiency()));
    else if (m_tree)
        text += tr(" Nothing of it is wasted.");
    m_summary->setText(text);
}

QStringList LayersView::layerNames() const
{
    QStringList names;
    for (int layer = 0; layer < m_model->rowCount(); ++layer)
        names.append(m_model->index(m_model->rowOfLayer(layer), LayersModel::CommandColumn).data().toString());
    return names;
}

// The images that have the layer as well, and the containers that were made of them.
QString LayersView::usersOf(const QString& chainId) const
{
    QStringList names;
    const auto images = m_client ? m_client->images() : QList<client::ImageClient*>{};
    for (const client::ImageClient* image : images) {
        if (image->path() == m_stack.path
            || !std::ranges::contains(image->data().layers, chainId, &client::LayerInfo::chainId))
            continue;
        names.append(image->displayName());
        for (const client::ContainerClient* container : models::containersOf(m_client, image))
            names.append(container->data().name);
    }
    constexpr qsizetype kMostNames = 4;
    if (names.size() > kMostNames) {
        const auto more = static_cast<int>(names.size() - kMostNames);
        names = names.first(kMostNames);
        names.append(tr("%n more", nullptr, more));
    }
    return names.isEmpty() ? tr("no other image") : names.join(QStringLiteral(", "));
}

void LayersView::showSelected()
{
    const QModelIndex current = m_pile->currentIndex();
    const bool compared = !compareWith().isEmpty();
    const int layer = current.isValid() ? current.data(LayersModel::LayerRole).toInt() : 0;
    if (current.isValid() && m_tree)
        m_contents->setLayer(compared ? 1 : layer);
    const bool isOfImage = current.isValid() && !compared && !current.data(LayersModel::WritableRole).toBool()
        && static_cast<std::size_t>(layer) < m_stack.layers.size();
    // Where there is little room, it is for the pile and the files.
    m_details->setVisible(isOfImage && m_splitter->orientation() == Qt::Horizontal);
    if (!isOfImage)
        return;
    const client::LayerInfo& shown = m_stack.layers[static_cast<std::size_t>(layer)];
    m_values->setValue(QStringLiteral("layerCreated"),
                       shown.createdUsec > 0 ? format::timeOfDay(shown.createdUsec) : QString());
    m_values->setValue(QStringLiteral("layerSize"), format::bytes(shown.sizeBytes));
    m_values->setValue(QStringLiteral("layerUsers"), usersOf(shown.chainId));
    m_values->setValue(QStringLiteral("layerDiffId"), shown.diffId);
    m_values->setValue(QStringLiteral("layerChainId"), shown.chainId);
    m_command->setPlainText(shown.createdBy);
    m_command->setVisible(!shown.createdBy.isEmpty());
}

void LayersView::listOthers()
{
    const QString chosen = compareWith();
    std::vector<std::pair<QString, QString>> others; // names and paths
    const auto images = m_client ? m_client->images() : QList<client::ImageClient*>{};
    for (const client::ImageClient* image : images)
        others.emplace_back(image->displayName(), image->path());
    const auto containers = m_client ? m_client->containers() : QList<client::ContainerClient*>{};
    for (const client::ContainerClient* container : containers)
        others.emplace_back(container->data().name, container->path());
    std::erase_if(others, [this](const auto& other) { return other.second == m_stack.path; });
    std::ranges::sort(others);
    const QSignalBlocker quiet(m_others);
    m_others->clear();
    m_others->addItem(tr("nothing"));
    for (const auto& [name, path] : others)
        m_others->addItem(name, path);
    m_others->setEnabled(m_others->count() > 1);
    m_others->setCurrentIndex(std::max(0, m_others->findData(chosen)));
}

QString LayersView::compareWith() const
{
    return m_others->currentData().toString();
}

void LayersView::compare()
{
    ++m_generation;
    m_loading = m_loadAgain = false;
    m_tree.reset();
    m_contents->setTree(nullptr, {});
    showPile();
    showSummary();
    load();
}

} // namespace lamella::pages

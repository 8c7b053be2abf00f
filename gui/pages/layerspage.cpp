// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/layerspage.h"

#include "gui/client/client.h"
#include "gui/client/container_client.h"
#include "gui/format/formats.h"
#include "gui/models/layers_model.h"
#include "gui/pages/layerdelegate.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/keyvalue.h"

#include <QLabel>
#include <QListView>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QVBoxLayout>

namespace lamella::pages {

using namespace std::chrono_literals;
using models::LayersModel;
using widgets::KeyValue;

LayersPage::LayersPage(client::Client* client, QWidget* parent)
    : Page(client, parent)
    , m_model(new LayersModel(this))
    , m_summary(new QLabel(this))
    , m_view(new QListView(this))
    , m_details(createDetails())
{
    m_summary->setObjectName(QStringLiteral("layersSummary"));
    m_summary->setWordWrap(true);
    m_view->setObjectName(QStringLiteral("layersStack"));
    m_view->setAccessibleName(tr("Layers, the writable one on top"));
    m_view->setModel(m_model);
    m_view->setModelColumn(LayersModel::CommandColumn);
    m_view->setItemDelegate(new LayerDelegate(m_view));
    m_view->setMouseTracking(true);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->viewport()->setAutoFillBackground(false);
    m_view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, &LayersPage::showSelected);
    connect(m_model, &QAbstractItemModel::modelReset, this, &LayersPage::showSelected);

    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->setObjectName(QStringLiteral("layersSplitter"));
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_view);
    splitter->addWidget(m_details);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    QVBoxLayout* layout = createContent(widgets::kGroupSpacing);
    layout->addWidget(m_summary);
    layout->addWidget(splitter, 1);
    setRefreshInterval(5s);
}

QWidget* LayersPage::createDetails()
{
    auto* details = new QWidget(this);
    auto* layout = new QVBoxLayout(details);
    layout->setContentsMargins(0, widgets::kSpacing, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    m_values = new KeyValue(details);
    m_values->addRow(QStringLiteral("layerCreated"), tr("Created"));
    m_values->addRow(QStringLiteral("layerSize"), tr("Size"));
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

const client::ImageData* LayersPage::image() const
{
    if (!container() || !client())
        return nullptr;
    const client::ImageClient* found = client()->image(container()->data().imageId);
    return found ? &found->data() : nullptr;
}

void LayersPage::containerSet()
{
    ++m_generation;
    m_asking = false;
    m_writableBytes.reset();
}

void LayersPage::containerChanged()
{
    showStack();
}

void LayersPage::refresh()
{
    if (!container() || m_asking)
        return;
    m_asking = true;
    const quint64 generation = m_generation;
    container()->listChanges().then(this, [this, generation](const client::Outcome<client::ChangeSet>& answer) {
        if (generation != m_generation)
            return;
        m_asking = false;
        if (!answer) {
            showError(tr("The size of the writable layer could not be read"), answer.error());
            return;
        }
        clearError();
        quint64 bytes = 0;
        for (const client::ChangeEntry& entry : answer->entries)
            bytes += entry.bytes;
        m_writableBytes = bytes;
        showStack();
    });
}

void LayersPage::showStack()
{
    const client::ImageData* shown = image();
    if (!shown) {
        showEmpty(u"layers",
                  container() ? tr("The image that this container was made from is not known any more.")
                              : tr("Here is the stack of layers that a container's files come from."));
        return;
    }
    m_model->setLayers(shown->layers, m_writableBytes.value_or(LayersModel::kUnknownBytes));
    const int count = static_cast<int>(shown->layers.size());
    const QString layers = count == 1 ? tr("1 read-only layer") : tr("%n read-only layers", nullptr, count);
    m_summary->setText(
        tr("%1 of %2 (%3) below one writable layer%4.")
            .arg(layers, container()->data().imageName, format::bytes(shown->sizeBytes),
                 m_writableBytes ? QStringLiteral(" (%1)").arg(format::bytes(*m_writableBytes)) : QString()));
    showContent();
}

void LayersPage::showSelected()
{
    const client::ImageData* shown = image();
    const QModelIndex current = m_view->currentIndex();
    const int count = m_model->rowCount();
    if (!shown || !current.isValid() || current.data(LayersModel::WritableRole).toBool()) {
        m_details->hide();
        return;
    }
    const auto position = static_cast<std::size_t>(count - 1 - current.row());
    if (position >= shown->layers.size())
        return;
    const client::LayerInfo& layer = shown->layers[position];
    m_values->setValue(QStringLiteral("layerCreated"),
                       layer.createdUsec > 0 ? format::timeOfDay(layer.createdUsec) : QString());
    m_values->setValue(QStringLiteral("layerSize"), format::bytes(layer.sizeBytes));
    m_values->setValue(QStringLiteral("layerDiffId"), layer.diffId);
    m_values->setValue(QStringLiteral("layerChainId"), layer.chainId);
    m_command->setPlainText(layer.createdBy);
    m_command->setVisible(!layer.createdBy.isEmpty());
    m_details->show();
}

} // namespace lamella::pages

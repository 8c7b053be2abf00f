// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/layerspage.h"

#include "gui/client/client.h"
#include "gui/client/container_client.h"
#include "gui/client/image_client.h"
#include "gui/pages/layersview.h"
#include "gui/widgets/fonts.h"

#include <QVBoxLayout>

namespace lamella::pages {

using namespace std::chrono_literals;

namespace {

/// Measuring the writable layer may take this part of the time.
constexpr int kMeasuringShare = 10;

} // namespace

LayersPage::LayersPage(client::Client* client, QWidget* parent)
    : Page(client, parent)
    , m_view(new LayersView(client, this))
{
    createContent(widgets::kGroupSpacing)->addWidget(m_view, 1);
    connect(m_view, &LayersView::failed, this,
            [this](const client::ClientError& error) { showError(tr("The layers could not be read"), error); });
    connect(m_view, &LayersView::loaded, this, &LayersPage::clearError);
    setRefreshInterval(5s);
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
    m_took = 0;
    m_measured.reset();
    m_view->clear();
}

void LayersPage::containerChanged()
{
    showStack();
}

void LayersPage::refresh()
{
    showStack();
    m_measured.reset();
    measure();
}

void LayersPage::tick()
{
    if (!m_asked.isValid() || m_asked.elapsed() > m_took * kMeasuringShare)
        measure();
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
    m_view->setStack(
        {container()->path(), container()->data().name, shown->layers, true,
         [container = QPointer(container())](const QString& other) { return container->openLayers(other); }});
    showContent();
}

// Summing up is cheaper than the tree, which is read anew where it says something else than before.
void LayersPage::measure()
{
    if (!container() || !image() || m_asking)
        return;
    m_asking = true;
    m_asked.start();
    container()->summarizeChanges().then(
        this, [this, generation = m_generation](const client::Outcome<client::ChangeSummary>& answer) {
            if (generation != m_generation)
                return;
            m_asking = false;
            m_took = m_asked.elapsed();
            if (!answer) {
                showError(tr("The size of the writable layer could not be read"), answer.error());
                return;
            }
            m_view->setWritableBytes(answer->bytes);
            const std::pair measured(answer->paths, answer->bytes);
            if (m_measured == measured && m_view->tree())
                return;
            m_measured = measured;
            m_view->load();
        });
}

} // namespace lamella::pages

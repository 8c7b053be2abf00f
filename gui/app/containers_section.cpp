// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/containers_section.h"

#include "gui/app/container_actions.h"
#include "gui/app/container_details.h"
#include "gui/app/container_list.h"
#include "gui/app/splitter.h"
#include "gui/models/container_list_model.h"

#include <QAction>
#include <QListView>
#include <QMenu>
#include <QSettings>
#include <QVBoxLayout>

namespace lamella::app {

ContainersSection::ContainersSection(client::Client* client, QAction* run, QAction* back, ContainerActions* actions,
                                     ImageActions* images, QWidget* parent)
    : QWidget(parent)
    , m_back(back)
    , m_splitter(new Splitter(this))
    , m_list(new ContainerList(client, run, images, actions->trash, this))
    , m_details(new ContainerDetails(client, actions, back, this))
{
    m_splitter->setObjectName(QStringLiteral("containersSplitter"));
    m_list->setObjectName(QStringLiteral("containerList"));
    m_list->setMinimumWidth(280);
    m_details->setMinimumWidth(360);
    m_splitter->addWidget(m_list);
    m_splitter->addWidget(m_details);
    m_splitter->setStretchFactor(0, 0);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({320, 820});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_splitter);

    connect(m_list, &ContainerList::currentChanged, this, [this, actions](client::ContainerClient* container) {
        actions->setContainer(container);
        m_details->setContainer(container);
        if (!container)
            goBack();
    });
    connect(m_list, &ContainerList::opened, this, &ContainersSection::openDetails);
    connect(m_list, &ContainerList::contextMenuRequested, this, [this, actions](const QPoint& position) {
        auto* menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->addActions({actions->start, actions->stop, actions->pause, actions->resume, actions->kill});
        menu->addSeparator();
        menu->addActions({actions->commit, actions->exportFiles});
        menu->addSeparator();
        menu->addActions({actions->rename, actions->remove, actions->removeForGood});
        menu->addSeparator();
        menu->addAction(actions->trash);
        menu->popup(position);
    });
    connect(m_list->model(), &QAbstractItemModel::rowsInserted, this, &ContainersSection::arrange);
    connect(m_list->model(), &QAbstractItemModel::rowsRemoved, this, &ContainersSection::arrange);
    arrange();
}

void ContainersSection::setNarrow(bool narrow)
{
    if (m_narrow == narrow)
        return;
    m_narrow = narrow;
    arrange();
}

void ContainersSection::openDetails()
{
    m_detailsOpen = m_list->current() != nullptr;
    const bool fromList = m_narrow && m_list->view()->hasFocus();
    arrange();
    // The list is gone: who came by keys goes on in the details.
    if (fromList && m_detailsOpen)
        m_details->setFocus();
}

void ContainersSection::goBack()
{
    m_detailsOpen = false;
    arrange();
    if (m_narrow)
        m_list->view()->setFocus();
}

void ContainersSection::arrange()
{
    // An empty list has all the room for saying why it is empty.
    const bool hasContainers = m_list->model()->rowCount() > 0;
    m_list->setVisible(!m_narrow || !m_detailsOpen);
    m_details->setVisible(m_narrow ? m_detailsOpen : hasContainers);
    m_details->setBackVisible(m_narrow);
    m_back->setEnabled(m_narrow && m_detailsOpen);
}

void ContainersSection::save(QSettings& settings) const
{
    settings.setValue(QStringLiteral("containers/splitter"), m_splitter->saveState());
    settings.setValue(QStringLiteral("containers/order"), static_cast<int>(m_list->order()));
    settings.setValue(QStringLiteral("containers/tab"), m_details->currentTab());
    m_details->save(settings);
}

void ContainersSection::restore(const QSettings& settings)
{
    m_splitter->restoreState(settings.value(QStringLiteral("containers/splitter")).toByteArray());
    m_list->setOrder(
        static_cast<models::ContainerFilter::Order>(settings.value(QStringLiteral("containers/order")).toInt()));
    m_details->setCurrentTab(settings.value(QStringLiteral("containers/tab")).toString());
    m_details->restore(settings);
}

} // namespace lamella::app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/container_filter.h"

#include <QPointer>
#include <QWidget>

class QAction;
class QComboBox;
class QListView;
class QStackedWidget;

namespace lamella::client {
class Client;
class ContainerClient;
} // namespace lamella::client

namespace lamella::models {
class ContainerListModel;
}

namespace lamella::widgets {
class EmptyState;
class SearchField;
} // namespace lamella::widgets

namespace lamella::app {

class ImageActions;

/// The list of containers with its search, its state filter and the button that runs a new one; where it is empty it
/// says why and offers the first step.
class ContainerList : public QWidget {
    Q_OBJECT

public:
    /// `trash`: shows it; there is a way to it while something is in it.
    ContainerList(client::Client* client, QAction* run, ImageActions* images, QAction* trash,
                  QWidget* parent = nullptr);

    models::ContainerListModel* model() const { return m_model; }
    client::ContainerClient* current() const;
    /// Chooses a container; one that is filtered away or not yet there is chosen when it appears.
    void select(const QString& id);
    void focusSearch();
    QListView* view() const { return m_view; }

    models::ContainerFilter::Order order() const;
    void setOrder(models::ContainerFilter::Order order);

Q_SIGNALS:
    void currentChanged(lamella::client::ContainerClient* container);
    /// A person chose a row: by click, Return or double click.
    void opened();
    void contextMenuRequested(const QPoint& globalPosition);
    void tryAgain();

private:
    QWidget* buildHead();
    void buildView();
    void showRightPage();
    void showEmptyState();
    void emptyAction();
    void selectPending();

    client::Client* m_client;
    QAction* m_runAction;
    ImageActions* m_images;
    models::ContainerListModel* m_model;
    models::ContainerFilter* m_filter;
    widgets::SearchField* m_search;
    QComboBox* m_show;
    QComboBox* m_order;
    QListView* m_view;
    QStackedWidget* m_stack;
    widgets::EmptyState* m_empty;
    QString m_pending;
};

} // namespace lamella::app

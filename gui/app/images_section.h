// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QSettings;
class QSortFilterProxyModel;
class QStackedWidget;
class QTableView;

namespace lamella::client {
class Client;
class ImageClient;
} // namespace lamella::client

namespace lamella::models {
class ImageListModel;
}

namespace lamella::widgets {
class EmptyState;
class SearchField;
} // namespace lamella::widgets

namespace lamella::app {

class ImageActions;

/// The list of images and what can be done with them.
class ImagesSection : public QWidget {
    Q_OBJECT

public:
    ImagesSection(client::Client* client, ImageActions* actions, QWidget* parent = nullptr);

    models::ImageListModel* model() const { return m_model; }
    QTableView* view() const { return m_view; }
    void focusSearch();
    void save(QSettings& settings) const;
    void restore(const QSettings& settings);

private:
    QWidget* buildHead();
    void buildView();
    void showRightPage();

    client::Client* m_client;
    ImageActions* m_actions;
    models::ImageListModel* m_model;
    QSortFilterProxyModel* m_filter;
    widgets::SearchField* m_search;
    QTableView* m_view;
    QStackedWidget* m_stack;
    widgets::EmptyState* m_empty;
};

} // namespace lamella::app

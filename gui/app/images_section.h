// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include <optional>

class QMenu;
class QSettings;
class QStackedWidget;
class QTableView;

namespace lamella::client {
class Client;
class ImageClient;
} // namespace lamella::client

namespace lamella::models {
class ImageFilter;
class ImageListModel;
} // namespace lamella::models

namespace lamella::widgets {
class ElidedLabel;
class EmptyState;
class SearchField;
} // namespace lamella::widgets

namespace lamella::app {

class ImageActions;
class ImageDetails;
class Splitter;

/// The list of images, what can be done with them, and below it how the chosen one was made.
class ImagesSection : public QWidget {
    Q_OBJECT

public:
    ImagesSection(client::Client* client, ImageActions* actions, QWidget* parent = nullptr);

    models::ImageListModel* model() const { return m_model; }
    QTableView* view() const { return m_view; }
    void focusSearch();
    void save(QSettings& settings) const;
    void restore(const QSettings& settings);

Q_SIGNALS:
    /// A person wants to see the container that was made from an image.
    void containerRequested(const QString& containerId);
    /// What was made from an image is all there.
    void trashRequested();

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* buildHead();
    void buildView();
    void connectView();
    void showRightPage();
    void chosenChanged();
    void showMenu(const QPoint& position);
    void fitColumns();
    void openUsers();
    void askUsage();
    void showUsage();

    client::Client* m_client;
    ImageActions* m_actions;
    models::ImageListModel* m_model;
    models::ImageFilter* m_filter;
    widgets::SearchField* m_search;
    QTableView* m_view;
    ImageDetails* m_details;
    Splitter* m_splitter;
    QStackedWidget* m_stack;
    widgets::EmptyState* m_empty;
    widgets::ElidedLabel* m_taken; ///< how much the images take altogether
    std::optional<quint64> m_totalBytes; ///< each layer counted once
    QTimer m_usage;
};

} // namespace lamella::app

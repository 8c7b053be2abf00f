// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/image_client.h"

#include <QPointer>
#include <QWidget>

class QComboBox;
class QPlainTextEdit;
class QTabWidget;
class QTableView;

namespace lamella::models {
class ImageHistoryModel;
}

namespace lamella::client {
class Client;
}

namespace lamella::pages {
class FilesView;
class LayersView;
} // namespace lamella::pages

namespace lamella::widgets {
class Banner;
class ElidedLabel;
} // namespace lamella::widgets

namespace lamella::app {

/// How the chosen image was made, its layers, its files, and its documents. It asks the helper only while it is seen.
class ImageDetails : public QWidget {
    Q_OBJECT

public:
    explicit ImageDetails(client::Client* client, QWidget* parent = nullptr);

    void setImage(client::ImageClient* image);
    void showHistory();
    void showLayers();
    void showFiles();
    void showDocuments();

protected:
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* buildHistory();
    QWidget* buildLayers(client::Client* client);
    QWidget* buildFiles();
    QWidget* buildDocuments();
    void load();
    void loadHistory();
    void loadLayers();
    void loadFiles();
    void loadDocuments();
    void showSteps(const std::vector<client::HistoryStep>& steps);
    void showStep();
    void fitColumns();
    void showDocument();
    void showError(const QString& what, const client::ClientError& error);

    QPointer<client::ImageClient> m_image;
    widgets::Banner* m_banner;
    QTabWidget* m_tabs;
    models::ImageHistoryModel* m_model;
    QTableView* m_steps;
    QPlainTextEdit* m_step;
    pages::LayersView* m_layers;
    pages::FilesView* m_files;
    QComboBox* m_which;
    QPlainTextEdit* m_document;
    widgets::ElidedLabel* m_digest;
    client::ImageDocuments m_documents;
    bool m_filesFailed = false; ///< the banner says so
    QString m_layersOf; ///< the image whose layers are shown, by id
    QString m_loaded; ///< the image that is shown, by id
};

} // namespace lamella::app

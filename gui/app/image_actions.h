// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/image_client.h"

#include <QAction>
#include <QObject>
#include <QPointer>

#include <functional>

namespace lamella::client {
class Client;
}

namespace lamella::app {

/// Where the starter image lies that ships with the program; empty where it is not installed.
QString starterLayout();

/// What can be done with images, as actions.
class ImageActions : public QObject {
    Q_OBJECT

public:
    ImageActions(client::Client* client, QWidget* window);

    /// The image that run and remove are about; nullptr: none.
    void setImage(client::ImageClient* image);
    client::ImageClient* image() const { return m_image; }

    QAction* loadStarter;
    QAction* load;
    QAction* run;
    QAction* remove;

Q_SIGNALS:
    /// `retry` asks for the same again; it may be empty.
    void failed(const QString& sentence, const std::function<void()>& retry);
    /// A person wants a container from this image.
    void runRequested(const QString& imageId);

private:
    void update();
    void chooseLayout();
    void loadLayout(const QString& directory);
    void report(const QString& what, const client::ClientError& error, std::function<void()> retry);
    void askRemove();

    client::Client* m_client;
    QWidget* m_window;
    QPointer<client::ImageClient> m_image;
};

} // namespace lamella::app

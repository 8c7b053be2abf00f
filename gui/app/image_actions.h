// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/image_client.h"

#include <QAction>
#include <QObject>
#include <QPointer>

#include <functional>

namespace lamella::client {
class Client;
class Credentials;
class RegistrySettings;
} // namespace lamella::client

namespace lamella::app {

class ImageJobs;
class ImageRemoval;

/// Where the starter image lies that ships with the program; empty where it is not installed.
QString starterLayout();

/// What can be done with images, as actions.
class ImageActions : public QObject {
    Q_OBJECT

public:
    ImageActions(client::Client* client, client::Credentials* credentials, client::RegistrySettings* settings,
                 ImageJobs* jobs, QWidget* window);

    /// The images that are chosen, the current one first; most actions are about that one alone.
    void setImages(const QList<client::ImageClient*>& images);
    client::ImageClient* image() const { return m_images.value(0); }
    /// In the order of menus, with separators (nullptr) between groups.
    QList<QAction*> contextActions() const;

    QAction* loadStarter;
    QAction* load;
    QAction* loadDirectory;
    QAction* importFiles;
    QAction* pull;
    QAction* pullAgain;
    QAction* run;
    QAction* users;
    QAction* tag;
    QAction* untag;
    QAction* push;
    QAction* save;
    QAction* history;
    QAction* layers;
    QAction* files;
    QAction* inspect;
    QAction* copyName;
    QAction* copyId;
    QAction* remove;
    QAction* prune;
    QAction* logins;
    QAction* registries;

Q_SIGNALS:
    /// `retry` asks for the same again; it may be empty.
    void failed(const QString& sentence, const std::function<void()>& retry);
    /// A person wants a container from this image.
    void runRequested(const QString& imageId);
    void usersRequested();
    void historyRequested();
    void layersRequested();
    void filesRequested();
    void inspectRequested();

private:
    QAction* make(const QString& name, QStringView icon, const QString& text, const QString& tip,
                  const QString& key = {});
    void buildActions();
    void connectActions();
    void update();
    void choose(bool directory);
    void chooseImport();
    void offerImport(const QString& archive, const QString& sentence);
    void askImport(const QString& archive);
    void askTag();
    void chooseUntag();
    void doUntag(client::ImageClient* image, const QString& reference);
    void askSave();
    void copy(const std::function<QString(const client::ImageData&)>& what);
    QList<client::ImageClient*> images() const;
    void report(const QString& what, const client::ClientError& error, const std::function<void()>& retry);

    client::Client* m_client;
    client::Credentials* m_credentials;
    client::RegistrySettings* m_registries;
    ImageJobs* m_jobs;
    ImageRemoval* m_removal;
    QWidget* m_window;
    QList<QPointer<client::ImageClient>> m_images;
};

} // namespace lamella::app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>

class QSettings;
class QStackedWidget;

namespace lamella::client {
class Client;
class ContainerClient;
class Credentials;
class RegistrySettings;
} // namespace lamella::client

namespace lamella::models {
class JobsModel;
}

namespace lamella::widgets {
class Banner;
}

namespace lamella::app {

class ContainerActions;
class ContainersSection;
class ImageActions;
class ImageJobs;
class ImagesSection;
class Notices;
class Sidebar;
class Splitter;

/// The window: sections at the left, the chosen one beside them, a banner above for what is wrong, a status line below.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    enum Section { Containers, Images, Activity };

    /// `credentials`, `registries`: nullptr: the person's own.
    explicit MainWindow(client::Client* client, client::Credentials* credentials = nullptr,
                        client::RegistrySettings* registries = nullptr, QWidget* parent = nullptr);

    ContainersSection* containers() const { return m_containers; }
    ContainerActions* containerActions() const { return m_containerActions; }
    ImageActions* imageActions() const { return m_imageActions; }
    client::Credentials* credentials() const { return m_credentials; }
    client::RegistrySettings* registries() const { return m_registries; }
    QAction* runAction() const { return m_run; }

    void setSection(Section section);
    /// "containers", "images", "activity", or a tab of a container's details; false where there is no such page.
    bool showPage(const QString& id);

    /// Sizes, columns and the tab, as the person left them.
    void save(QSettings& settings) const;
    void restore(const QSettings& settings);

protected:
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildActions();
    void buildMenus();
    void buildCentre();
    void connectParts();
    void showConnection();
    void updateCounts();
    void connectImages();
    void showContainer(const QString& id);
    void askCommit(client::ContainerClient* container, const QByteArrayList& paths);
    void askExport(client::ContainerClient* container);
    void askSaveChanges(client::ContainerClient* container, const QByteArrayList& paths);
    void askKeepChanges(client::ContainerClient* container, const QByteArrayList& paths);
    /// Where an archive is to be written.
    void askArchive(const QString& title, const QString& name, const std::function<void(const QString&)>& then);
    void runContainer(const QString& imageId);
    void find();

    client::Client* m_client;
    client::Credentials* m_credentials;
    client::RegistrySettings* m_registries;
    models::JobsModel* m_jobs;
    ImageJobs* m_imageJobs;
    bool m_closesAnyway = false; ///< although a file is being written
    ContainerActions* m_containerActions;
    ImageActions* m_imageActions;
    QAction* m_run = nullptr;
    QAction* m_back = nullptr;
    widgets::Banner* m_banner = nullptr;
    Notices* m_notices = nullptr;
    Splitter* m_splitter = nullptr;
    Sidebar* m_sidebar = nullptr;
    QStackedWidget* m_stack = nullptr;
    ContainersSection* m_containers = nullptr;
    ImagesSection* m_images = nullptr;
};

} // namespace lamella::app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QByteArrayList>
#include <QModelIndex>
#include <QObject>
#include <QPointer>

class QAction;
class QDialog;
class QMenu;

namespace lamella::client {
class ContainerClient;
struct ClientError;
} // namespace lamella::client

namespace lamella::models {
class FilesModel;
}

namespace lamella::pages {

class FileActions;
class FilesTree;

/// What changes the files of a container that are chosen in a tree, as actions with texts and keys; each is enabled
/// only while it makes sense. What is lost is asked for.
class FileChanges final : public QObject {
    Q_OBJECT
public:
    FileChanges(FileActions* actions, models::FilesModel* model, FilesTree* tree);

    /// What is still being asked of the files of the former one is put away, and its answers change nothing here.
    void setContainer(client::ContainerClient* container);
    /// With those that change nothing among them.
    QMenu* createMenu(QWidget* parent) const;

    QAction* edit;
    QAction* addFiles;
    QAction* addDirectory;
    QAction* newDirectory;
    QAction* rename;
    QAction* permissions;
    QAction* remove;

Q_SIGNALS:
    void failed(const QString& sentence);
    /// Files of this machine are to be copied into a directory of the container.
    void addRequested(const QStringList& files, const QByteArray& directory);

private:
    void connectActions();
    void updateActions();
    /// Whether the container that was asked is the one whose files are shown when the answer comes.
    bool isShown(const QPointer<client::ContainerClient>& asked) const { return asked && asked == m_container; }
    void chooseFiles(bool directory);
    void makeDirectory();
    void renameFile(const QByteArray& path, const QByteArray& name);
    void setPermissions();
    void askRemove();
    QString loss(const QModelIndexList& files) const;
    void removeFiles(const QByteArrayList& paths);
    void report(const QString& what, const client::ClientError& error);
    /// Where a change was made is read again.
    void changedIn(const QByteArrayList& paths);

    FileActions* m_actions;
    models::FilesModel* m_model;
    FilesTree* m_tree;
    QPointer<client::ContainerClient> m_container;
    QPointer<QDialog> m_question; ///< about files of this container
    QByteArray m_named; ///< a new directory, whose name is typed next
};

} // namespace lamella::pages

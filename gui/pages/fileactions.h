// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"
#include "gui/models/copy_out.h"

#include <QByteArrayList>
#include <QModelIndex>
#include <QObject>
#include <QPointer>

#include <functional>

class QAction;
class QMenu;

namespace lamella::client {
class ContainerClient;
struct ClientError;
} // namespace lamella::client

namespace lamella::models {
class FilesModel;
}

namespace lamella::pages {

class FilesTree;

/// What can be done with the files that are chosen in a tree, as actions with texts and keys; each is enabled only
/// while it makes sense. What is lost is asked for.
class FileActions final : public QObject {
    Q_OBJECT
public:
    FileActions(models::FilesModel* model, FilesTree* tree);

    void setContainer(client::ContainerClient* container);
    /// Where something new goes: the current directory, or the one that the current file is in.
    QByteArray directory() const;
    QMenu* createMenu(QWidget* parent) const;

    QAction* open;
    QAction* edit;
    QAction* addFiles;
    QAction* addDirectory;
    QAction* saveTo;
    QAction* newDirectory;
    QAction* rename;
    QAction* permissions;
    QAction* remove;
    QAction* copyPath;

    /// What is chosen, to be copied.
    std::vector<models::CopyOut::Source> sources() const;

Q_SIGNALS:
    void failed(const QString& sentence);
    /// Files of this machine are to be copied into a directory of the container.
    void addRequested(const QStringList& files, const QByteArray& directory);
    /// What is chosen is to be copied into a directory of this machine.
    void saveRequested(const QString& directory);

private:
    QAction* make(const QString& name, QStringView icon, const QString& text, const QKeySequence& key);
    void connectActions();
    void updateActions();
    QByteArrayList chosenPaths() const;
    void chooseFiles(bool directory);
    void chooseTarget();
    void makeDirectory();
    void renameFile(const QByteArray& path, const QByteArray& name);
    void setPermissions();
    void askRemove();
    QString loss(const QModelIndexList& files) const;
    void removeFiles(const QByteArrayList& paths);
    void report(const QString& what, const client::ClientError& error);
    /// Where a change was made is read again.
    void changedIn(const QByteArrayList& paths);

    models::FilesModel* m_model;
    FilesTree* m_tree;
    QPointer<client::ContainerClient> m_container;
    QByteArray m_named; ///< a new directory, whose name is typed next
};

} // namespace lamella::pages

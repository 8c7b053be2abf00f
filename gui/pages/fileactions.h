// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/copy_out.h"

#include <QByteArrayList>
#include <QKeySequence>
#include <QModelIndex>
#include <QObject>
#include <QPointer>

class QAction;
class QFileDialog;
class QMenu;

namespace lamella::models {
class FilesModel;
}

namespace lamella::pages {

class FilesTree;

/// What can be done with the files that are chosen in a tree and changes nothing of them, as actions with texts and
/// keys; each is enabled only while it makes sense.
class FileActions final : public QObject {
    Q_OBJECT
public:
    FileActions(models::FilesModel* model, FilesTree* tree);

    /// Where something new goes: the current directory, or the one that the current file is in.
    QByteArray directory() const;
    QByteArrayList chosenPaths() const;
    /// What is chosen, to be copied.
    std::vector<models::CopyOut::Source> sources() const;
    QMenu* createMenu(QWidget* parent) const;
    /// Puts away what is still being asked: files of something else are shown from now on.
    void dismiss();

    QAction* open;
    QAction* saveTo;
    QAction* copyPath;

Q_SIGNALS:
    /// What is chosen is to be copied into a directory of this machine.
    void saveRequested(const QString& directory);

private:
    void updateActions();
    void chooseTarget();

    models::FilesModel* m_model;
    FilesTree* m_tree;
    QPointer<QFileDialog> m_chooser;
};

/// An action of `owner`, named for tests and settings; a person sees the icon and the text.
QAction* makeFileAction(QObject* owner, const QString& name, QStringView icon, const QString& text,
                        const QKeySequence& key = {});
/// The key works while the tree has the focus.
void addFileKey(FilesTree* tree, QAction* action);

} // namespace lamella::pages

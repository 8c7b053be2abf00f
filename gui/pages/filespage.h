// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/pages/page.h"

#include <QModelIndex>

class QLabel;
class QSplitter;
class QStackedWidget;

namespace lamella::models {
class FilesModel;
}

namespace lamella::pages {

class CopyBar;
class FileActions;
class FileEditor;
class FilePreview;
class FilesTree;
class PathBar;
class TemporaryCopies;

/// The files of a container, to be looked into and changed.
class FilesPage final : public Page {
    Q_OBJECT

public:
    explicit FilesPage(client::Client* client, QWidget* parent = nullptr);

protected:
    void containerSet() override;
    void containerChanged() override;
    void refresh() override;
    void tick() override;

private:
    void createBar();
    void connectModel();
    void connectEditor();
    void connectCopies();
    void copyIn(const QStringList& files, const QByteArray& directory);
    void copyOut(const QString& directory);
    void showChosen();
    void open(const QModelIndex& file);

    models::FilesModel* m_model;
    FilesTree* m_tree;
    PathBar* m_bar;
    QSplitter* m_splitter;
    FileActions* m_actions;
    FilePreview* m_preview;
    FileEditor* m_editor;
    QStackedWidget* m_below; ///< the preview or the editor
    CopyBar* m_copies;
    TemporaryCopies* m_temporary;
    QLabel* m_cut;
    bool m_wasAlive = false;
};

} // namespace lamella::pages

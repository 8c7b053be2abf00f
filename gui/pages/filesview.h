// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/error.h"
#include "gui/pages/filestree.h"

#include <QPointer>
#include <QWidget>

#include <functional>

class QLabel;
class QMenu;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace lamella::client {
class FileSource;
}

namespace lamella::models {
class FileCopy;
class FilesModel;
} // namespace lamella::models

namespace lamella::pages {

class CopyBar;
class FileActions;
class FilePreview;
class PathBar;
class TemporaryCopies;

/// Files to be looked through and copied to this machine: the tree, where one is in it, and what is in the file that is
/// chosen. It reads when it is told to.
class FilesView final : public QWidget {
    Q_OBJECT
public:
    explicit FilesView(FilesOf whose, QWidget* parent = nullptr);

    /// What was shown of another one is forgotten at once; nullptr: none.
    void setSource(client::FileSource* source);
    client::FileSource* source() const { return m_source; }
    /// Reads what is open once more.
    void refresh();

    models::FilesModel* model() const { return m_model; }
    FilesTree* tree() const { return m_tree; }
    FileActions* actions() const { return m_actions; }

    /// Puts a button before the one that refreshes.
    void addButton(QToolButton* button);
    /// How the context menu is made, where it is another than that of FileActions.
    void setMenu(std::function<QMenu*()> menu) { m_menu = std::move(menu); }
    /// Something that takes the preview's place at times; nullptr: the preview again.
    void addBelow(QWidget* widget);
    void showBelow(QWidget* widget);
    /// Starts a copy, and tells of it; `doing`: "Copying into /etc". One at a time: `copy` is not made where one is
    /// under way, which is told.
    void run(const std::function<models::FileCopy*()>& copy, const QString& doing);

Q_SIGNALS:
    void chosenChanged();
    /// Return or a double click on what is no directory and no link.
    void fileOpened(const QModelIndex& file);
    /// A directory has been read.
    void loaded();
    /// `path` could not be read.
    void failed(const QByteArray& path, const lamella::client::ClientError& error);
    /// A sentence for the person.
    void noticed(const QString& sentence);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void createBar();
    void connectModel();
    void copyOut(const QString& directory);
    void showChosen();
    void open(const QModelIndex& file);

    QPointer<client::FileSource> m_source;
    models::FilesModel* m_model;
    FilesTree* m_tree;
    PathBar* m_bar;
    QSplitter* m_splitter;
    FileActions* m_actions;
    FilePreview* m_preview;
    QStackedWidget* m_below; ///< the preview, or what takes its place
    CopyBar* m_copies;
    TemporaryCopies* m_temporary;
    QToolButton* m_again;
    QLabel* m_cut;
    std::function<QMenu*()> m_menu;
};

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/fileactions.h"

#include "gui/models/file_paths.h"
#include "gui/models/files_model.h"
#include "gui/pages/filestree.h"
#include "gui/widgets/icons.h"

#include <QAction>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>

namespace lamella::pages {

using client::FileEntry;
using client::FileType;

QAction* makeFileAction(QObject* owner, const QString& name, QStringView icon, const QString& text,
                        const QKeySequence& key)
{
    auto* action = new QAction(widgets::icon(icon), text, owner);
    action->setObjectName(name);
    action->setShortcut(key);
    return action;
}

void addFileKey(FilesTree* tree, QAction* action)
{
    action->setShortcutContext(Qt::WidgetShortcut);
    tree->addAction(action);
}

FileActions::FileActions(models::FilesModel* model, FilesTree* tree)
    : QObject(tree)
    , open(makeFileAction(this, QStringLiteral("filesOpen"), u"right", tr("&Go Where It Leads")))
    , saveTo(makeFileAction(this, QStringLiteral("filesSaveTo"), u"save", tr("&Save To…")))
    , copyPath(makeFileAction(this, QStringLiteral("filesCopyPath"), u"copy", tr("&Copy Path"),
                              Qt::CTRL | Qt::SHIFT | Qt::Key_C))
    , m_model(model)
    , m_tree(tree)
{
    addFileKey(tree, copyPath);
    connect(copyPath, &QAction::triggered, this, [this] {
        QStringList paths;
        for (const QByteArray& path : chosenPaths())
            paths.append(models::textOf(path));
        QGuiApplication::clipboard()->setText(paths.join(u'\n'));
    });
    connect(saveTo, &QAction::triggered, this, &FileActions::chooseTarget);
    connect(open, &QAction::triggered, this, [this] { Q_EMIT m_tree->opened(m_tree->current()); });
    connect(m_tree, &FilesTree::chosenChanged, this, &FileActions::updateActions);
    connect(m_model, &QAbstractItemModel::dataChanged, this, &FileActions::updateActions);
    connect(m_model, &QAbstractItemModel::modelReset, this, &FileActions::updateActions);
    updateActions();
}

QByteArray FileActions::directory() const
{
    const QModelIndex current = m_tree->current();
    const FileEntry* entry = m_model->entry(current);
    const QByteArray path = m_model->path(current);
    return !entry || entry->type == FileType::Directory ? path : models::parentPath(path);
}

QByteArrayList FileActions::chosenPaths() const
{
    QByteArrayList paths;
    for (const QModelIndex& file : m_tree->chosen())
        paths.append(m_model->path(file));
    return paths;
}

std::vector<models::CopyOut::Source> FileActions::sources() const
{
    std::vector<models::CopyOut::Source> files;
    for (const QModelIndex& file : m_tree->chosen())
        files.push_back({m_model->path(file), *m_model->entry(file)});
    return files;
}

QMenu* FileActions::createMenu(QWidget* parent) const
{
    auto* menu = new QMenu(parent);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (open->isEnabled())
        menu->addAction(open);
    menu->addActions({saveTo, copyPath});
    return menu;
}

void FileActions::updateActions()
{
    const QModelIndexList chosen = m_tree->chosen();
    const FileEntry* current = m_model->entry(m_tree->current());
    open->setEnabled(chosen.size() == 1 && current && current->type == FileType::Symlink);
    saveTo->setEnabled(!chosen.isEmpty());
    copyPath->setEnabled(!chosen.isEmpty());
}

void FileActions::chooseTarget()
{
    auto* chooser = new QFileDialog(m_tree->window(), tr("Save to a directory of this machine"));
    chooser->setObjectName(QStringLiteral("saveToChooser"));
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setFileMode(QFileDialog::Directory);
    chooser->setOption(QFileDialog::ShowDirsOnly);
    chooser->setLabelText(QFileDialog::Accept, tr("Save"));
    connect(chooser, &QFileDialog::fileSelected, this, &FileActions::saveRequested);
    m_chooser = chooser;
    chooser->open();
}

void FileActions::dismiss()
{
    if (m_chooser)
        m_chooser->reject();
}

} // namespace lamella::pages

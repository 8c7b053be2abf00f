// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/filechanges.h"

#include "gui/client/container_client.h"
#include "gui/client/job_client.h"
#include "gui/models/file_paths.h"
#include "gui/models/files_model.h"
#include "gui/pages/fileactions.h"
#include "gui/pages/fileeditor.h"
#include "gui/pages/filepermissions.h"
#include "gui/pages/filestree.h"
#include "gui/widgets/confirmation.h"

#include <QAction>
#include <QFileDialog>
#include <QMenu>

#include <algorithm>

namespace lamella::pages {

using client::ChangeKind;
using client::FileEntry;
using client::FileType;

FileChanges::FileChanges(FileActions* actions, models::FilesModel* model, FilesTree* tree)
    : QObject(tree)
    , edit(makeFileAction(this, QStringLiteral("filesEdit"), u"edit", tr("&Edit"), Qt::Key_F4))
    , addFiles(makeFileAction(this, QStringLiteral("filesAdd"), u"load", tr("&Add Files…")))
    , addDirectory(makeFileAction(this, QStringLiteral("filesAddDirectory"), u"load", tr("Add a &Directory…")))
    , newDirectory(makeFileAction(this, QStringLiteral("filesNewDirectory"), u"new-directory", tr("&New Directory"),
                                  Qt::CTRL | Qt::SHIFT | Qt::Key_N))
    , rename(makeFileAction(this, QStringLiteral("filesRename"), u"rename", tr("&Rename"), Qt::Key_F2))
    , permissions(makeFileAction(this, QStringLiteral("filesPermissions"), u"settings", tr("Per&missions…")))
    , remove(makeFileAction(this, QStringLiteral("filesRemove"), u"remove", tr("Re&move…"), QKeySequence::Delete))
    , m_actions(actions)
    , m_model(model)
    , m_tree(tree)
{
    // F2 is the tree's own key for typing a name; here it is only written beside the text.
    for (QAction* action : {edit, newDirectory, remove})
        addFileKey(tree, action);
    connectActions();
    updateActions();
}

void FileChanges::connectActions()
{
    connect(newDirectory, &QAction::triggered, this, &FileChanges::makeDirectory);
    connect(rename, &QAction::triggered, this, [this] { m_tree->editName(m_tree->current()); });
    connect(permissions, &QAction::triggered, this, &FileChanges::setPermissions);
    connect(remove, &QAction::triggered, this, &FileChanges::askRemove);
    connect(addFiles, &QAction::triggered, this, [this] { chooseFiles(false); });
    connect(addDirectory, &QAction::triggered, this, [this] { chooseFiles(true); });
    connect(m_tree, &FilesTree::chosenChanged, this, &FileChanges::updateActions);
    connect(m_model, &QAbstractItemModel::dataChanged, this, &FileChanges::updateActions);
    connect(m_model, &models::FilesModel::renameRequested, this, &FileChanges::renameFile);
    connect(m_model, &models::FilesModel::directoryRead, this, [this] {
        const QModelIndex made = m_named.isEmpty() ? QModelIndex() : m_model->find(m_named);
        if (!made.isValid())
            return;
        m_named.clear();
        m_tree->editName(made);
    });
}

void FileChanges::setContainer(client::ContainerClient* container)
{
    m_container = container;
    m_named.clear();
    if (m_question)
        m_question->reject();
    updateActions();
}

QMenu* FileChanges::createMenu(QWidget* parent) const
{
    auto* menu = new QMenu(parent);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (m_actions->open->isEnabled())
        menu->addAction(m_actions->open);
    menu->addAction(edit);
    menu->addSeparator();
    menu->addActions({addFiles, addDirectory, m_actions->saveTo});
    menu->addSeparator();
    menu->addActions({newDirectory, rename, permissions, m_actions->copyPath});
    menu->addSeparator();
    menu->addAction(remove);
    return menu;
}

void FileChanges::updateActions()
{
    const QModelIndexList chosen = m_tree->chosen();
    const FileEntry* current = m_model->entry(m_tree->current());
    const bool any = m_container && !chosen.isEmpty();
    const bool one = m_container && chosen.size() == 1 && current;
    const bool isOwn
        = std::ranges::none_of(chosen, [this](const QModelIndex& file) { return m_model->entry(file)->isMounted; });
    edit->setEnabled(one && FileEditor::canEdit(*current));
    for (QAction* action : {addFiles, addDirectory, newDirectory})
        action->setEnabled(m_container);
    rename->setEnabled(one && isOwn);
    permissions->setEnabled(any && isOwn);
    remove->setEnabled(any && isOwn);
}

void FileChanges::chooseFiles(bool directory)
{
    const QByteArray into = m_actions->directory();
    auto* chooser = new QFileDialog(m_tree->window(), tr("Copy into %1").arg(models::textOf(into)));
    chooser->setObjectName(QStringLiteral("addChooser"));
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setFileMode(directory ? QFileDialog::Directory : QFileDialog::ExistingFiles);
    chooser->setOption(QFileDialog::ShowDirsOnly, directory);
    chooser->setLabelText(QFileDialog::Accept, tr("Copy"));
    connect(chooser, &QFileDialog::filesSelected, this,
            [this, into](const QStringList& files) { Q_EMIT addRequested(files, into); });
    m_question = chooser;
    chooser->open();
}

void FileChanges::makeDirectory()
{
    if (!m_container)
        return;
    const QByteArray above = m_actions->directory();
    QByteArray path = models::childPath(above, tr("New Directory").toUtf8());
    for (int number = 2; m_model->find(path).isValid(); ++number)
        path = models::childPath(above, tr("New Directory %1").arg(number).toUtf8());
    constexpr quint32 kMode = 0755;
    const auto ended = [this, asked = m_container, path, above](const client::Outcome<void>& outcome) {
        if (!isShown(asked))
            return;
        if (!outcome)
            return report(tr("The directory was not made"), outcome.error());
        m_named = path;
        m_model->readAgain(above);
    };
    m_container->makeDirectory(path, kMode).then(this, ended);
}

void FileChanges::renameFile(const QByteArray& path, const QByteArray& name)
{
    if (!m_container)
        return;
    const QByteArray to = models::childPath(models::parentPath(path), name);
    const auto ended = [this, asked = m_container, path, to](const client::Outcome<void>& outcome) {
        if (!isShown(asked))
            return;
        if (!outcome)
            return report(tr("%1 was not renamed").arg(models::textOf(path)), outcome.error());
        changedIn({path});
        m_model->reveal(to);
    };
    m_container->moveFile(path, to).then(this, ended);
}

void FileChanges::setPermissions()
{
    const QModelIndexList chosen = m_tree->chosen();
    if (!m_container || chosen.isEmpty())
        return;
    const auto isDirectory
        = [this](const QModelIndex& file) { return m_model->entry(file)->type == FileType::Directory; };
    const auto directory = std::ranges::find_if(chosen, isDirectory);
    const bool hasDirectories = directory != chosen.end();
    const QModelIndex current = m_tree->current();
    const QModelIndex other = hasDirectories ? *directory : chosen.first();
    const bool isShownFirst = chosen.contains(current) && (!hasDirectories || isDirectory(current));
    const QByteArrayList paths = m_actions->chosenPaths();
    const FileEntry* first = m_model->entry(isShownFirst ? current : other);
    auto* dialog = new FilePermissions(m_container, paths, *first, hasDirectories, m_tree->window());
    connect(dialog, &FilePermissions::changed, this, [this, asked = m_container, paths] {
        if (isShown(asked))
            changedIn(paths);
    });
    dialog->open();
}

void FileChanges::askRemove()
{
    const QModelIndexList files = m_tree->chosen();
    const QByteArrayList paths = m_actions->chosenPaths();
    if (!m_container || paths.isEmpty())
        return;
    const QString question = paths.size() == 1
        ? tr("Remove %1?").arg(models::textOf(paths.first()))
        : tr("Remove %n files and directories?", nullptr, static_cast<int>(paths.size()));
    auto* confirmation = new widgets::Confirmation(m_tree->window(), question, tr("&Remove"));
    confirmation->setObjectName(QStringLiteral("filesQuestion"));
    confirmation->setConsequence(loss(files));
    m_question = confirmation;
    confirmation->ask([this, paths] { removeFiles(paths); });
}

QString FileChanges::loss(const QModelIndexList& files) const
{
    int lost = 0;
    bool hasDirectories = false;
    bool hasChangesWithin = false;
    for (const QModelIndex& file : files) {
        const FileEntry* entry = m_model->entry(file);
        lost += entry->change && *entry->change != ChangeKind::Attributes && *entry->change != ChangeKind::Copied;
        hasDirectories = hasDirectories || entry->type == FileType::Directory;
        hasChangesWithin = hasChangesWithin || entry->isCopiedUp;
    }
    const int kept = static_cast<int>(files.size()) - lost;
    QStringList sentences;
    if (files.size() == 1)
        sentences.append(lost > 0 ? tr("Lost for good: what it holds is not in the image.")
                                  : tr("The image has it, so that the Changes tab can bring it back."));
    if (files.size() > 1 && lost > 0)
        sentences.append(tr("Lost for good: what the container has made of %n of them.", nullptr, lost));
    if (files.size() > 1 && kept > 0)
        sentences.append(tr("From the image, so that the Changes tab can bring it back: %n of them.", nullptr, kept));
    if (hasDirectories)
        sentences.append(tr("Directories go with everything in them."));
    if (hasChangesWithin)
        sentences.append(tr("What was added or changed within them is lost for good."));
    if (m_container->isAlive())
        sentences.append(tr("It is running: programs that have such a file open keep it until they close it."));
    return sentences.join(u'\n');
}

void FileChanges::removeFiles(const QByteArrayList& paths)
{
    if (!m_container)
        return;
    const auto ended = [this, asked = m_container, paths](const client::Outcome<QStringList>& outcome) {
        if (!isShown(asked))
            return;
        if (!outcome && outcome.error().kind != client::ErrorKind::Cancelled)
            report(tr("Not everything was removed"), outcome.error());
        changedIn(paths);
    };
    const auto begun = [this, asked = m_container, ended](const client::Outcome<QPointer<client::JobClient>>& job) {
        if (!job && isShown(asked))
            report(tr("Nothing was removed"), job.error());
        else if (job && *job)
            (*job)->wait().then(this, ended);
    };
    m_container->removeFiles(paths).then(this, begun);
}

void FileChanges::report(const QString& what, const client::ClientError& error)
{
    Q_EMIT failed(QStringLiteral("%1: %2").arg(what, error.sentence));
}

void FileChanges::changedIn(const QByteArrayList& paths)
{
    QByteArrayList directories;
    for (const QByteArray& path : paths) {
        const QByteArray above = models::parentPath(path);
        if (!directories.contains(above))
            directories.append(above);
    }
    for (const QByteArray& above : std::as_const(directories))
        m_model->readAgain(above);
}

} // namespace lamella::pages

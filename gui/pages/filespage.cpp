// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/filespage.h"

#include "gui/client/container_client.h"
#include "gui/models/copy_in.h"
#include "gui/models/copy_out.h"
#include "gui/models/file_paths.h"
#include "gui/models/files_model.h"
#include "gui/pages/copybar.h"
#include "gui/pages/fileactions.h"
#include "gui/pages/fileeditor.h"
#include "gui/pages/filepreview.h"
#include "gui/pages/filestree.h"
#include "gui/pages/pathbar.h"
#include "gui/pages/temporarycopies.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QAction>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace lamella::pages {

using namespace std::chrono_literals;
using client::FileType;
using models::FilesModel;

namespace {

constexpr auto kFilesInterval = 3s;
constexpr int kTreeHeight = 320;
constexpr int kPreviewHeight = 280;
constexpr int kLeastPreview = 120;

} // namespace

FilesPage::FilesPage(client::Client* client, QWidget* parent)
    : Page(client, parent)
    , m_model(new FilesModel(this))
    , m_tree(new FilesTree(m_model, this))
    , m_bar(new PathBar(this))
    , m_splitter(new QSplitter(Qt::Vertical, this))
    , m_actions(new FileActions(m_model, m_tree))
    , m_preview(new FilePreview(this))
    , m_editor(new FileEditor(this))
    , m_below(new QStackedWidget(this))
    , m_copies(new CopyBar(this))
    , m_temporary(new TemporaryCopies(m_copies, this))
    , m_cut(new QLabel(this))
{
    m_cut->setObjectName(QStringLiteral("filesCut"));
    m_cut->setWordWrap(true);
    m_cut->setTextFormat(Qt::PlainText);
    m_cut->setForegroundRole(QPalette::PlaceholderText);
    m_cut->hide();
    m_below->addWidget(m_preview);
    m_below->addWidget(m_editor);
    m_below->setMinimumHeight(kLeastPreview);
    m_splitter->setObjectName(QStringLiteral("filesSplitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_tree);
    m_splitter->addWidget(m_below);
    m_splitter->setSizes({kTreeHeight, kPreviewHeight});
    createBar();
    connectModel();
    connectEditor();
    connectCopies();
    QVBoxLayout* layout = createContent(widgets::kGroupSpacing);
    layout->addWidget(m_bar);
    layout->addWidget(m_splitter, 1);
    layout->addWidget(m_cut);
    layout->addWidget(m_copies);
    setRefreshInterval(kFilesInterval);
}

void FilesPage::createBar()
{
    auto* again = new QToolButton(m_bar);
    again->setObjectName(QStringLiteral("filesRefresh"));
    again->setIcon(widgets::icon(u"refresh"));
    again->setAccessibleName(tr("Refresh"));
    again->setToolTip(tr("Read the directories again (F5)"));
    connect(again, &QToolButton::clicked, this, &FilesPage::refresh);
    for (QAction* action : {m_actions->newDirectory, m_actions->edit}) {
        auto* button = new QToolButton(m_bar);
        button->setObjectName(action->objectName() + QStringLiteral("Button"));
        button->setDefaultAction(action);
        m_bar->addButton(button);
    }
    m_bar->addButton(again);
    connect(m_bar, &PathBar::entered, m_model, &FilesModel::reveal);
}

void FilesPage::connectModel()
{
    connect(m_tree, &FilesTree::chosenChanged, this, &FilesPage::showChosen);
    connect(m_tree, &FilesTree::opened, this, &FilesPage::open);
    connect(m_model, &QAbstractItemModel::dataChanged, this, &FilesPage::showChosen);
    connect(m_model, &FilesModel::directoryRead, this, [this] {
        clearError();
        showChosen();
    });
    connect(m_model, &FilesModel::failed, this, [this](const QByteArray& path, const client::ClientError& error) {
        showError(tr("%1 could not be read").arg(models::textOf(path)), error);
    });
    connect(m_model, &FilesModel::revealed, this, [this](const QByteArray& path, const QModelIndex& index) {
        m_tree->choose(index);
        m_tree->setExpanded(m_tree->currentIndex(), true);
        m_bar->setPath(path);
        m_tree->setFocus();
    });
    connect(m_model, &FilesModel::notRevealed, this, [this](const QByteArray&, const client::ClientError& error) {
        showNotice(error.sentence, {}, {});
        m_bar->selectTyped();
    });
}

void FilesPage::containerSet()
{
    m_model->setContainer(container());
    m_bar->setContainer(container());
    m_actions->setContainer(container());
    m_preview->clear();
    m_editor->setContainer(container());
    m_wasAlive = isAlive();
    if (container())
        showContent();
    else
        showEmpty(u"directory", tr("Here are the files of a container, as it sees them."));
}

void FilesPage::containerChanged()
{
    // What is mounted in it comes and goes with its processes.
    if (std::exchange(m_wasAlive, isAlive()) != isAlive() && isVisible())
        refresh();
}

void FilesPage::tick()
{
    // A container that does not run changes nothing.
    if (isAlive() && m_model->isDue())
        refresh();
}

void FilesPage::refresh()
{
    m_model->refresh();
}

void FilesPage::showChosen()
{
    const QModelIndex current = m_tree->current();
    const QModelIndexList chosen = m_tree->chosen();
    m_bar->setPath(m_model->path(current));
    const QByteArray place = m_actions->directory();
    m_cut->setVisible(m_model->isCut(m_model->find(place)));
    m_cut->setText(tr("%1 has more files than are shown: these are the first %2.")
                       .arg(models::textOf(place), QLocale().toString(qulonglong{FilesModel::kMostNames})));
    // What is not saved stays until it is, or until it is given up.
    if (m_editor->isOpen() && !m_editor->isModified() && m_model->path(current) != m_editor->path())
        m_editor->close();
    const client::FileEntry* entry = m_model->entry(current);
    if (chosen.size() != 1 || !entry || entry->type == FileType::Directory) {
        m_preview->showWords(
            chosen.size() > 1 ? tr("%n files and directories are selected.", nullptr, static_cast<int>(chosen.size()))
                : entry && entry->isMounted
                ? tr("Something is mounted here. What it holds is no part of the container's own files.")
                : tr("Choose a file to look into it."));
        return;
    }
    m_preview->show(container(), m_model->path(current), *entry);
}

void FilesPage::connectEditor()
{
    connect(m_actions->edit, &QAction::triggered, this, [this] {
        if (m_editor->isModified())
            showNotice(tr("%1 is not saved yet.").arg(models::textOf(m_editor->path())), {}, {});
        else
            m_editor->open(m_model->path(m_tree->current()));
    });
    const auto tell = [this](const QString& sentence) { showNotice(sentence, {}, {}); };
    connect(m_actions, &FileActions::failed, this, tell);
    connect(m_editor, &FileEditor::failed, this, tell);
    connect(m_editor, &FileEditor::opened, this, [this] { m_below->setCurrentWidget(m_editor); });
    connect(m_editor, &FileEditor::closed, this, [this] { m_below->setCurrentWidget(m_preview); });
    connect(m_editor, &FileEditor::saved, this,
            [this](const QByteArray& path) { m_model->readAgain(models::parentPath(path)); });
    connect(m_tree, &QWidget::customContextMenuRequested, this, [this](const QPoint& position) {
        m_actions->createMenu(this)->popup(m_tree->viewport()->mapToGlobal(position));
    });
}

void FilesPage::connectCopies()
{
    m_tree->setFetch([this] { return m_temporary->copyNow(container(), m_actions->sources()); });
    connect(m_actions, &FileActions::addRequested, this, &FilesPage::copyIn);
    connect(m_actions, &FileActions::saveRequested, this, &FilesPage::copyOut);
    connect(m_tree, &FilesTree::filesDropped, this, [this](const QStringList& files, const QModelIndex& onto) {
        const client::FileEntry* entry = m_model->entry(onto);
        const QByteArray path = m_model->path(onto);
        copyIn(files, !entry || entry->type == FileType::Directory ? path : models::parentPath(path));
    });
    connect(m_copies, &CopyBar::ended, this, [this](const QString& sentence) {
        m_model->refresh();
        if (!sentence.isEmpty())
            showNotice(sentence, {}, {});
    });
}

void FilesPage::copyIn(const QStringList& files, const QByteArray& directory)
{
    if (!container() || m_copies->isBusy()) {
        showNotice(tr("Something is being copied already."), {}, {});
        return;
    }
    m_copies->run(new models::CopyIn(container(), files, directory, this),
                  tr("Copying into %1").arg(models::textOf(directory)));
}

void FilesPage::copyOut(const QString& directory)
{
    if (!container() || m_copies->isBusy()) {
        showNotice(tr("Something is being copied already."), {}, {});
        return;
    }
    m_copies->run(new models::CopyOut(container(), m_actions->sources(), directory, this),
                  tr("Copying to %1").arg(directory));
}

void FilesPage::open(const QModelIndex& file)
{
    const client::FileEntry* entry = m_model->entry(file);
    if (entry && entry->type == FileType::Symlink)
        m_model->reveal(models::linkedPath(m_model->path(file), entry->target));
    else if (m_actions->edit->isEnabled())
        m_actions->edit->trigger();
}

} // namespace lamella::pages

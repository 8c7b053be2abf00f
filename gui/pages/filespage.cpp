// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/filespage.h"

#include "gui/client/container_client.h"
#include "gui/models/copy_in.h"
#include "gui/models/file_paths.h"
#include "gui/models/files_model.h"
#include "gui/pages/fileactions.h"
#include "gui/pages/filechanges.h"
#include "gui/pages/fileeditor.h"
#include "gui/pages/filesview.h"
#include "gui/widgets/fonts.h"

#include <QAction>
#include <QToolButton>
#include <QVBoxLayout>

namespace lamella::pages {

using namespace std::chrono_literals;
using client::FileType;

namespace {

constexpr auto kFilesInterval = 3s;

} // namespace

FilesPage::FilesPage(client::Client* client, QWidget* parent)
    : Page(client, parent)
    , m_view(new FilesView(FilesOf::Container, this))
    , m_changes(new FileChanges(m_view->actions(), m_view->model(), m_view->tree()))
    , m_editor(new FileEditor(this))
{
    m_view->addBelow(m_editor);
    for (QAction* action : {m_changes->newDirectory, m_changes->edit}) {
        auto* button = new QToolButton(m_view);
        button->setObjectName(action->objectName() + QStringLiteral("Button"));
        button->setDefaultAction(action);
        m_view->addButton(button);
    }
    m_view->setMenu([this] { return m_changes->createMenu(this); });
    connectView();
    connectEditor();
    createContent(widgets::kGroupSpacing)->addWidget(m_view, 1);
    setRefreshInterval(kFilesInterval);
}

void FilesPage::connectView()
{
    const auto tell = [this](const QString& sentence) { showNotice(sentence, {}, {}); };
    connect(m_view, &FilesView::noticed, this, tell);
    connect(m_changes, &FileChanges::failed, this, tell);
    connect(m_view, &FilesView::loaded, this, &FilesPage::clearError);
    connect(m_view, &FilesView::failed, this, [this](const QByteArray& path, const client::ClientError& error) {
        showError(tr("%1 could not be read").arg(models::textOf(path)), error);
    });
    connect(m_view, &FilesView::chosenChanged, this, &FilesPage::closeEditor);
    connect(m_view, &FilesView::fileOpened, this, [this] {
        if (m_changes->edit->isEnabled())
            m_changes->edit->trigger();
    });
    connect(m_changes, &FileChanges::addRequested, this, &FilesPage::copyIn);
    connect(m_view->tree(), &FilesTree::filesDropped, this, [this](const QStringList& files, const QModelIndex& onto) {
        const client::FileEntry* entry = m_view->model()->entry(onto);
        const QByteArray path = m_view->model()->path(onto);
        copyIn(files, !entry || entry->type == FileType::Directory ? path : models::parentPath(path));
    });
}

void FilesPage::containerSet()
{
    m_view->setSource(container());
    m_changes->setContainer(container());
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
    if (isAlive() && m_view->model()->isDue())
        refresh();
}

void FilesPage::refresh()
{
    m_view->refresh();
}

/// What is not saved stays until it is, or until it is given up.
void FilesPage::closeEditor()
{
    if (m_editor->isOpen() && !m_editor->isModified()
        && m_view->model()->path(m_view->tree()->current()) != m_editor->path())
        m_editor->close();
}

void FilesPage::connectEditor()
{
    connect(m_changes->edit, &QAction::triggered, this, [this] {
        if (m_editor->isModified())
            showNotice(tr("%1 is not saved yet.").arg(models::textOf(m_editor->path())), {}, {});
        else
            m_editor->open(m_view->model()->path(m_view->tree()->current()));
    });
    connect(m_editor, &FileEditor::failed, this, [this](const QString& sentence) { showNotice(sentence, {}, {}); });
    connect(m_editor, &FileEditor::opened, this, [this] { m_view->showBelow(m_editor); });
    connect(m_editor, &FileEditor::closed, this, [this] { m_view->showBelow(nullptr); });
    connect(m_editor, &FileEditor::saved, this,
            [this](const QByteArray& path) { m_view->model()->readAgain(models::parentPath(path)); });
}

void FilesPage::copyIn(const QStringList& files, const QByteArray& directory)
{
    if (container())
        m_view->run([&] { return new models::CopyIn(container(), files, directory, this); },
                    tr("Copying into %1").arg(models::textOf(directory)));
}

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/filesview.h"

#include "gui/client/file_source.h"
#include "gui/models/copy_out.h"
#include "gui/models/file_paths.h"
#include "gui/models/files_model.h"
#include "gui/pages/copybar.h"
#include "gui/pages/fileactions.h"
#include "gui/pages/filepreview.h"
#include "gui/pages/pathbar.h"
#include "gui/pages/temporarycopies.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace lamella::pages {

using client::FileType;
using models::FilesModel;

namespace {

constexpr int kTreeHeight = 320;
constexpr int kPreviewHeight = 280;
constexpr int kLeastPreview = 120;
/// What is lower than that has the preview at its side.
constexpr int kLowView = 480;

} // namespace

FilesView::FilesView(FilesOf whose, QWidget* parent)
    : QWidget(parent)
    , m_model(new FilesModel(this))
    , m_tree(new FilesTree(m_model, whose, this))
    , m_bar(new PathBar(this))
    , m_splitter(new QSplitter(Qt::Vertical, this))
    , m_actions(new FileActions(m_model, m_tree))
    , m_preview(new FilePreview(this))
    , m_below(new QStackedWidget(this))
    , m_copies(new CopyBar(this))
    , m_temporary(new TemporaryCopies(m_copies, this))
    , m_again(new QToolButton(m_bar))
    , m_cut(new QLabel(this))
    , m_menu([this] { return m_actions->createMenu(this); })
{
    m_cut->setObjectName(QStringLiteral("filesCut"));
    m_cut->setWordWrap(true);
    m_cut->setTextFormat(Qt::PlainText);
    m_cut->setForegroundRole(QPalette::PlaceholderText);
    m_cut->hide();
    m_below->addWidget(m_preview);
    m_below->setMinimumHeight(kLeastPreview);
    m_splitter->setObjectName(QStringLiteral("filesSplitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_tree);
    m_splitter->addWidget(m_below);
    m_splitter->setSizes({kTreeHeight, kPreviewHeight});
    createBar();
    connectModel();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(m_bar);
    layout->addWidget(m_splitter, 1);
    layout->addWidget(m_cut);
    layout->addWidget(m_copies);
}

void FilesView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    const Qt::Orientation wanted = height() < std::min(kLowView, width()) ? Qt::Horizontal : Qt::Vertical;
    if (m_splitter->orientation() == wanted)
        return;
    m_splitter->setOrientation(wanted);
    m_splitter->setSizes({kTreeHeight, kPreviewHeight});
}

void FilesView::createBar()
{
    m_again->setObjectName(QStringLiteral("filesRefresh"));
    m_again->setIcon(widgets::icon(u"refresh"));
    m_again->setAccessibleName(tr("Refresh"));
    m_again->setToolTip(tr("Read the directories again (F5)"));
    connect(m_again, &QToolButton::clicked, this, &FilesView::refresh);
    m_bar->addButton(m_again);
    connect(m_bar, &PathBar::entered, m_model, &FilesModel::reveal);
}

void FilesView::addButton(QToolButton* button)
{
    m_bar->addButton(button);
    m_bar->addButton(m_again); // it moves to the end
}

void FilesView::addBelow(QWidget* widget)
{
    m_below->addWidget(widget);
}

void FilesView::showBelow(QWidget* widget)
{
    m_below->setCurrentWidget(widget ? widget : m_preview);
}

void FilesView::connectModel()
{
    m_tree->setFetch([this] { return m_temporary->copyNow(m_source, m_actions->sources()); });
    connect(m_tree, &FilesTree::chosenChanged, this, &FilesView::showChosen);
    connect(m_tree, &FilesTree::opened, this, &FilesView::open);
    connect(m_tree, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& position) { m_menu()->popup(m_tree->viewport()->mapToGlobal(position)); });
    connect(m_actions, &FileActions::saveRequested, this, &FilesView::copyOut);
    connect(m_model, &QAbstractItemModel::dataChanged, this, &FilesView::showChosen);
    connect(m_model, &FilesModel::failed, this, &FilesView::failed);
    connect(m_model, &FilesModel::directoryRead, this, [this] {
        showChosen();
        Q_EMIT loaded();
    });
    connect(m_model, &FilesModel::revealed, this, [this](const QByteArray& path, const QModelIndex& index) {
        m_tree->choose(index);
        m_tree->setExpanded(m_tree->currentIndex(), true);
        m_bar->setPath(path);
        m_tree->setFocus();
    });
    connect(m_model, &FilesModel::notRevealed, this, [this](const QByteArray&, const client::ClientError& error) {
        Q_EMIT noticed(error.sentence);
        m_bar->selectTyped();
    });
    connect(m_copies, &CopyBar::ended, this, [this](const QString& sentence) {
        m_model->refresh();
        if (!sentence.isEmpty())
            Q_EMIT noticed(sentence);
    });
}

void FilesView::setSource(client::FileSource* source)
{
    m_source = source;
    m_actions->dismiss();
    m_model->setSource(source);
    m_bar->setSource(source);
    m_preview->clear();
}

void FilesView::refresh()
{
    m_model->refresh();
}

void FilesView::showChosen()
{
    const QModelIndex current = m_tree->current();
    const QModelIndexList chosen = m_tree->chosen();
    m_bar->setPath(m_model->path(current));
    const QByteArray place = m_actions->directory();
    m_cut->setVisible(m_model->isCut(m_model->find(place)));
    m_cut->setText(tr("%1 has more files than are shown: these are the first %2.")
                       .arg(models::textOf(place), QLocale().toString(qulonglong{FilesModel::kMostNames})));
    Q_EMIT chosenChanged();
    const client::FileEntry* entry = m_model->entry(current);
    if (chosen.size() != 1 || !entry || entry->type == FileType::Directory) {
        m_preview->showWords(
            chosen.size() > 1 ? tr("%n files and directories are selected.", nullptr, static_cast<int>(chosen.size()))
                : entry && entry->isMounted
                ? tr("Something is mounted here. What it holds is no part of the container's own files.")
                : tr("Choose a file to look into it."));
        return;
    }
    m_preview->show(m_source, m_model->path(current), *entry);
}

void FilesView::run(const std::function<models::FileCopy*()>& copy, const QString& doing)
{
    if (m_copies->isBusy())
        Q_EMIT noticed(tr("Something is being copied already."));
    else
        m_copies->run(copy(), doing);
}

void FilesView::copyOut(const QString& directory)
{
    if (m_source)
        run([&] { return new models::CopyOut(m_source, m_actions->sources(), directory, this); },
            tr("Copying to %1").arg(directory));
}

void FilesView::open(const QModelIndex& file)
{
    const client::FileEntry* entry = m_model->entry(file);
    if (entry && entry->type == FileType::Symlink)
        m_model->reveal(models::linkedPath(m_model->path(file), entry->target));
    else
        Q_EMIT fileOpened(file);
}

} // namespace lamella::pages

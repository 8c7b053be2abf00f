// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/image_details.h"

#include "gui/models/file_paths.h"
#include "gui/models/files_model.h"
#include "gui/models/image_history_model.h"
#include "gui/pages/filesview.h"
#include "gui/pages/layersview.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/copymenu.h"
#include "gui/widgets/elidedlabel.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"
#include "gui/widgets/tabledelegate.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QCryptographicHash>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QJsonDocument>
#include <QPlainTextEdit>
#include <QRegularExpression>
#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

namespace lamella::app {

using client::Outcome;
using models::ImageHistoryModel;

namespace {

enum Tab { HistoryTab, LayersTab, FilesTab, DocumentsTab };
constexpr int kNarrowTable = 400;

QPlainTextEdit* plainText(const QString& name, const QString& accessibleName, QWidget* parent)
{
    auto* text = new QPlainTextEdit(parent);
    text->setObjectName(name);
    text->setAccessibleName(accessibleName);
    text->setReadOnly(true);
    text->setTabChangesFocus(true);
    text->setFont(widgets::monospaceFont(text->font()));
    text->setFrameShape(QFrame::NoFrame);
    return text;
}

/// A container's page has the same view: names are the window's.
void nameForImages(QWidget* view, const QRegularExpression& names)
{
    const QList<QObject*> parts = view->findChildren<QObject*>(names);
    for (QObject* part : parts)
        part->setObjectName(QStringLiteral("image-") + part->objectName());
}

/// As registries name it, of its bytes as they are: of the configuration it is the image's ID.
QString digestOf(const QString& document)
{
    return QStringLiteral("sha256:")
        + QString::fromLatin1(QCryptographicHash::hash(document.toUtf8(), QCryptographicHash::Sha256).toHex());
}

/// JSON in lines; what is none as it is.
QString readable(const QString& json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json.toUtf8());
    return document.isNull() ? json : QString::fromUtf8(document.toJson(QJsonDocument::Indented));
}

} // namespace

ImageDetails::ImageDetails(client::Client* client, QWidget* parent)
    : QWidget(parent)
    , m_banner(new widgets::Banner(this))
    , m_tabs(new QTabWidget(this))
    , m_model(new ImageHistoryModel(this))
{
    setObjectName(QStringLiteral("imageDetails"));
    m_banner->setObjectName(QStringLiteral("imageBanner"));
    m_tabs->setObjectName(QStringLiteral("imageTabs"));
    m_tabs->setAccessibleName(tr("What to see of the image"));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(buildHistory(), tr("History"));
    m_tabs->addTab(buildLayers(client), tr("Layers"));
    m_tabs->addTab(buildFiles(), tr("Files"));
    m_tabs->addTab(buildDocuments(), tr("Inspect"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_banner);
    layout->addWidget(m_tabs, 1);
    connect(m_tabs, &QTabWidget::currentChanged, this, &ImageDetails::load);
    connect(m_banner, &widgets::Banner::actionTriggered, this, [this] {
        m_banner->dismiss();
        if (m_tabs->currentIndex() == FilesTab)
            m_files->refresh();
        else
            load();
    });
}

QWidget* ImageDetails::buildHistory()
{
    auto* splitter = new QSplitter(Qt::Horizontal, m_tabs);
    splitter->setObjectName(QStringLiteral("historySplitter"));
    splitter->setChildrenCollapsible(false);
    m_steps = new QTableView(splitter);
    m_steps->setObjectName(QStringLiteral("historyView"));
    m_steps->setAccessibleName(tr("The steps that made the image, the last one first"));
    m_steps->setHorizontalHeader(new widgets::TableHeader(m_steps));
    m_steps->setModel(m_model);
    m_steps->setItemDelegate(new widgets::TableDelegate({ImageHistoryModel::CommandColumn}, m_steps));
    m_steps->setFrameShape(QFrame::NoFrame);
    m_steps->setShowGrid(false);
    m_steps->setWordWrap(false);
    m_steps->setTabKeyNavigation(false);
    m_steps->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_steps->setSelectionMode(QAbstractItemView::SingleSelection);
    m_steps->verticalHeader()->hide();
    m_steps->verticalHeader()->setDefaultSectionSize(widgets::kTableRowHeight);
    QHeaderView* header = m_steps->horizontalHeader();
    header->setSectionResizeMode(ImageHistoryModel::CommandColumn, QHeaderView::Stretch);
    header->resizeSection(ImageHistoryModel::NumberColumn, 48);
    header->resizeSection(ImageHistoryModel::SizeColumn, 76);
    header->resizeSection(ImageHistoryModel::CreatedColumn, 116);
    widgets::addCopyAction(m_steps);
    m_step = plainText(QStringLiteral("historyText"), tr("The whole command of the step"), splitter);
    m_step->setPlaceholderText(tr("Choose a step to read its whole command."));
    splitter->addWidget(m_steps);
    splitter->addWidget(m_step);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    m_steps->installEventFilter(this);
    connect(m_steps->selectionModel(), &QItemSelectionModel::currentChanged, this, &ImageDetails::showStep);
    connect(m_model, &QAbstractItemModel::modelReset, this, &ImageDetails::showStep);
    return splitter;
}

QWidget* ImageDetails::buildLayers(client::Client* client)
{
    auto* page = new QWidget(m_tabs);
    m_layers = new pages::LayersView(client, page);
    nameForImages(m_layers, QRegularExpression(QStringLiteral("^(layer|pile)")));
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(widgets::kSpacing, widgets::kSpacing, widgets::kSpacing, widgets::kSpacing);
    layout->addWidget(m_layers);
    connect(m_layers, &pages::LayersView::failed, this, [this](const client::ClientError& error) {
        m_layersOf.clear();
        showError(tr("The image's layers could not be read"), error);
    });
    return page;
}

QWidget* ImageDetails::buildFiles()
{
    auto* page = new QWidget(m_tabs);
    m_files = new pages::FilesView(pages::FilesOf::Image, page);
    nameForImages(m_files, QRegularExpression(QStringLiteral("^(files|copy)")));
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(widgets::kSpacing, widgets::kSpacing, widgets::kSpacing, widgets::kSpacing);
    layout->addWidget(m_files);
    auto* again = new QAction(page);
    again->setShortcut(QKeySequence::Refresh);
    again->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    page->addAction(again);
    connect(again, &QAction::triggered, m_files, &pages::FilesView::refresh);
    connect(m_files, &pages::FilesView::noticed, this,
            [this](const QString& sentence) { m_banner->showMessage(widgets::Banner::Kind::Info, sentence); });
    connect(m_files, &pages::FilesView::failed, this, [this](const QByteArray& path, const client::ClientError& error) {
        showError(tr("%1 could not be read").arg(models::textOf(path)), error);
        m_filesFailed = true;
    });
    connect(m_files, &pages::FilesView::loaded, this, [this] {
        if (std::exchange(m_filesFailed, false))
            m_banner->dismiss();
    });
    return page;
}

QWidget* ImageDetails::buildDocuments()
{
    auto* page = new QWidget(m_tabs);
    m_which = new QComboBox(page);
    m_which->setObjectName(QStringLiteral("documentCombo"));
    m_which->setAccessibleName(tr("Which document"));
    m_which->addItems({tr("Configuration"), tr("Manifest")});
    auto* copy = new QToolButton(page);
    copy->setObjectName(QStringLiteral("copyDocument"));
    copy->setIcon(widgets::icon(u"copy"));
    copy->setText(tr("Copy all"));
    copy->setToolTip(tr("Copy the whole document"));
    copy->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    copy->setAutoRaise(true);
    m_digest = new widgets::ElidedLabel(page);
    m_digest->setObjectName(QStringLiteral("documentDigest"));
    m_digest->setFont(widgets::monospaceFont(font()));
    m_document = plainText(QStringLiteral("documentText"), tr("The document, JSON"), page);
    m_document->setLineWrapMode(QPlainTextEdit::NoWrap);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(widgets::kSpacing, widgets::kGrid, widgets::kSpacing, widgets::kGrid);
    head->addWidget(m_which);
    head->addWidget(copy);
    head->addSpacing(widgets::kSpacing);
    head->addWidget(m_digest, 1);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(head);
    layout->addWidget(m_document, 1);
    connect(m_which, &QComboBox::currentIndexChanged, this, &ImageDetails::showDocument);
    connect(copy, &QToolButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_document->toPlainText()); });
    return page;
}

void ImageDetails::setImage(client::ImageClient* image)
{
    m_image = image;
    load();
}

void ImageDetails::showHistory()
{
    show();
    m_tabs->setCurrentIndex(HistoryTab);
    m_steps->setFocus();
}

void ImageDetails::showLayers()
{
    show();
    m_tabs->setCurrentIndex(LayersTab);
    m_tabs->currentWidget()->setFocus();
}

void ImageDetails::showFiles()
{
    show();
    m_tabs->setCurrentIndex(FilesTab);
    m_files->tree()->setFocus();
}

void ImageDetails::showDocuments()
{
    show();
    m_tabs->setCurrentIndex(DocumentsTab);
    m_document->setFocus();
}

void ImageDetails::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    load();
}

void ImageDetails::load()
{
    if (!isVisible())
        return;
    // What is shown is of one image alone.
    if (const QString id = m_image ? m_image->data().id : QString(); id != m_loaded) {
        m_loaded = id;
        m_documents = {};
        m_model->setSteps({});
        m_layers->clear();
        m_layersOf.clear();
        m_files->setSource(nullptr);
        m_filesFailed = false;
        m_banner->dismiss();
        showDocument();
    }
    if (!m_image)
        return;
    if (m_tabs->currentIndex() == HistoryTab && m_model->rowCount() == 0)
        loadHistory();
    else if (m_tabs->currentIndex() == LayersTab && m_layersOf != m_loaded)
        loadLayers();
    else if (m_tabs->currentIndex() == FilesTab)
        loadFiles();
    else if (m_tabs->currentIndex() == DocumentsTab && m_documents.config.isEmpty())
        loadDocuments();
}

void ImageDetails::loadHistory()
{
    m_image->history().then(this, [this, id = m_loaded](const Outcome<std::vector<client::HistoryStep>>& steps) {
        if (id != m_loaded)
            return;
        if (!steps)
            showError(tr("How the image was made could not be read"), steps.error());
        else
            showSteps(*steps);
    });
}

// An image's layers never change.
void ImageDetails::loadLayers()
{
    m_layersOf = m_loaded;
    m_layers->setStack({m_image->path(), m_image->displayName(), m_image->data().layers, false,
                        [image = m_image](const QString& other) { return image->openLayers(other); }});
    m_layers->load();
}

void ImageDetails::loadFiles()
{
    if (m_files->source() == m_image)
        return;
    m_files->setSource(m_image);
    m_files->model()->setLayers(m_image->data().layers);
    m_files->refresh();
}

void ImageDetails::loadDocuments()
{
    m_image->inspect().then(this, [this, id = m_loaded](const Outcome<client::ImageDocuments>& documents) {
        if (id != m_loaded)
            return;
        if (!documents) {
            showError(tr("The image's documents could not be read"), documents.error());
            return;
        }
        m_documents = *documents;
        showDocument();
    });
}

void ImageDetails::showError(const QString& what, const client::ClientError& error)
{
    m_banner->showMessage(widgets::Banner::Kind::Error, tr("%1: %2").arg(what, error.sentence), tr("Try again"));
}

void ImageDetails::showSteps(const std::vector<client::HistoryStep>& steps)
{
    m_model->setSteps(steps);
    m_steps->setCurrentIndex(m_model->index(0, 0));
}

/// The command is what the table is for: the others go first where there is no room.
void ImageDetails::fitColumns()
{
    const bool narrow = m_steps->width() < kNarrowTable;
    for (const int column : {ImageHistoryModel::NumberColumn, ImageHistoryModel::CreatedColumn})
        m_steps->setColumnHidden(column, narrow);
}

bool ImageDetails::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_steps && event->type() == QEvent::Resize)
        fitColumns();
    return QWidget::eventFilter(watched, event);
}

void ImageDetails::showStep()
{
    m_step->setPlainText(m_steps->currentIndex().data(ImageHistoryModel::FullTextRole).toString());
}

void ImageDetails::showDocument()
{
    const QString& document = m_which->currentIndex() == 0 ? m_documents.config : m_documents.manifest;
    m_document->setPlainText(readable(document));
    m_digest->setText(document.isEmpty() ? QString() : digestOf(document));
}

} // namespace lamella::app

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/main_window.h"

#include "gui/app/activity_section.h"
#include "gui/app/container_actions.h"
#include "gui/app/container_details.h"
#include "gui/app/container_list.h"
#include "gui/app/containers_section.h"
#include "gui/app/image_actions.h"
#include "gui/app/image_jobs.h"
#include "gui/app/images_section.h"
#include "gui/app/notices.h"
#include "gui/app/sidebar.h"
#include "gui/app/splitter.h"
#include "gui/app/status_line.h"
#include "gui/client/client.h"
#include "gui/client/credentials.h"
#include "gui/client/registry_settings.h"
#include "gui/dialogs/about_dialog.h"
#include "gui/dialogs/new_image_dialog.h"
#include "gui/dialogs/run_dialog.h"
#include "gui/models/jobs_model.h"
#include "gui/pages/pages.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/confirmation.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QCloseEvent>
#include <QDesktopServices>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QResizeEvent>
#include <QSettings>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace lamella::app {

MainWindow::MainWindow(client::Client* client, client::Credentials* credentials, client::RegistrySettings* registries,
                       QWidget* parent)
    : QMainWindow(parent)
    , m_client(client)
    , m_credentials(credentials ? credentials
                                : new client::Credentials(std::make_unique<client::DesktopKeyring>(), {}, this))
    , m_registries(registries ? registries : new client::RegistrySettings({}, this))
    , m_jobs(new models::JobsModel(client, this))
    , m_imageJobs(new ImageJobs(client, m_credentials, m_registries, m_jobs, this))
    , m_containerActions(new ContainerActions(client, this))
    , m_imageActions(new ImageActions(client, m_credentials, m_registries, m_imageJobs, this))
{
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("Lamella"));
    setWindowIcon(widgets::applicationIcon());
    buildActions();
    buildCentre();
    buildMenus();
    auto* line = new StatusLine(client, m_jobs, this);
    setStatusBar(line);
    connect(line, &StatusLine::jobsRequested, this, [this] { setSection(Activity); });
    connectParts();
    connectImages();
    setAcceptDrops(true);
    setMinimumSize(640, 420);
    resize(1280, 800);
    setSection(Containers);
    showConnection();
    updateCounts();
}

void MainWindow::buildActions()
{
    m_run = new QAction(widgets::icon(u"add"), tr("&Run…"), this);
    m_run->setIconText(tr("Run"));
    m_run->setObjectName(QStringLiteral("runAction"));
    m_run->setShortcut(QKeySequence(QKeySequence::New));
    setToolTipWithKey(m_run, tr("Run a new container"));
    m_back = new QAction(widgets::icon(u"back"), tr("&Back to the list"), this);
    m_back->setObjectName(QStringLiteral("backAction"));
    m_back->setShortcut(QKeySequence(QStringLiteral("Alt+Left"), QKeySequence::PortableText));
    setToolTipWithKey(m_back, tr("Back to the list"));
}

void MainWindow::buildCentre()
{
    auto* centre = new QWidget(this);
    m_banner = new widgets::Banner(centre);
    m_banner->setObjectName(QStringLiteral("banner"));
    m_notices = new Notices(m_banner, this);
    m_splitter = new Splitter(centre);
    m_splitter->setObjectName(QStringLiteral("mainSplitter"));
    m_sidebar = new Sidebar(m_splitter);
    m_sidebar->addSection(tr("Containers"), u"container", QStringLiteral("Ctrl+1"));
    m_sidebar->addSection(tr("Images"), u"image", QStringLiteral("Ctrl+2"));
    m_sidebar->addSection(tr("Activity"), u"activity", QStringLiteral("Ctrl+3"));
    m_stack = new QStackedWidget(m_splitter);
    m_containers = new ContainersSection(m_client, m_run, m_back, m_containerActions, m_imageActions, m_stack);
    m_images = new ImagesSection(m_client, m_imageActions, m_stack);
    m_stack->addWidget(m_containers);
    m_stack->addWidget(m_images);
    m_stack->addWidget(new ActivitySection(m_jobs, m_stack));
    m_splitter->addWidget(m_sidebar);
    m_splitter->addWidget(m_stack);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({168, 1112});
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_banner);
    layout->addWidget(m_splitter, 1);
    setCentralWidget(centre);
}

void MainWindow::buildMenus()
{
    QMenu* file = menuBar()->addMenu(tr("&File"));
    file->addActions({m_imageActions->pull, m_imageActions->load, m_imageActions->loadDirectory,
                      m_imageActions->importFiles, m_imageActions->loadStarter});
    file->addSeparator();
    file->addActions({m_imageActions->logins, m_imageActions->registries});
    file->addSeparator();
    QAction* quit = file->addAction(tr("&Quit"), QKeySequence(QKeySequence::Quit), this, &QWidget::close);
    quit->setMenuRole(QAction::QuitRole);

    QMenu* container = menuBar()->addMenu(tr("&Container"));
    container->addAction(m_run);
    container->addSeparator();
    const ContainerActions& actions = *m_containerActions;
    container->addActions({actions.start, actions.stop, actions.pause, actions.resume, actions.kill});
    container->addSeparator();
    container->addActions({actions.commit, actions.exportFiles});
    container->addSeparator();
    container->addActions({actions.rename, actions.remove, actions.removeForGood});
    container->addSeparator();
    container->addAction(actions.trash);
    // Del belongs to the list: elsewhere it deletes text.
    for (QAction* action : {actions.remove, actions.removeForGood}) {
        action->setShortcutContext(Qt::WidgetShortcut);
        m_containers->list()->view()->addAction(action);
    }

    QMenu* image = menuBar()->addMenu(tr("&Image"));
    for (QAction* action : m_imageActions->contextActions())
        action ? image->addAction(action) : static_cast<void>(image->addSeparator());
    image->addSeparator();
    image->addAction(m_imageActions->prune);
    // These keys are of whatever list has the keyboard.
    const ImageActions& images = *m_imageActions;
    for (QAction* action : {images.remove, images.tag, images.copyName, images.copyId, images.users}) {
        action->setShortcutContext(Qt::WidgetShortcut);
        m_images->view()->addAction(action);
    }

    QMenu* view = menuBar()->addMenu(tr("&View"));
    view->addAction(tr("&Containers"), QKeySequence(Qt::CTRL | Qt::Key_1), this, [this] { setSection(Containers); });
    view->addAction(tr("&Images"), QKeySequence(Qt::CTRL | Qt::Key_2), this, [this] { setSection(Images); });
    view->addAction(tr("&Activity"), QKeySequence(Qt::CTRL | Qt::Key_3), this, [this] { setSection(Activity); });
    view->addSeparator();
    view->addAction(tr("&Find"), QKeySequence(QKeySequence::Find), this, &MainWindow::find);
    view->addAction(m_back);
    view->addSeparator();
    for (const pages::PageInfo& page : pages::containerPages())
        view->addAction(widgets::icon(page.icon), page.title(), this,
                        [this, &page] { showPage(QLatin1StringView(page.id)); });

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    QAction* about
        = help->addAction(tr("&About Lamella"), this, [this] { dialogs::showAbout(this, m_client->manager()); });
    about->setObjectName(QStringLiteral("aboutAction"));
    about->setMenuRole(QAction::AboutRole);
}

void MainWindow::connectParts()
{
    connect(m_sidebar, &QListWidget::currentRowChanged, m_stack, &QStackedWidget::setCurrentIndex);
    connect(m_run, &QAction::triggered, this, [this] { runContainer({}); });
    connect(m_back, &QAction::triggered, m_containers, &ContainersSection::goBack);
    connect(m_imageActions, &ImageActions::runRequested, this, &MainWindow::runContainer);
    connect(m_imageActions, &ImageActions::failed, m_notices, &Notices::addFailure);
    connect(m_containerActions, &ContainerActions::failed, m_notices, &Notices::addFailure);
    connect(m_containerActions, &ContainerActions::done, m_notices, &Notices::say);
    connect(m_containerActions, &ContainerActions::restored, m_containers->list(), &ContainerList::select);
    connect(m_containers->list(), &ContainerList::tryAgain, m_client, &client::Client::connectToHelper);
    connect(m_notices, &Notices::reconnectRequested, m_client, &client::Client::connectToHelper);
    connect(m_client, &client::Client::stateChanged, this, &MainWindow::showConnection);
    connect(m_client, &client::Client::containerAdded, this, &MainWindow::updateCounts);
    connect(m_client, &client::Client::containerRemoved, this, &MainWindow::updateCounts);
    connect(m_client, &client::Client::imageAdded, this, &MainWindow::updateCounts);
    connect(m_client, &client::Client::imageRemoved, this, &MainWindow::updateCounts);
}

void MainWindow::connectImages()
{
    connect(m_imageJobs, &ImageJobs::failed, m_notices, &Notices::addFailure);
    connect(m_images, &ImagesSection::containerRequested, this, &MainWindow::showContainer);
    connect(m_images, &ImagesSection::trashRequested, m_containerActions->trash, &QAction::trigger);
    connect(m_containerActions, &ContainerActions::commitRequested, this, &MainWindow::askCommit);
    connect(m_containerActions, &ContainerActions::exportRequested, this, &MainWindow::askExport);
    connect(m_containerActions, &ContainerActions::saveChangesRequested, this, &MainWindow::askSaveChanges);
    connect(m_containerActions, &ContainerActions::keepChangesRequested, this, &MainWindow::askKeepChanges);
    connect(m_imageJobs, &ImageJobs::kept, this, [this](const QString& sentence, const QString& directory) {
        m_notices->say(sentence, tr("Open"),
                       [directory] { QDesktopServices::openUrl(QUrl::fromLocalFile(directory)); });
    });
    const auto toImages = [this] { setSection(Images); };
    connect(m_imageActions, &ImageActions::historyRequested, this, toImages);
    connect(m_imageActions, &ImageActions::inspectRequested, this, toImages);
    // That nothing is under way is what is usual.
    const auto count
        = [this] { m_sidebar->setCount(Activity, m_jobs->runningCount() > 0 ? m_jobs->runningCount() : -1); };
    connect(m_jobs, &models::JobsModel::changed, this, count);
    count();
}

void MainWindow::showContainer(const QString& id)
{
    setSection(Containers);
    m_containers->list()->select(id);
    m_containers->openDetails();
}

void MainWindow::askCommit(client::ContainerClient* container, const QByteArrayList& paths)
{
    auto* dialog = new dialogs::NewImageDialog(m_client, container, this);
    connect(dialog, &dialogs::NewImageDialog::chosen, this,
            [this, about = QPointer(container), paths](const client::NewImage& image, bool pause) {
                m_imageJobs->commit(about, image, pause, paths);
            });
    dialog->open();
}

void MainWindow::askExport(client::ContainerClient* container)
{
    askArchive(tr("Export the files of %1").arg(container->data().name), container->data().name,
               [this, about = QPointer(container)](const QString& file) { m_imageJobs->exportFiles(about, file); });
}

void MainWindow::askSaveChanges(client::ContainerClient* container, const QByteArrayList& paths)
{
    askArchive(tr("Save changes of %1").arg(container->data().name), tr("%1-changes").arg(container->data().name),
               [this, about = QPointer(container), paths](const QString& file) {
                   m_imageJobs->saveChanges(about, paths, file);
               });
}

void MainWindow::askKeepChanges(client::ContainerClient* container, const QByteArrayList& paths)
{
    auto* chooser
        = new QFileDialog(this, tr("Where the directory with the changes of %1 is made").arg(container->data().name));
    chooser->setObjectName(QStringLiteral("keepChooser"));
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setFileMode(QFileDialog::Directory);
    chooser->setOption(QFileDialog::ShowDirsOnly);
    connect(chooser, &QFileDialog::fileSelected, this,
            [this, about = QPointer(container), paths](const QString& parent) {
                m_imageJobs->keepChanges(about, paths, parent);
            });
    chooser->open();
}

void MainWindow::askArchive(const QString& title, const QString& name, const std::function<void(const QString&)>& then)
{
    auto* chooser = new QFileDialog(this, title);
    chooser->setObjectName(QStringLiteral("exportChooser"));
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setAcceptMode(QFileDialog::AcceptSave);
    chooser->setFileMode(QFileDialog::AnyFile);
    chooser->setDefaultSuffix(QStringLiteral("tar"));
    chooser->setNameFilters({tr("Archives (*.tar)"), tr("All files (*)")});
    chooser->selectFile(name + QStringLiteral(".tar"));
    connect(chooser, &QFileDialog::fileSelected, this, then);
    chooser->open();
}

void MainWindow::showConnection()
{
    m_run->setEnabled(m_client->isReady() && !m_client->images().isEmpty());
    m_notices->setConnection(m_client->sentence());
    updateCounts();
}

void MainWindow::updateCounts()
{
    // Before the helper has said what there is, there are not none.
    const auto show = [this](Section section, qsizetype count) {
        m_sidebar->setCount(section, count > 0 || m_client->isReady() ? static_cast<int>(count) : -1);
    };
    show(Containers, m_client->containers().size());
    show(Images, m_client->images().size());
    m_run->setEnabled(m_client->isReady() && !m_client->images().isEmpty());
}

void MainWindow::setSection(Section section)
{
    m_sidebar->setCurrentRow(section);
}

bool MainWindow::showPage(const QString& id)
{
    if (id == QLatin1StringView("images") || id == QLatin1StringView("activity")) {
        setSection(id == QLatin1StringView("images") ? Images : Activity);
        return true;
    }
    const auto known = pages::containerPages();
    const bool isTab
        = std::ranges::any_of(known, [&](const pages::PageInfo& page) { return id == QLatin1StringView(page.id); });
    if (!isTab && id != QLatin1StringView("containers"))
        return false;
    setSection(Containers);
    if (isTab) {
        m_containers->details()->setCurrentTab(id);
        m_containers->openDetails();
    }
    return true;
}

void MainWindow::find()
{
    if (m_stack->currentWidget() == m_images) {
        m_images->focusSearch();
        return;
    }
    m_containers->goBack();
    m_containers->list()->focusSearch();
}

void MainWindow::runContainer(const QString& imageId)
{
    auto* dialog = new dialogs::RunDialog(m_client, imageId, this);
    connect(dialog, &dialogs::RunDialog::created, this, &MainWindow::showContainer);
    dialog->open();
}

void MainWindow::resizeEvent(QResizeEvent* event)
{
    QMainWindow::resizeEvent(event);
    m_containers->setNarrow(event->size().width() < ContainersSection::kNarrow);
}

namespace {

/// What a person drops that is here and could be an archive or a layout.
QStringList droppedFiles(const QMimeData* data)
{
    QStringList files;
    const QList<QUrl> urls = data->urls();
    for (const QUrl& url : urls) {
        if (url.isLocalFile())
            files.append(url.toLocalFile());
    }
    return files;
}

} // namespace

// What the helper does goes on without a window; a file of this person's is only his when it gets its name here.
void MainWindow::closeEvent(QCloseEvent* event)
{
    if (m_closesAnyway || !m_imageJobs->isWriting()) {
        QMainWindow::closeEvent(event);
        return;
    }
    event->ignore();
    auto* question = new widgets::Confirmation(this, tr("Close while a file is being written?"), tr("&Close"));
    question->setConsequence(tr("What is written so far is removed. What had the file's name before stays."));
    question->ask([this] {
        m_closesAnyway = true;
        m_imageJobs->cancelWriting();
        close();
    });
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (m_client->isReady() && !droppedFiles(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    const QStringList files = droppedFiles(event->mimeData());
    event->acceptProposedAction();
    setSection(Images);
    for (const QString& file : files)
        m_imageJobs->load(file);
}

void MainWindow::save(QSettings& settings) const
{
    settings.setValue(QStringLiteral("images/asked"), m_imageJobs->history());
    settings.setValue(QStringLiteral("logins/kept"), m_credentials->keptScopes());
    settings.setValue(QStringLiteral("registries/settings"), m_registries->saved());
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/splitter"), m_splitter->saveState());
    settings.setValue(QStringLiteral("window/section"), m_sidebar->currentRow());
    m_containers->save(settings);
    m_images->save(settings);
}

void MainWindow::restore(const QSettings& settings)
{
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    m_splitter->restoreState(settings.value(QStringLiteral("window/splitter")).toByteArray());
    setSection(static_cast<Section>(std::clamp(settings.value(QStringLiteral("window/section")).toInt(), 0, 2)));
    m_imageJobs->setHistory(settings.value(QStringLiteral("images/asked")).toStringList());
    m_credentials->setKeptScopes(settings.value(QStringLiteral("logins/kept")).toStringList());
    m_registries->restore(settings.value(QStringLiteral("registries/settings")).toString());
    m_containers->restore(settings);
    m_images->restore(settings);
}

} // namespace lamella::app

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/main_window.h"

#include "gui/app/container_actions.h"
#include "gui/app/container_details.h"
#include "gui/app/container_list.h"
#include "gui/app/containers_section.h"
#include "gui/app/image_actions.h"
#include "gui/app/images_section.h"
#include "gui/app/notices.h"
#include "gui/app/sidebar.h"
#include "gui/app/splitter.h"
#include "gui/app/status_line.h"
#include "gui/client/client.h"
#include "gui/dialogs/about_dialog.h"
#include "gui/dialogs/run_dialog.h"
#include "gui/pages/pages.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QMenu>
#include <QMenuBar>
#include <QResizeEvent>
#include <QSettings>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace lamella::app {

MainWindow::MainWindow(client::Client* client, QWidget* parent)
    : QMainWindow(parent)
    , m_client(client)
    , m_containerActions(new ContainerActions(client, this))
    , m_imageActions(new ImageActions(client, this))
{
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("Lamella"));
    setWindowIcon(widgets::applicationIcon());
    buildActions();
    buildCentre();
    buildMenus();
    setStatusBar(new StatusLine(client, this));
    connectParts();
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
    m_stack = new QStackedWidget(m_splitter);
    m_containers = new ContainersSection(m_client, m_run, m_back, m_containerActions, m_imageActions, m_stack);
    m_images = new ImagesSection(m_client, m_imageActions, m_stack);
    m_stack->addWidget(m_containers);
    m_stack->addWidget(m_images);
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
    file->addAction(m_imageActions->loadStarter);
    file->addAction(m_imageActions->load);
    file->addSeparator();
    QAction* quit = file->addAction(tr("&Quit"), QKeySequence(QKeySequence::Quit), this, &QWidget::close);
    quit->setMenuRole(QAction::QuitRole);

    QMenu* container = menuBar()->addMenu(tr("&Container"));
    container->addAction(m_run);
    container->addSeparator();
    const ContainerActions& actions = *m_containerActions;
    container->addActions({actions.start, actions.stop, actions.pause, actions.resume, actions.kill});
    container->addSeparator();
    container->addActions({actions.rename, actions.remove});
    // Del belongs to the list: elsewhere it deletes text.
    actions.remove->setShortcutContext(Qt::WidgetShortcut);
    m_containers->list()->view()->addAction(actions.remove);

    QMenu* image = menuBar()->addMenu(tr("&Image"));
    image->addActions({m_imageActions->run, m_imageActions->remove});
    m_imageActions->remove->setShortcutContext(Qt::WidgetShortcut);
    m_images->view()->addAction(m_imageActions->remove);

    QMenu* view = menuBar()->addMenu(tr("&View"));
    view->addAction(tr("&Containers"), QKeySequence(Qt::CTRL | Qt::Key_1), this, [this] { setSection(Containers); });
    view->addAction(tr("&Images"), QKeySequence(Qt::CTRL | Qt::Key_2), this, [this] { setSection(Images); });
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
    connect(m_containers->list(), &ContainerList::tryAgain, m_client, &client::Client::connectToHelper);
    connect(m_notices, &Notices::reconnectRequested, m_client, &client::Client::connectToHelper);
    connect(m_client, &client::Client::stateChanged, this, &MainWindow::showConnection);
    connect(m_client, &client::Client::containerAdded, this, &MainWindow::updateCounts);
    connect(m_client, &client::Client::containerRemoved, this, &MainWindow::updateCounts);
    connect(m_client, &client::Client::imageAdded, this, &MainWindow::updateCounts);
    connect(m_client, &client::Client::imageRemoved, this, &MainWindow::updateCounts);
}

void MainWindow::showConnection()
{
    m_run->setEnabled(m_client->isReady() && !m_client->images().isEmpty());
    m_notices->setConnection(m_client->sentence());
}

void MainWindow::updateCounts()
{
    m_sidebar->setCount(Containers, static_cast<int>(m_client->containers().size()));
    m_sidebar->setCount(Images, static_cast<int>(m_client->images().size()));
    m_run->setEnabled(m_client->isReady() && !m_client->images().isEmpty());
}

void MainWindow::setSection(Section section)
{
    m_sidebar->setCurrentRow(section);
}

bool MainWindow::showPage(const QString& id)
{
    if (id == QLatin1StringView("images")) {
        setSection(Images);
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
    connect(dialog, &dialogs::RunDialog::created, this, [this](const QString& id) {
        setSection(Containers);
        m_containers->list()->select(id);
        m_containers->openDetails();
    });
    dialog->open();
}

void MainWindow::resizeEvent(QResizeEvent* event)
{
    QMainWindow::resizeEvent(event);
    m_containers->setNarrow(event->size().width() < ContainersSection::kNarrow);
}

void MainWindow::save(QSettings& settings) const
{
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
    setSection(static_cast<Section>(std::clamp(settings.value(QStringLiteral("window/section")).toInt(), 0, 1)));
    m_containers->restore(settings);
    m_images->restore(settings);
}

} // namespace lamella::app

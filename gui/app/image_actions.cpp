// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/image_actions.h"

#include "gui/app/container_actions.h"
#include "gui/client/client.h"
#include "gui/dialogs/confirmation.h"
#include "gui/format/formats.h"
#include "gui/widgets/icons.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QStandardPaths>
#include <QWidget>

#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace lamella::app {

using client::Outcome;

QString starterLayout()
{
    const QString beside
        = QDir::cleanPath(QCoreApplication::applicationDirPath() + QStringLiteral("/../share/lamella/starter"));
    if (QDir(beside).exists())
        return beside;
    return QStandardPaths::locate(QStandardPaths::GenericDataLocation, QStringLiteral("lamella/starter"),
                                  QStandardPaths::LocateDirectory);
}

ImageActions::ImageActions(client::Client* client, QWidget* window)
    : QObject(window)
    , loadStarter(new QAction(widgets::icon(u"load"), tr("Load the &starter image"), this))
    , load(new QAction(widgets::icon(u"load"), tr("&Load image…"), this))
    , run(new QAction(widgets::icon(u"run"), tr("&Run…"), this))
    , remove(new QAction(widgets::icon(u"remove"), tr("Re&move…"), this))
    , m_client(client)
    , m_window(window)
{
    loadStarter->setObjectName(QStringLiteral("loadStarterAction"));
    loadStarter->setVisible(!starterLayout().isEmpty());
    setToolTipWithKey(loadStarter, tr("Load the small image with a shell that ships with Lamella"));
    load->setObjectName(QStringLiteral("loadImageAction"));
    load->setShortcut(QKeySequence(QKeySequence::Open));
    setToolTipWithKey(load, tr("Load the images of an OCI image layout, a directory"));
    run->setObjectName(QStringLiteral("runImageAction"));
    setToolTipWithKey(run, tr("Run a container from this image"));
    remove->setObjectName(QStringLiteral("removeImageAction"));
    remove->setShortcut(QKeySequence(QStringLiteral("Del"), QKeySequence::PortableText));
    setToolTipWithKey(remove, tr("Remove this image and the layers that no other image needs"));

    connect(loadStarter, &QAction::triggered, this, [this] { loadLayout(starterLayout()); });
    connect(load, &QAction::triggered, this, &ImageActions::chooseLayout);
    connect(run, &QAction::triggered, this, [this] {
        if (m_image)
            Q_EMIT runRequested(m_image->data().id);
    });
    connect(remove, &QAction::triggered, this, &ImageActions::askRemove);
    connect(client, &client::Client::stateChanged, this, &ImageActions::update);
    update();
}

void ImageActions::setImage(client::ImageClient* image)
{
    m_image = image;
    update();
}

void ImageActions::update()
{
    const bool ready = m_client->isReady();
    load->setEnabled(ready);
    loadStarter->setEnabled(ready);
    run->setEnabled(ready && m_image);
    remove->setEnabled(ready && m_image);
}

void ImageActions::chooseLayout()
{
    auto* chooser = new QFileDialog(m_window, tr("Load the images of an OCI image layout"));
    chooser->setObjectName(QStringLiteral("layoutChooser"));
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setFileMode(QFileDialog::Directory);
    chooser->setOption(QFileDialog::ShowDirsOnly);
    connect(chooser, &QFileDialog::fileSelected, this, &ImageActions::loadLayout);
    chooser->open();
}

void ImageActions::loadLayout(const QString& directory)
{
    const auto again = [this, directory] { loadLayout(directory); };
    // Opened here, by the user: the helper never opens a caller's path.
    client::Descriptor layout(::open(QFile::encodeName(directory).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!layout.isValid()) {
        Q_EMIT failed(
            tr("The directory %1 cannot be opened: %2").arg(directory, QString::fromLocal8Bit(std::strerror(errno))),
            again);
        return;
    }
    m_client->loadImage(std::move(layout)).then(this, [this, again](const Outcome<QPointer<client::JobClient>>& job) {
        if (!job) {
            report(tr("The image was not loaded"), job.error(), again);
            return;
        }
        if (!*job)
            return;
        (*job)->wait().then(this, [this, again](const Outcome<QStringList>& images) {
            if (!images && images.error().kind != client::ErrorKind::Cancelled)
                report(tr("The image was not loaded"), images.error(), again);
        });
    });
}

void ImageActions::report(const QString& what, const client::ClientError& error, std::function<void()> retry)
{
    // That the helper is away is said already, with what to do.
    if (error.kind != client::ErrorKind::HelperGone)
        Q_EMIT failed(tr("%1: %2").arg(what, error.sentence), retry);
}

void ImageActions::askRemove()
{
    auto* question
        = new dialogs::Confirmation(m_window, tr("Remove the image %1?").arg(m_image->displayName()), tr("&Remove"));
    QStringList consequence;
    if (m_image->data().references.size() > 1)
        consequence.append(
            tr("It has the names %1, too.").arg(m_image->data().references.mid(1).join(QStringLiteral(", "))));
    consequence.append(
        tr("Its layers that no other image needs are lost (all of it is %1). It can be loaded again from where it "
           "came.")
            .arg(format::bytes(m_image->data().sizeBytes)));
    question->setConsequence(consequence.join(u'\n'));
    question->ask([this, image = m_image] {
        if (!image)
            return;
        image->remove().then(this, [this](const Outcome<void>& outcome) {
            if (!outcome)
                report(tr("The image was not removed"), outcome.error(), {});
        });
    });
}

} // namespace lamella::app

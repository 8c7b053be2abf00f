// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/image_actions.h"

#include "gui/app/container_actions.h"
#include "gui/app/image_jobs.h"
#include "gui/app/image_removal.h"
#include "gui/client/client.h"
#include "gui/dialogs/credentials_dialog.h"
#include "gui/dialogs/line_dialog.h"
#include "gui/dialogs/new_image_dialog.h"
#include "gui/dialogs/registries_dialog.h"
#include "gui/dialogs/save_dialog.h"
#include "gui/format/formats.h"
#include "gui/format/image_text.h"
#include "gui/models/image_relations.h"
#include "gui/widgets/confirmation.h"
#include "gui/widgets/icons.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QClipboard>
#include <QCursor>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QStandardPaths>
#include <QWidget>

#include <algorithm>

namespace lamella::app {

using client::ImageClient;
using client::Outcome;

namespace {

QStringList archiveFilters()
{
    return {ImageActions::tr("Archives (*.tar *.tar.gz *.tgz *.tar.zst *.tzst)"), ImageActions::tr("All files (*)")};
}

} // namespace

QString starterLayout()
{
    const QString beside
        = QDir::cleanPath(QCoreApplication::applicationDirPath() + QStringLiteral("/../share/lamella/starter"));
    if (QDir(beside).exists())
        return beside;
    return QStandardPaths::locate(QStandardPaths::GenericDataLocation, QStringLiteral("lamella/starter"),
                                  QStandardPaths::LocateDirectory);
}

ImageActions::ImageActions(client::Client* client, client::Credentials* credentials, client::RegistrySettings* settings,
                           ImageJobs* jobs, QWidget* window)
    : QObject(window)
    , m_client(client)
    , m_credentials(credentials)
    , m_registries(settings)
    , m_jobs(jobs)
    , m_removal(new ImageRemoval(client, window))
    , m_window(window)
{
    buildActions();
    connectActions();
    connect(client, &client::Client::stateChanged, this, &ImageActions::update);
    connect(client, &client::Client::containerAdded, this, &ImageActions::update);
    connect(client, &client::Client::trashedAdded, this, &ImageActions::update);
    connect(client, &client::Client::trashedRemoved, this, &ImageActions::update);
    connect(client, &client::Client::containerRemoved, this, &ImageActions::update);
    connect(jobs, &ImageJobs::importOffered, this, &ImageActions::offerImport);
    update();
}

QAction* ImageActions::make(const QString& name, QStringView icon, const QString& text, const QString& tip,
                            const QString& key)
{
    auto* action = new QAction(text, this);
    if (!icon.isEmpty())
        action->setIcon(widgets::icon(icon));
    action->setObjectName(name);
    action->setShortcut(QKeySequence(key, QKeySequence::PortableText));
    setToolTipWithKey(action, tip);
    return action;
}

void ImageActions::buildActions()
{
    loadStarter = make(QStringLiteral("loadStarterAction"), u"load", tr("Load the &starter image"),
                       tr("Load the small image with a shell that ships with Lamella"));
    loadStarter->setVisible(!starterLayout().isEmpty());
    pull = make(QStringLiteral("pullAction"), u"pull", tr("&Pull image…"), tr("Get an image from a registry"),
                QStringLiteral("Ctrl+Shift+L"));
    pull->setIconText(tr("Pull…"));
    pullAgain = make(QStringLiteral("pullAgainAction"), u"refresh", tr("Pull a&gain…"),
                     tr("Get what the registry has by now under the image's name"));
    load = make(QStringLiteral("loadImageAction"), u"load", tr("&Load image…"),
                tr("Load the images of an archive: what “docker save” or skopeo wrote"), QStringLiteral("Ctrl+O"));
    load->setIconText(tr("Load…"));
    loadDirectory = make(QStringLiteral("loadLayoutAction"), u"load", tr("Load image &directory…"),
                         tr("Load the images of an OCI image layout, a directory"));
    importFiles = make(QStringLiteral("importAction"), u"load", tr("Import root &file system…"),
                       tr("Make an image with one layer of the files of an archive"));
    // Enter is what activates a row of any list.
    run = make(QStringLiteral("runImageAction"), u"run", tr("&Run…"), tr("Run a container from this image (Enter)"));
    run->setIconText(tr("Run…"));
    tag = make(QStringLiteral("tagAction"), u"rename", tr("&Tag…"), tr("Give the image one more name"),
               QStringLiteral("F2"));
    untag = make(QStringLiteral("untagAction"), {}, tr("&Untag"), tr("Take a name away; the image stays"));
    push = make(QStringLiteral("pushAction"), u"push", tr("Pu&sh…"), tr("Send the image to a registry"));
    save = make(QStringLiteral("saveImagesAction"), u"save", tr("Sa&ve…"), tr("Write the chosen images to an archive"),
                QStringLiteral("Ctrl+S"));
    history = make(QStringLiteral("historyAction"), u"clock", tr("&History"), tr("How the image was made"),
                   QStringLiteral("Ctrl+H"));
    layers = make(QStringLiteral("layersAction"), u"layers", tr("&Layers"),
                  tr("What the image's layers have in them, and what of it is wasted"), QStringLiteral("Ctrl+Y"));
    files = make(QStringLiteral("imageFilesAction"), u"directory", tr("&Files"),
                 tr("Look through the image's files, and copy them to this machine"), QStringLiteral("Ctrl+E"));
    inspect = make(QStringLiteral("inspectAction"), u"info", tr("&Inspect"), tr("The image's documents"),
                   QStringLiteral("Ctrl+I"));
    users = make(QStringLiteral("imageUsersAction"), u"container", tr("Show its &containers"),
                 tr("Show the containers that were made from this image"), QStringLiteral("Ctrl+U"));
    copyName = make(QStringLiteral("copyImageNameAction"), u"copy", tr("Copy na&me"),
                    tr("Copy the names of the chosen images"), QStringLiteral("Ctrl+C"));
    copyId = make(QStringLiteral("copyImageIdAction"), {}, tr("Copy I&D"), tr("Copy the IDs of the chosen images"),
                  QStringLiteral("Ctrl+Shift+C"));
    remove = make(QStringLiteral("removeImageAction"), u"remove", tr("R&emove…"),
                  tr("Remove the chosen images and the layers that no other image needs"), QStringLiteral("Del"));
    prune = make(QStringLiteral("pruneAction"), {}, tr("Remove u&nused images…"),
                 tr("See which images nothing uses, and remove them"));
    logins = make(QStringLiteral("loginsAction"), {}, tr("Lo&gins at registries…"),
                  tr("See, add and remove logins at registries"));
    registries = make(QStringLiteral("registriesAction"), {}, tr("&Registries…"),
                      tr("See and change how registries are reached: certificates, mirrors, plain HTTP"));
}

void ImageActions::connectActions()
{
    connect(loadStarter, &QAction::triggered, this, [this] { m_jobs->load(starterLayout()); });
    connect(load, &QAction::triggered, this, [this] { choose(false); });
    connect(loadDirectory, &QAction::triggered, this, [this] { choose(true); });
    connect(importFiles, &QAction::triggered, this, &ImageActions::chooseImport);
    connect(pull, &QAction::triggered, this, [this] { m_jobs->pull(); });
    connect(pullAgain, &QAction::triggered, this, [this] {
        if (image())
            m_jobs->pullAgain(image());
    });
    connect(run, &QAction::triggered, this, [this] {
        if (image())
            Q_EMIT runRequested(image()->data().id);
    });
    connect(tag, &QAction::triggered, this, &ImageActions::askTag);
    connect(untag, &QAction::triggered, this, &ImageActions::chooseUntag);
    connect(push, &QAction::triggered, this, [this] { m_jobs->push(image()); });
    connect(save, &QAction::triggered, this, &ImageActions::askSave);
    connect(history, &QAction::triggered, this, &ImageActions::historyRequested);
    connect(layers, &QAction::triggered, this, &ImageActions::layersRequested);
    connect(files, &QAction::triggered, this, &ImageActions::filesRequested);
    connect(inspect, &QAction::triggered, this, &ImageActions::inspectRequested);
    connect(users, &QAction::triggered, this, &ImageActions::usersRequested);
    connect(copyName, &QAction::triggered, this, [this] {
        copy([](const client::ImageData& one) {
            return one.references.isEmpty() ? one.id : format::shortReference(one.references.constFirst());
        });
    });
    connect(copyId, &QAction::triggered, this, [this] { copy([](const client::ImageData& one) { return one.id; }); });
    connect(remove, &QAction::triggered, this, [this] { m_removal->ask(images()); });
    connect(prune, &QAction::triggered, m_removal, &ImageRemoval::askPrune);
    connect(m_removal, &ImageRemoval::failed, this, &ImageActions::failed);
    connect(logins, &QAction::triggered, this,
            [this] { (new dialogs::CredentialsDialog(m_client, m_credentials, m_registries, m_window))->open(); });
    connect(registries, &QAction::triggered, this,
            [this] { (new dialogs::RegistriesDialog(m_registries, m_window))->open(); });
}

QList<QAction*> ImageActions::contextActions() const
{
    return {run,     users,  nullptr, tag,     untag,   pullAgain, push,   save,    nullptr,
            history, layers, files,   inspect, nullptr, copyName,  copyId, nullptr, remove};
}

void ImageActions::setImages(const QList<ImageClient*>& images)
{
    m_images.clear();
    for (ImageClient* one : images) {
        m_images.append(one);
        connect(one, &ImageClient::changed, this, &ImageActions::update, Qt::UniqueConnection);
    }
    update();
}

void ImageActions::update()
{
    const bool ready = m_client->isReady();
    for (QAction* action : {load, loadDirectory, importFiles, loadStarter, pull, prune})
        action->setEnabled(ready);
    for (QAction* action : {run, tag, push, save, history, layers, files, inspect, remove})
        action->setEnabled(ready && image());
    for (QAction* action : {copyName, copyId})
        action->setEnabled(image());
    users->setEnabled(image() && !models::userNames(m_client, image()).isEmpty());
    pullAgain->setEnabled(ready && image() && !ImageJobs::nameToPull(image()).isEmpty());
    untag->setEnabled(ready && image() && !image()->data().references.isEmpty());
    const bool several = image() && image()->data().references.size() > 1;
    untag->setText(several ? tr("&Untag…") : tr("&Untag"));
}

void ImageActions::chooseImport()
{
    auto* chooser = new QFileDialog(m_window, tr("Import the archive of a root file system"));
    chooser->setObjectName(QStringLiteral("importChooser"));
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setFileMode(QFileDialog::ExistingFile);
    chooser->setNameFilters(archiveFilters());
    connect(chooser, &QFileDialog::fileSelected, this, &ImageActions::askImport);
    chooser->open();
}

void ImageActions::choose(bool directory)
{
    auto* chooser = new QFileDialog(
        m_window, directory ? tr("Load the images of an OCI image layout") : tr("Load the images of an archive"));
    chooser->setObjectName(directory ? QStringLiteral("layoutChooser") : QStringLiteral("archiveChooser"));
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setFileMode(directory ? QFileDialog::Directory : QFileDialog::ExistingFile);
    chooser->setOption(QFileDialog::ShowDirsOnly, directory);
    if (!directory)
        chooser->setNameFilters(archiveFilters());
    connect(chooser, &QFileDialog::fileSelected, m_jobs, &ImageJobs::load);
    chooser->open();
}

void ImageActions::offerImport(const QString& archive, const QString& sentence)
{
    auto* question = new widgets::Confirmation(
        m_window, tr("%1 was not loaded.").arg(QFileInfo(archive).fileName()), tr("&Import…"));
    question->setConsequence(
        tr("%1\n\nAn archive of a root file system can become an image with one layer.").arg(sentence));
    question->ask([this, archive] { askImport(archive); });
}

void ImageActions::askImport(const QString& archive)
{
    auto* dialog = new dialogs::NewImageDialog(m_client, archive, m_window);
    connect(dialog, &dialogs::NewImageDialog::chosen, this,
            [this, archive](const client::NewImage& made) { m_jobs->import(archive, made); });
    dialog->open();
}

void ImageActions::report(const QString& what, const client::ClientError& error, const std::function<void()>& retry)
{
    // That the helper is away is said already, with what to do.
    if (error.kind != client::ErrorKind::HelperGone)
        Q_EMIT failed(tr("%1: %2").arg(what, error.sentence), retry);
}

void ImageActions::askTag()
{
    if (!image())
        return;
    auto* dialog = new dialogs::LineDialog(
        {tr("Tag %1").arg(image()->displayName()), tr("One more &name"), tr("&Tag")},
        [about = QPointer(image())](const QString& reference) {
            client::Promise<void> gone;
            gone.fail({client::ErrorKind::NotFound, tr("The image is not there any more.")});
            return about ? about->tag(reference) : gone.pending();
        },
        m_window);
    dialog->setText(format::shortReference(image()->displayName()));
    dialog->open();
}

void ImageActions::chooseUntag()
{
    if (!image())
        return;
    const QStringList names = image()->data().references;
    if (names.size() == 1) {
        doUntag(image(), names.constFirst());
        return;
    }
    auto* menu = new QMenu(m_window);
    menu->setObjectName(QStringLiteral("untagMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const QString& name : names)
        connect(menu->addAction(name), &QAction::triggered, this,
                [this, about = QPointer(image()), name] { doUntag(about, name); });
    // Below the row that is meant, where it was chosen by keys.
    const auto* list = qobject_cast<QAbstractItemView*>(QApplication::focusWidget());
    menu->popup(list ? list->viewport()->mapToGlobal(list->visualRect(list->currentIndex()).bottomLeft())
                     : QCursor::pos());
}

void ImageActions::doUntag(ImageClient* image, const QString& reference)
{
    if (!image)
        return;
    image->untag(reference).then(this, [=, this, about = QPointer(image)](const Outcome<void>& outcome) {
        if (!outcome)
            report(tr("The name %1 was not taken away").arg(reference), outcome.error(),
                   [=, this] { doUntag(about, reference); });
    });
}

void ImageActions::askSave()
{
    QStringList names;
    QStringList wanted;
    for (const QPointer<ImageClient>& one : std::as_const(m_images)) {
        if (!one)
            continue;
        names.append(format::shortReference(one->displayName()));
        // Names go into the archive; an image without one goes in by its id.
        const QStringList& references = one->data().references;
        wanted += references.isEmpty() ? QStringList(one->data().id) : references;
    }
    if (names.isEmpty())
        return;
    auto* dialog = new dialogs::SaveDialog(names, m_window);
    connect(dialog, &dialogs::SaveDialog::chosen, this,
            [this, wanted](const QString& file, const client::SaveOptions& options) {
                m_jobs->save(wanted, file, options);
            });
    dialog->open();
}

void ImageActions::copy(const std::function<QString(const client::ImageData&)>& what)
{
    QStringList lines;
    for (const QPointer<ImageClient>& one : std::as_const(m_images)) {
        if (one)
            lines.append(what(one->data()));
    }
    QGuiApplication::clipboard()->setText(lines.join(u'\n'));
}

QList<ImageClient*> ImageActions::images() const
{
    QList<ImageClient*> there;
    for (const QPointer<ImageClient>& one : m_images) {
        if (one)
            there.append(one);
    }
    return there;
}

} // namespace lamella::app

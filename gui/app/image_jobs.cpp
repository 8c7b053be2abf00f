// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/image_jobs.h"

#include "gui/app/kept_changes.h"
#include "gui/client/credentials.h"
#include "gui/format/image_text.h"
#include "gui/models/image_relations.h"
#include "gui/models/jobs_model.h"
#include "gui/models/saved_file.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QWidget>
#include <QtConcurrentRun>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace lamella::app {

using client::ClientError;
using client::ErrorKind;
using client::Outcome;
using dialogs::RegistryDialog;
using dialogs::RegistryRequest;

namespace {

constexpr qsizetype kMostHistory = 50;

} // namespace

ImageJobs::ImageJobs(client::Client* client, client::Credentials* credentials, client::RegistrySettings* registries,
                     models::JobsModel* jobs, QWidget* window)
    : QObject(window)
    , m_client(client)
    , m_credentials(credentials)
    , m_registries(registries)
    , m_jobs(jobs)
    , m_window(window)
{
}

void ImageJobs::report(const QString& what, const ClientError& error, const std::function<void()>& retry)
{
    // That the helper is away is said already, with what to do.
    if (error.kind != ErrorKind::HelperGone && error.kind != ErrorKind::Cancelled)
        Q_EMIT failed(tr("%1: %2").arg(what, error.sentence), retry);
}

void ImageJobs::run(const QString& what, const Begin& begin, const std::function<void()>& again, const Failure& failure,
                    const Success& success)
{
    begin().then(this, [=, this](const Outcome<QPointer<client::JobClient>>& job) {
        if (!job) {
            if (!failure || !failure(job.error()))
                report(what, job.error(), again);
        } else if (*job) {
            follow(*job, what, again, failure, success);
        }
    });
}

void ImageJobs::follow(client::JobClient* job, const QString& what, const std::function<void()>& again,
                       const Failure& failure, const Success& success)
{
    m_jobs->setRetry(job, again);
    if (success) {
        m_writers.removeIf([](const QPointer<client::JobClient>& other) { return !other; });
        m_writers.append(job);
    }
    job->wait().then(this, [=, this](const Outcome<QStringList>& outcome) {
        if (outcome && success)
            success(*outcome);
        if (!outcome && (!failure || !failure(outcome.error())))
            report(what, outcome.error(), again);
    });
}

client::Descriptor ImageJobs::open(const QString& path, int flags, const std::function<void()>& again)
{
    client::Descriptor file(::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC));
    if (!file.isValid())
        Q_EMIT failed(tr("%1 cannot be opened: %2").arg(path, QString::fromLocal8Bit(std::strerror(errno))), again);
    return file;
}

void ImageJobs::write(const QString& path, const Write& write, const std::function<void()>& again)
{
    const auto begun = models::SavedFile::begin(path);
    if (!begun) {
        Q_EMIT failed(begun.error(), again);
        return;
    }
    m_files.removeIf([](const std::weak_ptr<models::SavedFile>& file) { return file.expired(); });
    m_files.append(*begun);
    run(
        tr("%1 was not written to the end").arg(path), [file = *begun, write] { return write(file->descriptor()); }, again, {},
        [=, this, file = *begun](const QStringList&) {
            QtConcurrent::run(&models::SavedFile::finish, file).then(this, [=, this](const QString& problem) {
                if (!problem.isEmpty())
                    Q_EMIT failed(problem, again);
            });
        });
}

bool ImageJobs::isWriting() const
{
    return std::ranges::any_of(m_files, [](const std::weak_ptr<models::SavedFile>& file) { return !file.expired(); });
}

void ImageJobs::cancelWriting()
{
    for (const QPointer<client::JobClient>& job : std::as_const(m_writers)) {
        if (job && job->isRunning())
            job->cancel();
    }
}

void ImageJobs::load(const QString& path)
{
    const auto again = [this, path] { load(path); };
    // Without waiting: somebody may have given the name of a pipe.
    auto source = std::make_shared<client::Descriptor>(open(path, O_RDONLY | O_NONBLOCK, again));
    if (!source->isValid())
        return;
    const bool isFile = QFileInfo(path).isFile();
    run(
        tr("%1 was not loaded").arg(QFileInfo(path).fileName()),
        [this, source] { return m_client->loadImage(std::move(*source)); }, again,
        [this, path, isFile](const ClientError& error) {
            const bool noImages = isFile && error.kind == ErrorKind::NotFound;
            if (noImages)
                Q_EMIT importOffered(path, error.sentence);
            return noImages;
        });
}

void ImageJobs::import(const QString& archive, const client::NewImage& image)
{
    const auto again = [this, archive, image] { import(archive, image); };
    auto file = std::make_shared<client::Descriptor>(open(archive, O_RDONLY | O_NONBLOCK, again));
    if (file->isValid())
        run(
            tr("%1 was not imported").arg(QFileInfo(archive).fileName()),
            [this, file, image] { return m_client->importImage(std::move(*file), image); }, again);
}

void ImageJobs::save(const QStringList& images, const QString& file, const client::SaveOptions& options)
{
    const auto again = [this, images, file, options] { save(images, file, options); };
    const auto begin = [this, images, options](client::Descriptor out) {
        return m_client->saveImages(images, std::move(out), options);
    };
    if (!options.directory) {
        write(file, begin, again);
        return;
    }
    auto out = std::make_shared<client::Descriptor>(open(file, O_RDONLY | O_DIRECTORY, again));
    if (out->isValid())
        run(tr("%1 was not written to the end").arg(file), [begin, out] { return begin(std::move(*out)); }, again);
}

void ImageJobs::commit(client::ContainerClient* container, const client::NewImage& image, bool pause,
                       const QByteArrayList& paths)
{
    if (!container)
        return;
    const QPointer about(container);
    run(
        tr("No image was made of %1").arg(container->data().name), [=] { return about->commit(image, pause, paths); },
        [=, this] { commit(about, image, pause, paths); });
}

void ImageJobs::exportFiles(client::ContainerClient* container, const QString& file)
{
    writeArchive(container, file,
                 [](client::ContainerClient* one, client::Descriptor out) { return one->exportFiles(std::move(out)); });
}

void ImageJobs::saveChanges(client::ContainerClient* container, const QByteArrayList& paths, const QString& file)
{
    writeArchive(container, file, [paths](client::ContainerClient* one, client::Descriptor out) {
        return one->saveChanges(paths, std::move(out));
    });
}

void ImageJobs::keepChanges(client::ContainerClient* container, const QByteArrayList& paths, const QString& parent)
{
    if (!container)
        return;
    const QPointer about(container);
    const auto again = [this, about, paths, parent] { keepChanges(about, paths, parent); };
    NewDirectory made = makeDirectoryFor(parent, container->data().name);
    if (!made.descriptor.isValid()) {
        Q_EMIT failed(tr("%1 cannot be made: %2").arg(made.path, QString::fromLocal8Bit(std::strerror(errno))), again);
        return;
    }
    auto into = std::make_shared<client::Descriptor>(std::move(made.descriptor));
    run(
        tr("The changes are not all in %1").arg(made.path),
        [about, into, paths] { return about->saveChanges(paths, std::move(*into)); }, again,
        [path = made.path](const ClientError&) {
            QDir().rmdir(path); // only where nothing is in it
            return false;
        },
        [this, path = made.path](const QStringList& notKept) { Q_EMIT kept(keptSentence(path, notKept), path); });
}

void ImageJobs::writeArchive(client::ContainerClient* container, const QString& file, const WriteArchive& write)
{
    if (!container)
        return;
    const QPointer about(container);
    this->write(
        file,
        [about, write](client::Descriptor out) {
            if (about)
                return write(about, std::move(out));
            client::Promise<QPointer<client::JobClient>> gone;
            gone.fail({ErrorKind::NotFound, tr("The container is not there any more.")});
            return gone.pending();
        },
        [this, about, file, write] { writeArchive(about, file, write); });
}

QStringList ImageJobs::names() const
{
    QStringList names = m_history;
    const QList<client::ImageClient*> images = m_client->images();
    for (const client::ImageClient* image : images) {
        for (const QString& reference : image->data().references)
            names.append(format::shortReference(reference));
    }
    names.removeDuplicates();
    return names;
}

ImageJobs::Transfer ImageJobs::pullTransfer() const
{
    return {dialogs::RegistryFields::For::Pull, [client = m_client](const RegistryRequest& request) {
                return client->pullImage(request.reference, request.options);
            }};
}

ImageJobs::Transfer ImageJobs::pushTransfer(client::ImageClient* image)
{
    return {dialogs::RegistryFields::For::Push, [about = QPointer(image)](const RegistryRequest& request) {
                if (about)
                    return about->push(request.reference, request.options);
                client::Promise<QPointer<client::JobClient>> gone;
                gone.fail({ErrorKind::NotFound, tr("The image is not there any more.")});
                return gone.pending();
            }};
}

RegistryDialog* ImageJobs::dialogFor(const Transfer& transfer)
{
    auto* dialog = new RegistryDialog(transfer.purpose, m_client, m_credentials, m_registries, names(), transfer.start,
                                      m_window);
    connect(dialog, &RegistryDialog::begun, this,
            [this, transfer](client::JobClient* job, const RegistryRequest& request) {
                remember(request);
                if (job)
                    follow(
                        job, notDone(transfer, request), [=, this] { again(transfer, request); },
                        askToLogIn(transfer, request));
            });
    return dialog;
}

void ImageJobs::pull()
{
    dialogFor(pullTransfer())->open();
}

QString ImageJobs::nameToPull(const client::ImageClient* image)
{
    const QStringList& names = image->data().references;
    // A digest says which image it is, once and for all.
    const auto found = std::ranges::find_if(names, [](const QString& name) { return !name.contains(u'@'); });
    return found == names.end() ? QString() : *found;
}

void ImageJobs::pullAgain(client::ImageClient* image)
{
    RegistryDialog* dialog = dialogFor(pullTransfer());
    if (const QString platform = models::foreignPlatform(m_client, image); !platform.isEmpty())
        dialog->setPlatform(platform);
    dialog->setReference(nameToPull(image));
    dialog->open();
}

void ImageJobs::push(client::ImageClient* image)
{
    if (!image)
        return;
    RegistryDialog* dialog = dialogFor(pushTransfer(image));
    dialog->setReference(image->data().references.value(0));
    dialog->open();
}

/// The same request, with the login that it had: nobody is asked anything unless the registry says no. What it failed
/// by may be a setting of the registry, which is another by now.
void ImageJobs::again(const Transfer& transfer, const RegistryRequest& request)
{
    const auto options = m_registries->options(request.reference);
    if (!options) {
        Q_EMIT failed(tr("%1: %2").arg(notDone(transfer, request), options.error()),
                      [=, this] { again(transfer, request); });
        return;
    }
    RegistryRequest now = request;
    now.setting = m_registries->of(request.reference);
    now.options = *options;
    now.options.platform = request.options.platform;
    now.options.user = request.options.user;
    now.options.password = request.options.password;
    now.options.identityToken = request.options.identityToken;
    run(
        notDone(transfer, now), [=] { return transfer.start(now); }, [=, this] { again(transfer, now); },
        askToLogIn(transfer, now));
}

QString ImageJobs::notDone(const Transfer& transfer, const RegistryRequest& request) const
{
    return transfer.purpose == dialogs::RegistryFields::For::Pull ? tr("%1 was not pulled").arg(request.reference)
                                                                  : tr("%1 was not pushed").arg(request.reference);
}

ImageJobs::Failure ImageJobs::askToLogIn(const Transfer& transfer, const RegistryRequest& request)
{
    return [=, this](const ClientError& error) {
        if (error.kind != ErrorKind::RegistryDenied)
            return false;
        RegistryDialog* dialog = dialogFor(transfer);
        dialog->setRefused(request, error.sentence);
        dialog->open();
        return true;
    };
}

void ImageJobs::remember(const RegistryRequest& request)
{
    const QString name = format::shortReference(request.reference);
    m_history.removeAll(name);
    m_history.prepend(name);
    if (m_history.size() > kMostHistory)
        m_history.removeLast();
    const QString registry = request.reference.section(u'/', 0, 0);
    m_registries->set(registry, request.setting);
    if (!request.keepLogin)
        return;
    const client::Login login{request.options.user, request.options.password, {}};
    m_credentials->keep(registry, login).then(this, [this, registry](const Outcome<QString>& problem) {
        if (problem && !problem->isEmpty())
            Q_EMIT failed(client::keptForNowSentence(registry, *problem), {});
    });
}

} // namespace lamella::app

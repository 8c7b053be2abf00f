// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/client.h"
#include "gui/dialogs/registry_dialog.h"

#include <QObject>

#include <functional>
#include <memory>

namespace lamella::client {
class Credentials;
class RegistrySettings;
} // namespace lamella::client

namespace lamella::models {
class JobsModel;
class SavedFile;
} // namespace lamella::models

namespace lamella::app {

/// The long work with images: begins it, and when it fails says so with a way to try the same again. Files are opened
/// here, by the person: the helper never opens a caller's path.
class ImageJobs : public QObject {
    Q_OBJECT

public:
    ImageJobs(client::Client* client, client::Credentials* credentials, client::RegistrySettings* registries,
              models::JobsModel* jobs, QWidget* window);

    /// A directory with an OCI image layout, or an archive.
    void load(const QString& path);
    void import(const QString& archive, const client::NewImage& image);
    /// `images`: ids.
    void save(const QStringList& images, const QString& file, const client::SaveOptions& options);
    /// `paths`: only of these changes; none: of all.
    void commit(client::ContainerClient* container, const client::NewImage& image, bool pause,
                const QByteArrayList& paths);
    void saveChanges(client::ContainerClient* container, const QByteArrayList& paths, const QString& file);
    /// As files in a new directory in `parent`.
    void keepChanges(client::ContainerClient* container, const QByteArrayList& paths, const QString& parent);
    void exportFiles(client::ContainerClient* container, const QString& file);
    /// Opens the dialog.
    void pull();
    /// The dialog with the image's name and platform in it.
    void pullAgain(client::ImageClient* image);
    /// Its first name under which a registry may have another image by now; empty: it has none.
    static QString nameToPull(const client::ImageClient* image);
    void push(client::ImageClient* image);

    /// Files of this person's are being written that are only whole when this window is there until the end.
    bool isWriting() const;
    /// Cancels what is being written, which leaves no file.
    void cancelWriting();

    /// What was asked of registries before, the newest first; what is asked from now on goes into it.
    QStringList history() const { return m_history; }
    void setHistory(const QStringList& history) { m_history = history; }

Q_SIGNALS:
    /// `retry` asks for the same again; it may be empty.
    void failed(const QString& sentence, const std::function<void()>& retry);
    /// Changes are in `directory`; the sentence says so, and what is not.
    void kept(const QString& sentence, const QString& directory);
    /// The sentence says why no images were loaded from the archive; it may be of a file system.
    void importOffered(const QString& archive, const QString& sentence);

private:
    using Begin = std::function<client::Pending<QPointer<client::JobClient>>()>;
    using Failure = std::function<bool(const client::ClientError&)>; ///< true: somebody else has said it

    using Success = std::function<void(const QStringList& result)>;
    using Write = std::function<client::Pending<QPointer<client::JobClient>>(client::Descriptor)>;
    /// Somebody else writes the file, which stays as it was until all of it is written.
    void write(const QString& path, const Write& write, const std::function<void()>& again);
    using WriteArchive
        = std::function<client::Pending<QPointer<client::JobClient>>(client::ContainerClient*, client::Descriptor)>;
    void writeArchive(client::ContainerClient* container, const QString& file, const WriteArchive& write);

    /// Which way, and how it begins.
    struct Transfer {
        dialogs::RegistryFields::For purpose;
        dialogs::RegistryDialog::Start start;
    };

    void run(const QString& what, const Begin& begin, const std::function<void()>& again, const Failure& failure = {},
             const Success& success = {});
    void follow(client::JobClient* job, const QString& what, const std::function<void()>& again, const Failure& failure,
                const Success& success = {});
    void report(const QString& what, const client::ClientError& error, const std::function<void()>& retry);
    client::Descriptor open(const QString& path, int flags, const std::function<void()>& again);
    Transfer pullTransfer() const;
    static Transfer pushTransfer(client::ImageClient* image);
    dialogs::RegistryDialog* dialogFor(const Transfer& transfer);
    void again(const Transfer& transfer, const dialogs::RegistryRequest& request);
    QString notDone(const Transfer& transfer, const dialogs::RegistryRequest& request) const;
    Failure askToLogIn(const Transfer& transfer, const dialogs::RegistryRequest& request);
    void remember(const dialogs::RegistryRequest& request);
    QStringList names() const;

    client::Client* m_client;
    client::Credentials* m_credentials;
    client::RegistrySettings* m_registries;
    models::JobsModel* m_jobs;
    QWidget* m_window;
    QStringList m_history;
    QList<std::weak_ptr<models::SavedFile>> m_files;
    QList<QPointer<client::JobClient>> m_writers;
};

} // namespace lamella::app

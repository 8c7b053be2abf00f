// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/keyring.h"

#include <qt6keychain/keychain.h>

namespace lamella::client {

namespace {

const QString kService = QStringLiteral("Lamella");

ClientError errorOf(const QKeychain::Job* job)
{
    const ErrorKind kind = job->error() == QKeychain::EntryNotFound ? ErrorKind::NotFound : ErrorKind::Failed;
    return {kind, job->errorString()};
}

} // namespace

Pending<QByteArray> DesktopKeyring::read(const QString& key)
{
    Promise<QByteArray> promise;
    auto* job = new QKeychain::ReadPasswordJob(kService);
    job->setKey(key);
    QObject::connect(job, &QKeychain::Job::finished, job, [promise, job] {
        if (job->error() == QKeychain::NoError)
            promise.give(job->binaryData());
        else
            promise.fail(errorOf(job));
    });
    job->start();
    return promise.pending();
}

Pending<void> DesktopKeyring::write(const QString& key, const QByteArray& secret)
{
    Promise<void> promise;
    auto* job = new QKeychain::WritePasswordJob(kService);
    job->setKey(key);
    job->setBinaryData(secret);
    QObject::connect(job, &QKeychain::Job::finished, job, [promise, job] {
        if (job->error() == QKeychain::NoError)
            promise.give({});
        else
            promise.fail(errorOf(job));
    });
    job->start();
    return promise.pending();
}

Pending<void> DesktopKeyring::remove(const QString& key)
{
    Promise<void> promise;
    auto* job = new QKeychain::DeletePasswordJob(kService);
    job->setKey(key);
    QObject::connect(job, &QKeychain::Job::finished, job, [promise, job] {
        if (job->error() == QKeychain::NoError || job->error() == QKeychain::EntryNotFound)
            promise.give({});
        else
            promise.fail(errorOf(job));
    });
    job->start();
    return promise.pending();
}

} // namespace lamella::client

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/image_fixture.h"

#include <QDir>
#include <QTest>

#include <fcntl.h>

using namespace Qt::StringLiterals;

namespace lamella::test {

QString pathOf(const QString& image)
{
    return kRoot + u"/Images/"_s + QString(image).replace(u':', u'_');
}

QStringList layersOnDisk()
{
    return QDir(qEnvironmentVariable("LAMELLA_STATE") + u"/layers"_s)
        .entryList(QDir::Dirs | QDir::Hidden | QDir::NoDotAndDotDot);
}

QList<pid_t> processesOf(const QByteArray& program)
{
    QList<pid_t> pids;
    for (const QString& pid : QDir(u"/proc"_s).entryList({u"[0-9]*"_s}, QDir::Dirs)) {
        if (readFile(u"/proc/%1/cmdline"_s.arg(pid)).split('\0').first().endsWith(program))
            pids.append(pid.toInt());
    }
    return pids;
}

QDBusUnixFileDescriptor opened(const QString& path, int flags)
{
    QDBusUnixFileDescriptor file;
    file.giveFileDescriptor(::open(qPrintable(path), flags | O_CLOEXEC, 0644));
    return file;
}

ImageFixture::ImageFixture()
    : alice(std::make_unique<Client>(4242))
    , bob(std::make_unique<Client>(4343))
{
}

QString ImageFixture::begin(const QString& member, const QVariantList& arguments, const QVariantMap& options)
{
    return alice->ask(kRoot, u"Manager"_s, member, arguments, options).value<QDBusObjectPath>().path();
}

QString ImageFixture::errorOf(const QString& job)
{
    return alice->lamella(job, u"Job"_s, u"Wait"_s).errorName();
}

QVariant ImageFixture::image(const QString& id, const QString& property)
{
    return alice->get(pathOf(id), u"Image"_s, property);
}

void ImageFixture::removeImages()
{
    for (Client* client : {alice.get(), bob.get()}) {
        for (const QDBusObjectPath& object : client->objects().keys()) {
            if (object.path().contains("/Images/"_L1))
                client->ask(object.path(), u"Image"_s, u"Remove"_s);
        }
    }
}

void ImageFixture::leaveNothing()
{
    removeImages();
    QVERIFY(QTest::qWaitFor([] { return processesOf("lamella-fetcher").isEmpty(); }, 30000));
    QVERIFY(QTest::qWaitFor([] { return layersOnDisk().isEmpty(); }, 30000));
}

} // namespace lamella::test

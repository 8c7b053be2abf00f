// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/file_fixture.h"

#include <QCryptographicHash>
#include <QDBusObjectPath>
#include <QJsonDocument>
#include <QTest>

#include <sys/mman.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace lamella::test {

QStringList Listed::names() const
{
    QStringList names;
    for (const QJsonObject& file : files)
        names.append(file.value("name"_L1).toString());
    return names;
}

QJsonObject Listed::named(const QString& name) const
{
    for (const QJsonObject& file : files) {
        if (file.value("name"_L1).toString() == name)
            return file;
    }
    return {};
}

Listed listingOf(const QDBusMessage& answer)
{
    Listed listed;
    listed.error = answer.errorName().section(u'.', -1);
    if (answer.arguments().size() != 3)
        return listed;
    listed.directory = answer.arguments().at(0).toByteArray();
    listed.next = answer.arguments().at(2).toByteArray();
    const QByteArray lines = readAll(answer.arguments().at(1).value<QDBusUnixFileDescriptor>().fileDescriptor());
    for (const QByteArray& line : lines.split('\n')) {
        if (!line.isEmpty())
            listed.files.append(QJsonDocument::fromJson(line).object());
    }
    return listed;
}

QByteArray contentOf(const QDBusMessage& answer)
{
    if (answer.arguments().size() != 2)
        return {};
    return readAll(answer.arguments().at(1).value<QDBusUnixFileDescriptor>().fileDescriptor());
}

QDBusUnixFileDescriptor memoryFile(const QByteArray& bytes, int seals)
{
    const int file = ::memfd_create("content", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (::write(file, bytes.constData(), std::size_t(bytes.size())) != bytes.size()
        || ::fcntl(file, F_ADD_SEALS, seals) != 0)
        qFatal("no memory file");
    QDBusUnixFileDescriptor content(file);
    ::close(file);
    return content;
}

QString digestOf(const QByteArray& content)
{
    return u"sha256:"_s + QString::fromLatin1(QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex());
}

FileFixture::FileFixture()
    : alice(std::make_unique<Client>(4242))
    , bob(std::make_unique<Client>(4343))
{
}

void FileFixture::removeContainers()
{
    for (const QString& path : std::as_const(m_made))
        alice->lamella(path, u"Container"_s, u"Remove"_s, {}, {{u"force"_s, true}});
    m_made.clear();
}

void FileFixture::whetherItRuns()
{
    QTest::addColumn<bool>("runs");
    QTest::newRow("running") << true;
    QTest::newRow("stopped") << false;
}

bool FileFixture::runs()
{
    const auto* const tag = QTest::currentDataTag();
    return tag && QByteArrayView(tag) == "running";
}

QString FileFixture::start(const QString& script)
{
    const QString path = alice->run(u"files-%1"_s.arg(m_made.size()), {u"sh"_s, u"-c"_s, script});
    m_made.append(path);
    if (!QTest::qWaitFor([&] { return alice->log(path).contains("done"_L1); }, 30000))
        qWarning("the container is not ready");
    return path;
}

QString FileFixture::make(const QString& script, const QString& before)
{
    if (runs())
        return start(before + script + u"\necho done; exec sleep 1000"_s);
    const QString path = alice->run(u"files-%1"_s.arg(m_made.size()), {u"sh"_s, u"-c"_s, script});
    m_made.append(path);
    if (!alice->waitForState(path, u"stopped"_s))
        qWarning("the container has not ended");
    return path;
}

QString FileFixture::ask(const QString& path, const QString& member, const QVariantList& arguments,
                         const QVariantMap& options)
{
    return alice->lamella(path, u"Container"_s, member, arguments, options).errorName().section(u'.', -1);
}

QString FileFixture::write(const QString& path, const QByteArray& file, const QByteArray& content,
                           const QVariantMap& options)
{
    return ask(path, u"WriteFile"_s, {file, QVariant::fromValue(memoryFile(content))}, options);
}

QString FileFixture::beginRemoval(const QString& path, const QByteArrayList& files)
{
    return alice->ask(path, u"Container"_s, u"RemoveFiles"_s, {QVariant::fromValue(files)})
        .value<QDBusObjectPath>()
        .path();
}

QString FileFixture::remove(const QString& path, const QByteArrayList& files)
{
    const auto begun = alice->lamella(path, u"Container"_s, u"RemoveFiles"_s, {QVariant::fromValue(files)});
    if (!begun.errorName().isEmpty())
        return begun.errorName().section(u'.', -1);
    const QString job = begun.arguments().constFirst().value<QDBusObjectPath>().path();
    return alice->lamella(job, u"Job"_s, u"Wait"_s).errorName().section(u'.', -1);
}

QByteArray FileFixture::read(const QString& path, const QByteArray& file)
{
    return contentOf(alice->lamella(path, u"Container"_s, u"ReadFile"_s, {file, u"container"_s}));
}

Listed FileFixture::list(const QString& path, const QByteArray& directory, const QVariantMap& options, Client* client)
{
    return listingOf(
        (client ? client : alice.get())->lamella(path, u"Container"_s, u"ListDirectory"_s, {directory}, options));
}

QByteArray FileFixture::inUpper(const QString& path, const QByteArray& file)
{
    return qgetenv("LAMELLA_STATE") + "/containers/" + path.section(u'/', -1).toUtf8() + "/upper" + file;
}

void FileFixture::noneIsLeft(const QString& path)
{
    for (const char* directory : {"/", "/etc"}) {
        for (const QString& name : list(path, directory).names())
            QVERIFY2(!name.startsWith(".lamella"_L1), qPrintable(name));
    }
}

} // namespace lamella::test

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fake_helper/fake_tree.h"

#include "resources/dbus/api.h"
#include "resources/dbus/types.h"
#include "tests/support/fake_helper/fake_files.h"

#include <QCryptographicHash>
#include <QJsonDocument>
#include <QJsonObject>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace lamella::test {

namespace {

QByteArray directoryOf(const QByteArray& path)
{
    return path.lastIndexOf('/') > 0 ? path.first(path.lastIndexOf('/')) : QByteArray("/");
}

QString digestOf(const QByteArray& content)
{
    return u"sha256:"_s + QString::fromLatin1(QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex());
}

QVariantMap optionsOf(const QDBusMessage& message)
{
    return qdbus_cast<QVariantMap>(message.arguments().constLast());
}

QDBusMessage refuse(const QDBusMessage& message, const QString& kind, const QByteArray& path)
{
    return message.createErrorReply(QString::fromLatin1(dbus::kErrorPrefix) + kind,
                                    u"%1: %2"_s.arg(QString::fromUtf8(path), kind));
}

QByteArray lineOf(const QByteArray& name, const FakeTree::File& file, const QString& layer)
{
    QJsonObject line{
        {u"name"_s, QString::fromUtf8(name)}, {u"type"_s, file.type},
        {u"mode"_s, qint64(file.mode)},       {u"uid"_s, qint64(file.uid)},
        {u"gid"_s, qint64(file.gid)},         {u"size"_s, file.type == "file"_L1 ? file.content.size() : 0},
        {u"mtime_usec"_s, file.mtimeUsec},    {u"copied_up"_s, file.isCopiedUp},
        {u"mounted"_s, file.isMounted}};
    if (QString::fromUtf8(name).toUtf8() != name)
        line.insert(u"name_base64"_s, QString::fromLatin1(name.toBase64()));
    if (!layer.isEmpty())
        line.insert(u"layer"_s, layer);
    if (!file.change.isEmpty())
        line.insert(u"change"_s, file.change);
    if (file.type == "symlink"_L1)
        line.insert(u"target"_s, QString::fromUtf8(file.content));
    return QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n';
}

void set(FakeTree::File& file, const QVariantMap& attributes)
{
    file.mode = attributes.value(u"mode"_s, file.mode).toUInt();
    file.uid = attributes.value(u"uid"_s, file.uid).toUInt();
    file.gid = attributes.value(u"gid"_s, file.gid).toUInt();
}

} // namespace

void FakeTree::fill()
{
    const auto directory = u"directory"_s;
    const auto file = u"file"_s;
    for (const char* path : {"/bin", "/home", "/home/user", "/root", "/usr", "/usr/share", "/var"})
        files.insert(path, {directory, 0755});
    for (const char* path : {"/dev", "/proc", "/sys"})
        files.insert(path, {.type = directory, .mode = 0555, .isMounted = true});
    files.insert("/etc", {.type = directory, .mode = 0755, .isCopiedUp = true});
    files.insert("/tmp", {directory, 01777});
    files.insert("/bin/busybox", {file, 0755, QByteArray(800'000, '\x7f')});
    files.insert("/bin/sh", {u"symlink"_s, 0777, "busybox"});
    files.insert("/bin/su", {file, 04755, QByteArray(30'000, '\x7f')});
    files.insert("/etc/group", {file, 0644, "root:x:0:\nuser:x:1000:\n"});
    files.insert("/etc/hostname", {.type = file, .mode = 0644, .isMounted = true});
    files.insert("/etc/hosts", {.type = file, .mode = 0644, .isMounted = true});
    files.insert("/etc/motd", {file, 0644, "Welcome to the machine.\n", u"M"_s});
    files.insert("/etc/nginx", {directory, 0755, {}, u"A"_s});
    files.insert(
        "/etc/nginx/nginx.conf",
        {file, 0640,
         "# What is served, and from where.\nworker_processes  auto;\n\nevents {\n    worker_connections  "
         "1024;\n}\n\nhttp {\n    include       mime.types;\n    sendfile      on;\n    server {\n        listen "
         "      80;\n        server_name  localhost;\n        location / {\n            root   html;\n        "
         "}\n    }\n}\n",
         u"A"_s, 33, 33});
    files.insert("/etc/passwd",
                 {file, 0644, "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n", u"M"_s});
    files.insert("/etc/shadow", {file, 0600, "root:*:::::::\n", u"m"_s, 0, 42});
    files.insert("/home/user/notes.txt", {file, 0644, "one\ntwo\n", {}, 1000, 1000});
    files.insert("/var/run", {u"fifo"_s, 0600});
}

void FakeTree::fillImage(const QString& diffId)
{
    fill();
    layer = diffId;
    for (File& file : files) {
        file.change.clear();
        file.isCopiedUp = file.isMounted = false;
    }
}

std::optional<QDBusMessage> FakeTree::answer(const QDBusMessage& message)
{
    const QString method = message.member();
    const QByteArray path = message.arguments().value(0).toByteArray();
    if (method == "ListDirectory"_L1)
        return list(message);
    if (method == "ReadFile"_L1)
        return files.size() > 1 ? std::optional(read(message)) : std::nullopt; // otherwise nobody asked for files
    if (method == "WriteFile"_L1)
        return write(message);
    if (method == "MakeDirectory"_L1)
        return make(message, path, {u"directory"_s, optionsOf(message).value(u"mode"_s, 0755u).toUInt(), {}, u"A"_s});
    if (method == "MakeSymlink"_L1)
        return make(message, path, {u"symlink"_s, 0777, message.arguments().at(1).toByteArray(), u"A"_s});
    if (method == "MoveFile"_L1)
        return move(message);
    if (method == "SetFileAttributes"_L1)
        return setAttributes(message);
    return std::nullopt;
}

QDBusMessage FakeTree::list(const QDBusMessage& message) const
{
    const QByteArray directory = message.arguments().constFirst().toByteArray();
    if (files.value(directory).type != "directory"_L1)
        return refuse(message, files.contains(directory) ? u"InvalidArgument"_s : u"NotFound"_s, directory);
    const QByteArray after = optionsOf(message).value(u"after"_s).toByteArray();
    QByteArray lines;
    QByteArray last;
    qsizetype count = 0;
    bool isCut = false;
    for (const auto& [path, file] : files.asKeyValueRange()) {
        const QByteArray name = path.sliced(path.lastIndexOf('/') + 1);
        if (path == "/" || directoryOf(path) != directory || name <= after || isCut)
            continue;
        isCut = count == most;
        if (isCut)
            continue;
        lines += lineOf(name, file, layer);
        last = name;
        ++count;
    }
    return message.createReply(
        QVariantList{directory, QVariant::fromValue(memoryFile(lines)), isCut ? last : QByteArray()});
}

QDBusMessage FakeTree::read(const QDBusMessage& message) const
{
    const QByteArray path = message.arguments().constFirst().toByteArray();
    const File file = files.value(path);
    const bool isLink = file.type == "symlink"_L1;
    const dbus::FileInfo info{files.contains(path),
                              file.type,
                              isLink ? 0 : quint64(file.content.size()),
                              file.mode,
                              file.uid,
                              file.gid,
                              file.mtimeUsec,
                              isLink ? file.content : QByteArray(),
                              {},
                              optionsOf(message).value(u"digest"_s).toBool() ? digestOf(file.content) : QString()};
    const auto offset = optionsOf(message).value(u"offset"_s).toLongLong();
    const auto length = optionsOf(message).value(u"length"_s, 4 << 20).toLongLong();
    return message.createReply(
        {QVariant::fromValue(info),
         QVariant::fromValue(memoryFile(isLink ? QByteArray() : file.content.mid(offset, length)))});
}

QDBusMessage FakeTree::write(const QDBusMessage& message)
{
    const QByteArray path = message.arguments().constFirst().toByteArray();
    const QVariantMap options = optionsOf(message);
    QByteArray content(16 << 20, '\0');
    const int given = message.arguments().at(1).value<QDBusUnixFileDescriptor>().fileDescriptor();
    content.truncate(std::max<ssize_t>(0, ::pread(given, content.data(), std::size_t(content.size()), 0)));
    if (!files.contains(directoryOf(path)))
        return refuse(message, u"NotFound"_s, path);
    if (files.contains(path) && options.value(u"new"_s).toBool())
        return refuse(message, u"AlreadyExists"_s, path);
    const QString replaces = options.value(u"replaces"_s).toString();
    if (!replaces.isEmpty() && replaces != digestOf(files.value(path).content))
        return refuse(message, u"DigestMismatch"_s, path);
    if (!files.contains(path))
        files.insert(path, {u"file"_s, options.value(u"mode"_s, 0644u).toUInt(), {}, u"A"_s});
    File& file = files[path];
    const auto offset = options.value(u"offset"_s, 0).toLongLong();
    file.content = offset > 0 ? file.content.first(offset) + content : content;
    file.mtimeUsec += 1'000'000;
    if (file.change.isEmpty())
        file.change = u"M"_s;
    return message.createReply();
}

QDBusMessage FakeTree::make(const QDBusMessage& message, const QByteArray& path, const File& file)
{
    if (files.contains(path))
        return refuse(message, u"AlreadyExists"_s, path);
    files.insert(path, file);
    return message.createReply();
}

QDBusMessage FakeTree::move(const QDBusMessage& message)
{
    const QByteArray from = message.arguments().at(0).toByteArray();
    const QByteArray to = message.arguments().at(1).toByteArray();
    if (optionsOf(message).value(u"replace"_s).toBool())
        remove(to);
    if (!files.contains(from) || files.contains(to))
        return refuse(message, files.contains(to) ? u"AlreadyExists"_s : u"NotFound"_s, to);
    const auto before = files;
    for (const auto& [path, file] : before.asKeyValueRange()) {
        if (path != from && !path.startsWith(from + '/'))
            continue;
        files.insert(to + path.sliced(from.size()), file);
        files.remove(path);
    }
    return message.createReply();
}

QDBusMessage FakeTree::setAttributes(const QDBusMessage& message)
{
    const QByteArray path = message.arguments().constFirst().toByteArray();
    const QVariantMap options = optionsOf(message);
    if (!files.contains(path))
        return refuse(message, u"NotFound"_s, path);
    set(files[path], options);
    return message.createReply();
}

void FakeTree::setBelow(const QByteArray& path, const QVariantMap& attributes)
{
    for (auto file = files.begin(); file != files.end(); ++file) {
        if (file.key() == path || file.key().startsWith(path + '/'))
            set(*file, attributes);
    }
}

void FakeTree::remove(const QByteArray& path)
{
    files.removeIf([&](const auto& file) { return file.key() == path || file.key().startsWith(path + '/'); });
}

} // namespace lamella::test

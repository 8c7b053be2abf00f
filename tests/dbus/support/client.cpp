// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/client.h"

#include "resources/dbus/api.h"
#include "resources/dbus/types.h"

#include <QDBusArgument>
#include <QDBusConnectionInterface>
#include <QDBusMetaType>
#include <QDBusVariant>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <QTest>

#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace Qt::StringLiterals;

namespace lamella::test {

const QString kRoot = QLatin1StringView(dbus::kRootPath);

namespace {

const QString kService = QLatin1StringView(dbus::kBusName);
const QString kProperties = u"org.freedesktop.DBus.Properties"_s;

/// The signals that are received.
const QStringList kHeard{u"InterfacesAdded"_s, u"InterfacesRemoved"_s, u"PropertiesChanged"_s};

QString connectAs(uid_t uid)
{
    static int number = 0;
    const QString name = u"client-%1"_s.arg(++number);
    // EXTERNAL authentication goes by the effective uid at the time of connecting.
    if (::seteuid(uid) < 0)
        qFatal("cannot become uid %u", uid);
    QDBusConnection::connectToBus(u"unix:path=/run/dbus/system_bus_socket"_s, name);
    if (::seteuid(0) < 0)
        qFatal("cannot become root again");
    return name;
}

} // namespace

QString errorName(const QString& kind)
{
    return QLatin1StringView(dbus::kErrorPrefix) + kind;
}

Client::Client(uid_t uid)
    : m_name(connectAs(uid))
    , m_bus(m_name)
{
    dbus::registerTypes();
    qDBusRegisterMetaType<InterfaceMap>();
    qDBusRegisterMetaType<ManagedObjects>();
    if (!m_bus.isConnected())
        qFatal("uid %u cannot connect to the bus: %s", uid, qPrintable(m_bus.lastError().message()));
    for (const QString& member : kHeard)
        m_bus.connect(QString(), QString(), QString(), member, this, SLOT(receive(QDBusMessage)));
}

Client::~Client()
{
    // The connection goes before QObject could tell it that who hears its signals has gone.
    for (const QString& member : kHeard)
        m_bus.disconnect(QString(), QString(), QString(), member, this, SLOT(receive(QDBusMessage)));
    QDBusConnection::disconnectFromBus(m_name);
}

QSet<QString>& Client::used()
{
    static QSet<QString> used;
    return used;
}

void Client::receive(const QDBusMessage& message)
{
    m_signals.append({message.path(), message.interface(), message.member(), message.arguments()});
}

QDBusMessage Client::call(const QString& path, const QString& interface, const QString& member,
                          const QVariantList& arguments)
{
    QDBusMessage message = QDBusMessage::createMethodCall(kService, path, interface, member);
    message.setArguments(arguments);
    return m_bus.call(message, QDBus::Block, 60000);
}

QDBusMessage Client::lamella(const QString& path, const QString& interface, const QString& member,
                             QVariantList arguments, const QVariantMap& options)
{
    arguments.append(options);
    const QDBusMessage reply = call(path, kService + u'.' + interface, member, arguments);
    if (reply.type() == QDBusMessage::ReplyMessage)
        used().insert(interface + u'.' + member);
    return reply;
}

QVariant Client::ask(const QString& path, const QString& interface, const QString& member,
                     const QVariantList& arguments, const QVariantMap& options)
{
    const QDBusMessage reply = lamella(path, interface, member, arguments, options);
    if (reply.type() != QDBusMessage::ReplyMessage)
        QTest::qFail(qPrintable(u"%1.%2: %3: %4"_s.arg(interface, member, reply.errorName(), reply.errorMessage())),
                     __FILE__, __LINE__);
    return reply.arguments().value(0);
}

void Client::discard(const QString& container)
{
    const QDBusMessage reply
        = lamella(container, u"Container"_s, u"Remove"_s, {}, {{u"force"_s, true}, {u"permanently"_s, true}});
    if (reply.type() != QDBusMessage::ReplyMessage && reply.errorName() != errorName(u"NotFound"_s))
        QTest::qFail(qPrintable(u"Container.Remove: "_s + reply.errorMessage()), __FILE__, __LINE__);
}

QVariant Client::get(const QString& path, const QString& interface, const QString& property)
{
    const QDBusMessage reply = call(path, kProperties, u"Get"_s, {kService + u'.' + interface, property});
    if (reply.type() != QDBusMessage::ReplyMessage) {
        QTest::qFail(qPrintable(u"%1.%2: %3"_s.arg(interface, property, reply.errorMessage())), __FILE__, __LINE__);
        return {};
    }
    used().insert(interface + u'.' + property);
    return reply.arguments().value(0).value<QDBusVariant>().variant();
}

ManagedObjects Client::objects()
{
    const QDBusMessage reply = call(kRoot, u"org.freedesktop.DBus.ObjectManager"_s, u"GetManagedObjects"_s);
    return qdbus_cast<ManagedObjects>(reply.arguments().value(0));
}

int openStarter()
{
    const QByteArray path = qgetenv("LAMELLA_BIN") + "/../share/lamella/starter";
    const int descriptor = ::open(path.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        qFatal("there is no starter image in %s", path.constData());
    return descriptor;
}

QString Client::loadStarter()
{
    QDBusUnixFileDescriptor layout;
    layout.giveFileDescriptor(openStarter());
    const QString job
        = ask(kRoot, u"Manager"_s, u"LoadImage"_s, {QVariant::fromValue(layout)}).value<QDBusObjectPath>().path();
    return ask(job, u"Job"_s, u"Wait"_s).toStringList().value(0);
}

QString Client::create(const QString& name, const QStringList& command, const QVariantMap& options)
{
    return ask(kRoot, u"Manager"_s, u"CreateContainer"_s, {u"starter:latest"_s, name, command}, options)
        .value<QDBusObjectPath>()
        .path();
}

QString Client::run(const QString& name, const QStringList& command, QVariantMap options)
{
    options.insert(u"start"_s, true);
    return create(name, command, options);
}

bool Client::waitForState(const QString& container, const QString& state)
{
    return QTest::qWaitFor([&] { return get(container, u"Container"_s, u"State"_s).toString() == state; }, 30000);
}

QByteArray readAll(int descriptor)
{
    QByteArray text;
    char buffer[4096];
    ::lseek(descriptor, 0, SEEK_SET);
    for (ssize_t n = 0; (n = ::read(descriptor, buffer, sizeof(buffer))) > 0;)
        text.append(buffer, n);
    return text;
}

QByteArray readFile(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString Client::log(const QString& container)
{
    const auto log = ask(container, u"Container"_s, u"OpenLog"_s).value<QDBusUnixFileDescriptor>();
    return QString::fromUtf8(readAll(log.fileDescriptor()));
}

QList<QJsonObject> Client::changes(const QString& container)
{
    const auto file = ask(container, u"Container"_s, u"ListChanges"_s).value<QDBusUnixFileDescriptor>();
    QList<QJsonObject> rows;
    for (const QByteArray& line : readAll(file.fileDescriptor()).split('\n')) {
        if (!line.isEmpty())
            rows.append(QJsonDocument::fromJson(line).object());
    }
    return rows;
}

namespace {

pid_t g_helper = 0;

} // namespace

bool signalWorkers(int signal)
{
    bool any = false;
    for (const QString& pid : QDir(u"/proc"_s).entryList({u"[0-9]*"_s}, QDir::Dirs)) {
        if (readFile(u"/proc/%1/cmdline"_s.arg(pid)).split('\0').first().endsWith("lamella-worker"))
            any |= ::kill(pid.toInt(), signal) == 0;
    }
    return any;
}

pid_t helperPid()
{
    return g_helper ? g_helper : qEnvironmentVariableIntValue("LAMELLA_HELPER_PID");
}

void killHelper()
{
    const pid_t pid = helperPid();
    ::kill(pid, SIGKILL);
    if (g_helper)
        ::waitpid(g_helper, nullptr, 0);
    QDBusConnection bus = QDBusConnection::systemBus();
    if (!QTest::qWaitFor([&] { return !bus.interface()->isServiceRegistered(kService); }, 10000))
        qFatal("the helper keeps its bus name");
}

void startHelper(const QByteArrayList& arguments)
{
    const QByteArray program = qgetenv("LAMELLA_SESSION") + "/helper";
    std::vector<char*> words{const_cast<char*>(program.constData())};
    for (const QByteArray& argument : arguments)
        words.push_back(const_cast<char*>(argument.constData()));
    words.push_back(nullptr);
    g_helper = ::fork();
    if (g_helper == 0) {
        const int log
            = ::open((qgetenv("LAMELLA_SESSION") + "/helper.log").constData(), O_WRONLY | O_APPEND | O_CLOEXEC);
        ::dup2(log, 1);
        ::dup2(log, 2);
        ::execv(program.constData(), words.data());
        ::_exit(127);
    }
    QDBusConnection bus = QDBusConnection::systemBus();
    if (!QTest::qWaitFor([&] { return bool(bus.interface()->isServiceRegistered(kService)); }, 30000))
        qFatal("the helper does not come up");
}

} // namespace lamella::test

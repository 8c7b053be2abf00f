// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bus.h"

#include "engine/os/file.h"
#include "resources/dbus/api.h"

#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusObjectPath>
#include <QDBusUnixFileDescriptor>
#include <QThread>

#include <csignal>
#include <format>
#include <functional>
#include <limits>
#include <sys/types.h>

namespace lamella::bench {

namespace {

Result<void> waitUntil(const std::function<bool()>& isSo, const char* what)
{
    for (int i = 0; i < 5000; ++i) {
        if (isSo())
            return {};
        QThread::msleep(2);
    }
    return failure(ErrorKind::Failed, what);
}

bool helperIsThere()
{
    return QDBusConnection::systemBus().interface()->isServiceRegistered(QLatin1String(dbus::kBusName));
}

} // namespace

Result<QDBusMessage> call(const QString& path, const char* interface, const char* method, const QVariantList& arguments)
{
    QDBusMessage message = QDBusMessage::createMethodCall(QLatin1String(dbus::kBusName), path, QLatin1String(interface),
                                                          QLatin1String(method));
    message.setArguments(arguments);
    const QDBusMessage reply
        = QDBusConnection::systemBus().call(message, QDBus::Block, std::numeric_limits<int>::max());
    if (reply.type() != QDBusMessage::ReplyMessage)
        return failure(ErrorKind::Failed, std::format("{}: {}", method, reply.errorMessage().toStdString()));
    return reply;
}

Result<QStringList> waitForJob(const QDBusMessage& reply)
{
    const auto path = reply.arguments().constFirst().value<QDBusObjectPath>().path();
    const auto result = TRY(call(path, "org.lamella.Lamella1.Job", "Wait", {QVariantMap()}));
    return result.arguments().constFirst().toStringList();
}

Result<void> endSessionHelper()
{
    const auto pid = qEnvironmentVariableIntValue("LAMELLA_HELPER_PID");
    if (pid <= 1)
        return failure(ErrorKind::Failed, "there is no session: run it through ./dev bench");
    ::kill(pid, SIGTERM);
    return waitUntil([] { return !helperIsThere(); }, "the session's helper does not end");
}

Result<Process> startHelper(const std::filesystem::path& root, const std::filesystem::path& log)
{
    auto helper = TRY(Process::start(
        {qEnvironmentVariable("LAMELLA_SESSION").toStdString() + "/helper", "--root", root.string()}, log));
    TRY(waitUntil(helperIsThere, "the helper does not come up"));
    return helper;
}

Result<BenchContainer> makeContainer(Scratch& scratch, const std::vector<LayerShape>& shapes)
{
    constexpr char kManager[] = "org.lamella.Lamella1.Manager";
    TRY(endSessionHelper());
    auto root = TRY(scratch.fresh());
    auto helper = TRY(startHelper(root, scratch.path("helper.log")));
    auto layout = TRY(writeLayout(scratch.path("layout"), shapes, "gzip"));
    const auto directory = TRY(os::open(layout.path, O_RDONLY | O_DIRECTORY));
    const QDBusUnixFileDescriptor passed(directory.get());
    TRY(waitForJob(TRY(
        call(QLatin1String(dbus::kRootPath), kManager, "LoadImage", {QVariant::fromValue(passed), QVariantMap()}))));
    const auto created = TRY(call(
        QLatin1String(dbus::kRootPath), kManager, "CreateContainer",
        {QStringLiteral("bench"), QStringLiteral("bench"), QStringList{QStringLiteral("/bin/true")}, QVariantMap()}));
    auto path = created.arguments().constFirst().value<QDBusObjectPath>().path();
    auto upper = root / "containers" / path.section(QLatin1Char('/'), -1).toStdString() / "upper";
    return BenchContainer{std::move(helper), std::move(layout), std::move(path), std::move(root), std::move(upper)};
}

} // namespace lamella::bench

// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/auth/polkit_authorizer.h"
#include "helper/helper.h"
#include "helper/termination.h"

#include <QCoreApplication>

#include <cstdio>
#include <cstdlib>
#include <sys/prctl.h>
#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace lamella;

namespace {

int fail(const Error& error)
{
    log::error("{}", error.message);
    return EXIT_FAILURE;
}

int run(QCoreApplication& application)
{
    auto options = helper::readOptions(application.arguments());
    if (!options) {
        std::fprintf(stderr, "lamella-helper: %s; see --help\n", options.error().message.c_str());
        return 2;
    }
    if (!*options)
        return EXIT_SUCCESS;
    log::setup("lamella-helper", (*options)->level);
    auto settings = helper::settingsOf(**options);
    if (!settings)
        return fail(settings.error());
    (*options)->settings = *settings;
    if (::geteuid() != 0)
        return fail(
            Error::of(ErrorKind::NotAuthorized, "only root can run the helper: it is started by the system bus"));
    // Nothing that is made here is anybody else's, whoever started us.
    ::umask(0077);

    const QDBusConnection bus = QDBusConnection::systemBus();
    if (!bus.isConnected())
        return fail(Error::of(ErrorKind::Failed, "there is no system bus: " + bus.lastError().message().toStdString()));
    helper::Helper helper;
    if (const auto started = helper.start(**options, bus, std::make_unique<helper::PolkitAuthorizer>(bus)); !started)
        return fail(started.error());
    if (const auto handled = helper::onTermination(&application, [] { QCoreApplication::quit(); }); !handled)
        return fail(handled.error());
    // Without the bus nobody can reach us, and the name does not come back by itself: the service manager starts
    // us anew.
    QDBusConnection(bus).connect(QString(), u"/org/freedesktop/DBus/Local"_s, u"org.freedesktop.DBus.Local"_s,
                                 u"Disconnected"_s, &application, SLOT(quit()));
    log::info("ready, with its state in {}", (*options)->root.string());
    helper::notifyReady();
    const int status = application.exec();
    const bool lost = !bus.isConnected();
    log::info("{}; containers go on", lost ? "the system bus has gone" : "leaving");
    std::fflush(nullptr);
    // A load that hangs in its caller's file system must not keep us; all state is on disk already.
    std::_Exit(lost ? EXIT_FAILURE : status);
}

} // namespace

int main(int argc, char** argv)
{
    // Logins of registries pass through here, and a core dump would keep them. What we start is dumpable again, by
    // execve(2), and has the limits that we have: a lower RLIMIT_CORE would be every container's.
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(u"lamella-helper"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(LAMELLA_VERSION));
    return run(application);
}

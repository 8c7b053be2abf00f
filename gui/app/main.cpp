// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/appearance.h"
#include "gui/app/demo.h"
#include "gui/app/log.h"
#include "gui/app/main_window.h"
#include "gui/app/options.h"
#include "gui/app/pictures.h"
#include "gui/client/client.h"
#include "gui/client/credentials.h"
#include "gui/client/registry_settings.h"

#include <QApplication>
#include <QDir>
#include <QLibraryInfo>
#include <QSettings>
#include <QStyleHints>
#include <QTranslator>

#include <cstdio>

namespace {

using namespace lamella;

/// Texts in the person's language: ours and Qt's own.
void installTranslations(QApplication& application)
{
    const auto install = [&application](const QString& name, const QString& directory) {
        auto* translator = new QTranslator(&application);
        if (translator->load(QLocale(), name, QStringLiteral("_"), directory))
            QApplication::installTranslator(translator);
    };
    const QString ours = QStringLiteral(":/lamella/translations");
    // Plural forms are a matter of translation in English, too; what the person's language lacks falls back to them.
    auto* plurals = new QTranslator(&application);
    if (plurals->load(QStringLiteral("lamella_en"), ours))
        QApplication::installTranslator(plurals);
    install(QStringLiteral("qtbase"), QLibraryInfo::path(QLibraryInfo::TranslationsPath));
    install(QStringLiteral("lamella"), ours);
}

QString pictureDirectory(const QString& wanted)
{
    const QString directory = wanted.isEmpty()
        ? QDir::temp().filePath(QStringLiteral("lamella-demo-%1").arg(QCoreApplication::applicationPid()))
        : wanted;
    return QDir().mkpath(directory) ? QDir(directory).absolutePath() : QString();
}

int run(QApplication& application, const app::Options& options)
{
    client::Client client;
    app::MainWindow window(&client);
    QSettings settings;
    if (!options.isForPictures()) {
        window.restore(settings);
        // A keyring cannot be listed: what is in it is written down at once, not when all went well to the end.
        QObject::connect(window.credentials(), &client::Credentials::changed, &window,
                         [&] { settings.setValue(QStringLiteral("logins/kept"), window.credentials()->keptScopes()); });
        QObject::connect(window.registries(), &client::RegistrySettings::changed, &window, [&] {
            settings.setValue(QStringLiteral("registries/settings"), window.registries()->saved());
        });
    }
    if (options.size)
        window.resize(*options.size);
    if (!options.page.isEmpty() && !window.showPage(options.page)) {
        std::fprintf(stderr, "lamella: there is no page “%s”\n", qPrintable(options.page));
        return 2;
    }
    if (options.demo) {
        const QString pictures = pictureDirectory(options.pictures);
        if (pictures.isEmpty()) {
            std::fprintf(stderr, "lamella: the directory for the pictures cannot be made\n");
            return 2;
        }
        (new app::Demo(&client, &window, pictures, options.pull))->start();
    } else if (!options.screenshot.isEmpty()) {
        app::saveWhenSettled(&client, &window, options.screenshot);
    }
    window.show();
    client.connectToHelper();
    const int status = application.exec();
    if (!options.isForPictures())
        window.save(settings);
    return status;
}

} // namespace

int main(int argc, char* argv[])
{
    QApplication application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("lamella"));
    QApplication::setApplicationName(QStringLiteral("lamella"));
    QApplication::setApplicationDisplayName(QStringLiteral("Lamella"));
    QApplication::setApplicationVersion(QStringLiteral(LAMELLA_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("org.lamella.Lamella"));
    installTranslations(application);
    const auto options = app::readOptions(application);
    if (!options) {
        std::fprintf(stderr, "lamella: %s\n", qPrintable(options.error()));
        return 2;
    }
    if (const auto log = app::startLog(options->logLevel, options->logFile); !log) {
        std::fprintf(stderr, "lamella: %s\n", qPrintable(log.error()));
        return 2;
    }
    qInfo("Lamella %s with Qt %s on %s", LAMELLA_VERSION, qVersion(), qPrintable(QGuiApplication::platformName()));
    app::applyColorScheme(options->colorScheme);
    app::makePaletteReadable();
    QObject::connect(QApplication::styleHints(), &QStyleHints::colorSchemeChanged, &application,
                     &app::makePaletteReadable);
    return run(application, *options);
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/options.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace lamella::helper {

namespace {

std::filesystem::path absolute(const QString& path)
{
    return std::filesystem::absolute(path.toStdString()).lexically_normal();
}

} // namespace

Result<std::optional<Options>> readOptions(const QStringList& arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        u"Runs containers for the users of this machine; talks D-Bus on the system bus."_s);
    const QCommandLineOption root(u"root"_s, u"Where images and containers are kept."_s, u"DIR"_s,
                                  qEnvironmentVariable("LAMELLA_ROOT", u"/var/lib/lamella"_s));
    const QCommandLineOption run(u"run"_s, u"Where the state that a reboot forgets is kept."_s, u"DIR"_s,
                                 u"/run/lamella"_s);
    const QCommandLineOption programs(u"programs"_s, u"Where lamella-shim and the others are."_s, u"DIR"_s,
                                      QCoreApplication::applicationDirPath());
    const QCommandLineOption seccomp(u"seccomp-profile"_s, u"The default seccomp profile."_s, u"FILE"_s,
                                     QStringLiteral(LAMELLA_DATA_DIR "/seccomp.json"));
    const QCommandLineOption config(u"config"_s, u"The file of settings."_s, u"FILE"_s,
                                    QStringLiteral(LAMELLA_CONFIG_DIR "/helper.conf"));
    const QCommandLineOption level(u"log-level"_s, u"trace, debug, info, warning, error or off."_s, u"LEVEL"_s,
                                   u"info"_s);
    parser.addOptions({root, run, programs, seccomp, config, level});
    const QCommandLineOption help = parser.addHelpOption();
    const QCommandLineOption version = parser.addVersionOption();

    if (!parser.parse(arguments))
        return failure(ErrorKind::InvalidArgument, parser.errorText().toStdString());
    if (!parser.positionalArguments().isEmpty())
        return failure(ErrorKind::InvalidArgument, "this program takes no arguments but options");
    if (parser.isSet(help) || parser.isSet(version)) {
        const QString text = parser.isSet(help)
            ? parser.helpText()
            : QCoreApplication::applicationName() + u' ' + QCoreApplication::applicationVersion() + u'\n';
        std::fputs(text.toUtf8().constData(), stdout);
        return std::nullopt;
    }
    Options options;
    options.root = absolute(parser.value(root));
    options.run = absolute(parser.value(run));
    options.programs = absolute(parser.value(programs));
    options.seccompProfile = absolute(parser.value(seccomp));
    options.config = absolute(parser.value(config));
    options.isConfigNamed = parser.isSet(config);
    options.level = TRY(log::levelFromName(parser.value(level).toStdString()));
    return options;
}

Result<Settings> settingsOf(const Options& options)
{
    auto settings = readSettings(options.config);
    if (!settings && settings.error().kind == ErrorKind::NotFound && !options.isConfigNamed)
        return Settings{};
    return settings;
}

} // namespace lamella::helper

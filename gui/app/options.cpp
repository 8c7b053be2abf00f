// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/options.h"

#include "gui/app/log.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QRegularExpression>

namespace lamella::app {

namespace {

struct CommandLine {
    Q_DECLARE_TR_FUNCTIONS(CommandLine)
};

std::optional<QSize> parseSize(const QString& text)
{
    static const QRegularExpression form(QStringLiteral("\\A(\\d{2,5})x(\\d{2,5})\\z"));
    const QRegularExpressionMatch match = form.match(text);
    if (!match.hasMatch())
        return std::nullopt;
    return QSize(match.captured(1).toInt(), match.captured(2).toInt());
}

std::optional<Qt::ColorScheme> parseScheme(const QString& word)
{
    if (word == QLatin1StringView("light"))
        return Qt::ColorScheme::Light;
    if (word == QLatin1StringView("dark"))
        return Qt::ColorScheme::Dark;
    if (word == QLatin1StringView("system"))
        return Qt::ColorScheme::Unknown;
    return std::nullopt;
}

} // namespace

std::expected<Options, QString> readOptions(const QCoreApplication& application)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(CommandLine::tr("A window onto Linux containers."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption screenshot(
        QStringLiteral("screenshot"), CommandLine::tr("Save a picture of the window when it has settled, then leave."),
        QStringLiteral("file"));
    const QCommandLineOption demo(
        QStringLiteral("demo"),
        CommandLine::tr("Do by itself what a new user would do first, save pictures, then leave."));
    const QCommandLineOption pictures(QStringLiteral("pictures"), CommandLine::tr("Where the demo's pictures go."),
                                      QStringLiteral("directory"));
    const QCommandLineOption pull(QStringLiteral("demo-pull"), CommandLine::tr("An image that the demo pulls, too."),
                                  QStringLiteral("name"));
    const QCommandLineOption size(QStringLiteral("size"), CommandLine::tr("Size of the window."),
                                  QStringLiteral("WxH"));
    const QCommandLineOption scheme(QStringLiteral("color-scheme"), CommandLine::tr("light, dark or system."),
                                    QStringLiteral("scheme"), QStringLiteral("system"));
    const QCommandLineOption page(
        QStringLiteral("page"),
        CommandLine::tr("Page to open: containers, images, activity, or a tab, for example overview or stats."),
        QStringLiteral("page"));
    const QCommandLineOption level(QStringLiteral("log-level"),
                                   CommandLine::tr("trace, debug, info, warning, error or off."),
                                   QStringLiteral("level"), QStringLiteral("warning"));
    const QCommandLineOption logFile(QStringLiteral("log-file"),
                                     CommandLine::tr("Write the log to the end of this file, not to standard error."),
                                     QStringLiteral("file"));
    parser.addOptions({screenshot, demo, pictures, pull, size, scheme, page, level, logFile});
    parser.process(application);

    Options options;
    options.screenshot = parser.value(screenshot);
    options.demo = parser.isSet(demo);
    options.pictures = parser.value(pictures);
    options.pull = parser.value(pull);
    options.page = parser.value(page);
    options.logLevel = parser.value(level);
    options.size = parseSize(parser.value(size));
    if (parser.isSet(size) && !options.size)
        return std::unexpected(CommandLine::tr("--size needs two numbers, for example 1280x800."));
    const auto colors = parseScheme(parser.value(scheme));
    if (!colors)
        return std::unexpected(CommandLine::tr("--color-scheme is light, dark or system."));
    options.colorScheme = *colors;
    options.logFile = parser.value(logFile);
    if (!logLevels().contains(options.logLevel))
        return std::unexpected(
            CommandLine::tr("“%1” is not a log level; use trace, debug, info, warning, error or off.")
                .arg(options.logLevel));
    if (!parser.positionalArguments().isEmpty())
        return std::unexpected(CommandLine::tr("“%1” is no option.").arg(parser.positionalArguments().constFirst()));
    return options;
}

} // namespace lamella::app

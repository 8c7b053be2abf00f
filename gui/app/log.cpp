// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/log.h"

#include <QCoreApplication>
#include <QLoggingCategory>

#include <array>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace lamella::app {

namespace {

struct Log {
    Q_DECLARE_TR_FUNCTIONS(Log)
};

constexpr std::array kLevels{spdlog::level::trace, spdlog::level::debug, spdlog::level::info,
                             spdlog::level::warn,  spdlog::level::err,   spdlog::level::off};

spdlog::level::level_enum levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return spdlog::level::debug;
    case QtInfoMsg:
        return spdlog::level::info;
    case QtWarningMsg:
        return spdlog::level::warn;
    case QtCriticalMsg:
        return spdlog::level::err;
    case QtFatalMsg:
        break;
    }
    return spdlog::level::critical;
}

void forward(QtMsgType type, const QMessageLogContext& context, const QString& message)
{
    const std::string_view category = context.category ? context.category : "default";
    const std::string text = message.toStdString();
    if (category == "default")
        spdlog::default_logger_raw()->log(levelOf(type), text);
    else
        spdlog::default_logger_raw()->log(levelOf(type), "{}: {}", category, text);
    // After a fatal one Qt ends the program.
    if (type == QtFatalMsg)
        spdlog::default_logger_raw()->flush();
}

/// What nobody will read is not even put together. Qt's own debugging stays off unless QT_LOGGING_RULES asks for it.
void quietCategories(spdlog::level::level_enum level)
{
    QString rules = QStringLiteral("qt.*.debug=false\n");
    if (level > spdlog::level::debug)
        rules += QStringLiteral("*.debug=false\n");
    if (level > spdlog::level::info)
        rules += QStringLiteral("*.info=false\n");
    QLoggingCategory::setFilterRules(rules);
}

} // namespace

QStringList logLevels()
{
    return {QStringLiteral("trace"),   QStringLiteral("debug"), QStringLiteral("info"),
            QStringLiteral("warning"), QStringLiteral("error"), QStringLiteral("off")};
}

std::expected<void, QString> startLog(const QString& level, const QString& file)
{
    const auto lowest = kLevels[static_cast<std::size_t>(logLevels().indexOf(level))];
    spdlog::sink_ptr sink;
    try {
        if (file.isEmpty())
            sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        else
            sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.toLocal8Bit().toStdString());
    } catch (const spdlog::spdlog_ex& error) {
        return std::unexpected(
            Log::tr("the log cannot be written to %1: %2").arg(file, QString::fromLocal8Bit(error.what())));
    }
    auto logger = std::make_shared<spdlog::logger>("lamella", std::move(sink));
    // As the helper's and the shim's.
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%f %n[%P] %l: %v");
    logger->set_level(lowest);
    logger->flush_on(spdlog::level::debug);
    spdlog::set_default_logger(std::move(logger));
    quietCategories(lowest);
    qInstallMessageHandler(forward);
    return {};
}

} // namespace lamella::app

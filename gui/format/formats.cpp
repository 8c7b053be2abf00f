// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/format/formats.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QLocale>
#include <QRegularExpression>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>

namespace lamella::format {
namespace {

struct Formats {
    Q_DECLARE_TR_FUNCTIONS(Formats)
};

/// Three significant digits: 1.23, 12.3, 123.
QString threeDigits(double value)
{
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return QLocale().toString(value, 'f', decimals);
}

} // namespace

QString bytes(quint64 count)
{
    static constexpr std::array kUnits{QT_TRANSLATE_NOOP("Formats", "B"),  QT_TRANSLATE_NOOP("Formats", "kB"),
                                       QT_TRANSLATE_NOOP("Formats", "MB"), QT_TRANSLATE_NOOP("Formats", "GB"),
                                       QT_TRANSLATE_NOOP("Formats", "TB"), QT_TRANSLATE_NOOP("Formats", "PB"),
                                       QT_TRANSLATE_NOOP("Formats", "EB")};
    double value = static_cast<double>(count);
    std::size_t unit = 0;
    // 1023.7 would be written as "1024": that is already one of the next unit.
    while (value >= 1023.5 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    const int decimals = unit > 0 && value < 99.95 ? 1 : 0;
    return QStringLiteral("%1 %2").arg(QLocale().toString(value, 'f', decimals), Formats::tr(kUnits[unit]));
}

QString percent(double ratio)
{
    const double value = std::max(0.0, ratio) * 100.0;
    return Formats::tr("%1 %").arg(QLocale().toString(value, 'f', value < 99.95 ? 1 : 0));
}

QString duration(std::chrono::microseconds time)
{
    using namespace std::chrono;
    const auto usec = std::max<std::int64_t>(0, time.count());
    if (usec < 1000)
        return Formats::tr("%1 µs").arg(usec);
    if (usec < 999'500)
        return Formats::tr("%1 ms").arg(threeDigits(static_cast<double>(usec) / 1000.0));
    if (usec < 60'000'000)
        return Formats::tr("%1 s").arg(
            QLocale().toString(static_cast<double>(usec) / 1e6, 'f', usec < 9'950'000 ? 1 : 0));
    const std::int64_t seconds = usec / 1'000'000;
    if (seconds < 3600)
        return Formats::tr("%1 min %2 s").arg(seconds / 60).arg(seconds % 60);
    if (seconds < 86400)
        return Formats::tr("%1 h %2 min").arg(seconds / 3600).arg(seconds / 60 % 60);
    return Formats::tr("%1 d %2 h").arg(seconds / 86400).arg(seconds / 3600 % 24);
}

QString cpuTime(std::chrono::microseconds time)
{
    const std::int64_t hundredths = std::max<std::int64_t>(0, time.count()) / 10'000;
    return QStringLiteral("%1:%2%3%4")
        .arg(hundredths / 6000)
        .arg(hundredths / 100 % 60, 2, 10, QLatin1Char('0'))
        .arg(QLocale().decimalPoint())
        .arg(hundredths % 100, 2, 10, QLatin1Char('0'));
}

QString ago(quint64 thenUsec, quint64 now)
{
    const quint64 seconds = now > thenUsec ? (now - thenUsec) / 1'000'000 : 0;
    if (seconds < 5)
        return Formats::tr("just now");
    if (seconds < 60)
        return Formats::tr("%1 s ago").arg(seconds);
    if (seconds < 3600)
        return Formats::tr("%1 min ago").arg(seconds / 60);
    if (seconds < 86400)
        return Formats::tr("%1 h ago").arg(seconds / 3600);
    const int days = static_cast<int>(seconds / 86400);
    if (days < 60)
        return Formats::tr("%1 d ago").arg(days);
    // Who reads "1103 d" counts in his head.
    if (days < 730)
        return Formats::tr("%n month(s) ago", nullptr, days / 30);
    return Formats::tr("%n year(s) ago", nullptr, days / 365);
}

QString timeOfDay(quint64 usec)
{
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(usec / 1000));
    if (time.date() == QDate::currentDate())
        return time.time().toString(QStringLiteral("HH:mm:ss"));
    return QLocale().toString(time, QLocale::ShortFormat);
}

quint64 nowUsec()
{
    return static_cast<quint64>(QDateTime::currentMSecsSinceEpoch()) * 1000;
}

QString shortId(const QString& id)
{
    return id.mid(id.indexOf(QLatin1Char(':')) + 1).left(12);
}

QString pathWithHome(const QString& path)
{
    const QString home = QDir::homePath();
    return path.startsWith(home + u'/') ? u'~' + path.sliced(home.size()) : path;
}

QString plainToolTip(const QString& words)
{
    return words.isEmpty() ? QString() : QStringLiteral("<p>%1</p>").arg(words.toHtmlEscaped());
}

QString signalName(int number)
{
    const char* name = number > 0 && number < SIGRTMIN ? ::sigabbrev_np(number) : nullptr;
    return name ? QStringLiteral("SIG%1").arg(QLatin1StringView(name)) : Formats::tr("signal %1").arg(number);
}

QString exitWords(int status, bool oomKilled)
{
    if (oomKilled)
        return Formats::tr("ran out of memory and was killed");
    if (status < 0)
        return Formats::tr("has not ended yet");
    if (status > 128)
        return Formats::tr("ended by %1").arg(signalName(status - 128));
    if (status == 127)
        return Formats::tr("exited with status 127 (a command was not found)");
    if (status == 126)
        return Formats::tr("exited with status 126 (a command could not be executed)");
    return status == 0 ? Formats::tr("exited with status 0 (success)")
                       : Formats::tr("exited with status %1").arg(status);
}

QString shellCommand(const QStringList& arguments)
{
    static const QRegularExpression plain(QStringLiteral(R"(\A[A-Za-z0-9_@%+=:,./-]+\z)"));
    QStringList quoted;
    for (QString argument : arguments) {
        if (!plain.match(argument).hasMatch())
            argument = u'\'' + argument.replace(u'\'', QLatin1StringView("'\\''")) + u'\'';
        quoted.append(argument);
    }
    return quoted.join(u' ');
}

QString processState(const QString& letter)
{
    switch (letter.isEmpty() ? u'?' : letter.at(0).unicode()) {
    case u'R':
        return Formats::tr("running");
    case u'S':
        return Formats::tr("sleeping");
    case u'D':
        return Formats::tr("waiting for a device");
    case u'T':
        return Formats::tr("stopped");
    case u't':
        return Formats::tr("traced");
    case u'Z':
        return Formats::tr("zombie");
    case u'X':
        return Formats::tr("dead");
    case u'I':
        return Formats::tr("idle");
    default:
        return Formats::tr("unknown");
    }
}

} // namespace lamella::format

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/syntaxcolors.h"

#include "gui/pages/syntaxlanguages.h"

#include <KSyntaxHighlighting/Format>
#include <KSyntaxHighlighting/Theme>

#include <QDeadlineTimer>
#include <QTimer>

#include <chrono>

namespace lamella::pages {

using namespace std::chrono_literals;
using KSyntaxHighlighting::State;

namespace {

/// What is looked at before the window goes on.
constexpr auto kStretchOfTime = 6ms;
/// Longer lines stay plain: their colours would take seconds.
constexpr qsizetype kLongestColoredLine = 4'000;

} // namespace

SyntaxColors::SyntaxColors(QObject* parent)
    : QObject(parent)
    , m_timer(new QTimer(this))
{
    m_timer->setSingleShot(true);
    m_timer->setInterval(0);
    connect(m_timer, &QTimer::timeout, this, &SyntaxColors::advance);
}

void SyntaxColors::setText(const QString& path, std::shared_ptr<const models::Difference> texts, models::Side side)
{
    m_texts = std::move(texts);
    m_side = side;
    m_states = {State()};
    m_wanted = -1;
    m_timer->stop();
    const auto& lines = m_texts->lines(side);
    setDefinition(languageOf(
        path,
        lines.empty() ? QString() : lines.front().text.first(std::min<qsizetype>(lines.front().text.size(), 200))));
}

void SyntaxColors::setPalette(const QPalette& palette)
{
    setTheme(languages().themeForPalette(palette));
}

QString SyntaxColors::language() const
{
    return definition().isValid() ? definition().translatedName() : QString();
}

QList<QTextLayout::FormatRange> SyntaxColors::formats(int line)
{
    if (!m_texts || !definition().isValid())
        return {};
    const bool isKnown = line < static_cast<int>(m_states.size());
    // All lines in sight together have one stretch of time, not one each.
    if (!isKnown && (m_timer->isActive() || !advanceTo(line))) {
        m_wanted = std::max(m_wanted, line);
        m_timer->start();
        return {};
    }
    highlight(line);
    return m_ranges;
}

State SyntaxColors::highlight(int line)
{
    m_ranges.clear();
    const auto at = static_cast<std::size_t>(line);
    const QString& text = m_texts->lines(m_side)[at].text;
    return text.size() > kLongestColoredLine ? m_states[at] : highlightLine(text, m_states[at]);
}

bool SyntaxColors::advanceTo(int line)
{
    const QDeadlineTimer deadline(kStretchOfTime);
    while (static_cast<int>(m_states.size()) <= line) {
        if (deadline.hasExpired())
            return false;
        m_states.push_back(highlight(static_cast<int>(m_states.size()) - 1));
    }
    return true;
}

void SyntaxColors::advance()
{
    if (!advanceTo(m_wanted)) {
        m_timer->start();
        return;
    }
    m_wanted = -1;
    Q_EMIT knownFurther();
}

void SyntaxColors::applyFormat(int offset, int length, const KSyntaxHighlighting::Format& format)
{
    if (length == 0 || format.isDefaultTextStyle(theme()))
        return;
    QTextLayout::FormatRange range{.start = offset, .length = length, .format = {}};
    if (format.hasTextColor(theme()))
        range.format.setForeground(format.textColor(theme()));
    if (format.isBold(theme()))
        range.format.setFontWeight(QFont::Bold);
    if (format.isItalic(theme()))
        range.format.setFontItalic(true);
    m_ranges.append(range);
}

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/linelayouts.h"

#include <QFontMetricsF>
#include <QTextOption>

namespace lamella::pages {
namespace {

constexpr qsizetype kMostLayouts = 500;
/// What is longer is not painted to its end.
constexpr qsizetype kLongestShown = models::kLongestComparedLine;

/// Each character in its own place: one that ends a line for QTextLayout must not.
QString asOneLine(const QString& line)
{
    QString text = line.first(std::min(line.size(), kLongestShown));
    for (QChar& character : text) {
        const char16_t code = character.unicode();
        if ((code < 0x20 && code != u'\t') || code == 0x7f || code == 0x2028 || code == 0x2029)
            character = QChar::ReplacementCharacter;
    }
    return line.size() > kLongestShown ? text + u'\u2026' : text;
}

quint64 layoutKey(models::Side side, int line)
{
    return static_cast<quint64>(line) * 2 + (side == models::Side::Right ? 1 : 0);
}

} // namespace

LineLayouts::LineLayouts(QObject* parent)
    : QObject(parent)
    , m_layouts(kMostLayouts)
    , m_left(new SyntaxColors(this))
    , m_right(new SyntaxColors(this))
{
    for (const SyntaxColors* colors : {m_left, m_right}) {
        connect(colors, &SyntaxColors::knownFurther, this, [this] {
            m_layouts.clear();
            Q_EMIT changed();
        });
    }
}

void LineLayouts::setTexts(const QString& path, std::shared_ptr<const models::Difference> texts)
{
    m_texts = std::move(texts);
    m_layouts.clear();
    m_left->setText(path, m_texts, models::Side::Left);
    m_right->setText(path, m_texts, models::Side::Right);
}

void LineLayouts::setLook(const QFont& font, const QPalette& palette)
{
    m_font = font;
    m_palette = palette;
    m_left->setPalette(palette);
    m_right->setPalette(palette);
    m_layouts.clear();
}

const QTextLayout& LineLayouts::layout(models::Side side, int line, ChangeTone tone)
{
    const quint64 key = layoutKey(side, line);
    if (const QTextLayout* known = m_layouts.object(key))
        return *known;
    const QString& text = m_texts->lines(side)[static_cast<std::size_t>(line)].text;
    auto* layout = new QTextLayout(asOneLine(text), m_font);
    QTextOption option;
    option.setWrapMode(QTextOption::NoWrap);
    // Columns are columns in every language.
    option.setTextDirection(Qt::LeftToRight);
    option.setTabStopDistance(models::kTabCells * QFontMetricsF(m_font).horizontalAdvance(u'8'));
    layout->setTextOption(option);
    layout->setFormats(readable(colors(side)->formats(line), tone));
    layout->beginLayout();
    layout->createLine();
    layout->endLayout();
    m_layouts.insert(key, layout);
    return *m_layouts.object(key);
}

QList<QTextLayout::FormatRange> LineLayouts::readable(QList<QTextLayout::FormatRange> ranges, ChangeTone tone) const
{
    const ChangeColors shades = changeColors(tone, m_palette);
    for (QTextLayout::FormatRange& range : ranges)
        if (range.format.hasProperty(QTextFormat::ForegroundBrush))
            range.format.setForeground(
                readableOn({shades.ground, shades.part}, range.format.foreground().color(), m_palette));
    return ranges;
}

} // namespace lamella::pages

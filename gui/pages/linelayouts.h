// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/pages/changecolors.h"
#include "gui/pages/syntaxcolors.h"

#include <QCache>
#include <QFont>

namespace lamella::pages {

/// Laid out lines of both texts, with the colours of their syntax: those that were in sight last.
class LineLayouts final : public QObject {
    Q_OBJECT
public:
    explicit LineLayouts(QObject* parent = nullptr);

    void setTexts(const QString& path, std::shared_ptr<const models::Difference> texts);
    void setLook(const QFont& font, const QPalette& palette);
    /// After the same line has got another tone.
    void clear() { m_layouts.clear(); }
    /// Valid until the next one is asked for. `tone`: what the line stands on.
    const QTextLayout& layout(models::Side side, int line, ChangeTone tone);
    QString language(models::Side side) const { return colors(side)->language(); }

Q_SIGNALS:
    void changed();

private:
    SyntaxColors* colors(models::Side side) const { return side == models::Side::Left ? m_left : m_right; }
    QList<QTextLayout::FormatRange> readable(QList<QTextLayout::FormatRange> ranges, ChangeTone tone) const;

    std::shared_ptr<const models::Difference> m_texts;
    QCache<quint64, QTextLayout> m_layouts;
    SyntaxColors* m_left;
    SyntaxColors* m_right;
    QFont m_font;
    QPalette m_palette;
};

} // namespace lamella::pages

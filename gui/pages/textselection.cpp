// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/textselection.h"

#include <QStringList>

#include <algorithm>

namespace lamella::pages {

using models::Side;

namespace {

QStringList foldedTexts(const models::DifferenceLines& lines, const models::ShownLine& fold, Side side)
{
    QStringList texts;
    for (int row = fold.row; row < fold.row + fold.folded; ++row) {
        const int line = lines.difference()->rows[static_cast<std::size_t>(row)].line(side);
        if (line >= 0)
            texts.append(lines.difference()->lines(side)[static_cast<std::size_t>(line)].text);
    }
    return texts;
}

bool isOfWord(QChar character)
{
    return character.isLetterOrNumber() || character == u'_' || character.isSurrogate();
}

} // namespace

models::TextPart TextSelection::partOf(int line, int length) const
{
    const TextPlace from = first();
    const TextPlace to = last();
    if (isEmpty() || line < from.line || line > to.line)
        return {};
    const int begin = line == from.line ? std::min(from.column, length) : 0;
    const int end = line == to.line ? std::min(to.column, length) : length;
    return {begin, end - begin};
}

Side sideOfLine(const models::DifferenceLines& lines, int line, Side side)
{
    if (!lines.isOneColumn() || lines.at(line).folded > 0)
        return side;
    return lines.at(line).only.value_or(lines.textLine(line, Side::Right) >= 0 ? Side::Right : Side::Left);
}

QString selectedText(const models::DifferenceLines& lines, const TextSelection& selection)
{
    if (selection.isEmpty())
        return {};
    QStringList texts;
    for (int line = selection.first().line; line <= selection.last().line && line < lines.count(); ++line) {
        const Side side = sideOfLine(lines, line, selection.side);
        if (lines.at(line).folded > 0) {
            texts += foldedTexts(lines, lines.at(line), side);
            continue;
        }
        const int at = lines.textLine(line, side);
        if (at < 0)
            continue;
        const QString& text = lines.difference()->lines(side)[static_cast<std::size_t>(at)].text;
        const models::TextPart part = selection.partOf(line, static_cast<int>(text.size()));
        texts.append(text.mid(part.from, part.length));
    }
    return texts.join(u'\n');
}

models::TextPart wordAround(const QString& text, int column)
{
    if (text.isEmpty())
        return {};
    const int at = std::min(column, static_cast<int>(text.size()) - 1);
    if (!isOfWord(text[at]))
        return {at, 1};
    int from = at;
    while (from > 0 && isOfWord(text[from - 1]))
        --from;
    int end = at + 1;
    while (end < text.size() && isOfWord(text[end]))
        ++end;
    return {from, end - from};
}

} // namespace lamella::pages

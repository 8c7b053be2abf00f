// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/difference.h"

#include "gui/models/line_pairs.h"
#include "gui/models/text_hunks.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace lamella::models {
namespace {

struct DifferenceWords {
    Q_DECLARE_TR_FUNCTIONS(Difference)
};

/// Why the texts are not compared; empty where they can be.
QString tooLong(const Difference& texts, qsizetype bytes)
{
    if (bytes > kMostComparedBytes)
        return DifferenceWords::tr("The texts are not compared: more than %1 MB is too much.")
            .arg(kMostComparedBytes / 1024 / 1024);
    if (std::max(texts.left.size(), texts.right.size()) > kMostComparedLines)
        return DifferenceWords::tr("The texts are not compared: more than %1 lines are too many.")
            .arg(QLocale().toString(kMostComparedLines));
    const auto isLong = [](const TextLine& line) { return line.text.size() > kLongestComparedLine; };
    if (std::ranges::any_of(texts.left, isLong) || std::ranges::any_of(texts.right, isLong))
        return DifferenceWords::tr("The texts are not compared: they have lines of more than %1 characters.")
            .arg(QLocale().toString(kLongestComparedLine));
    return {};
}

/// Cells of a line: tabs go to the next multiple of eight, what is wide takes two.
int cells(const QString& text)
{
    int count = 0;
    for (const QChar character : text)
        count += character == u'\t' ? kTabCells - count % kTabCells : character.unicode() >= 0x1100 ? 2 : 1;
    return count;
}

Difference splitBoth(const QString& left, const QString& right)
{
    Difference result{.left = splitLines(left), .right = splitLines(right)};
    for (const auto* lines : {&result.left, &result.right})
        for (const TextLine& line : *lines)
            result.columns = std::max(result.columns, cells(line.text));
    return result;
}

/// Rows that go by the numbers of the lines.
void appendByNumber(Difference& result)
{
    const int left = static_cast<int>(result.left.size());
    const int right = static_cast<int>(result.right.size());
    for (int i = 0; i < std::max(left, right); ++i)
        result.rows.push_back({.left = i < left ? i : -1, .right = i < right ? i : -1});
}

/// Lines that have no like on the other side: those that went beside those that came.
void appendReplaced(Difference& result, const TextHunk& hunk)
{
    for (int i = 0; i < std::max(hunk.leftCount, hunk.rightCount); ++i) {
        DifferenceRow row{.kind = RowKind::Replaced};
        row.left = i < hunk.leftCount ? hunk.leftFrom + i : -1;
        row.right = i < hunk.rightCount ? hunk.rightFrom + i : -1;
        if (row.left < 0)
            row.kind = RowKind::Added;
        else if (row.right < 0)
            row.kind = RowKind::Removed;
        result.rows.push_back(row);
    }
}

void appendHunk(Difference& result, TextHunk hunk)
{
    const auto leftLines = std::span(result.left).subspan(hunk.leftFrom, hunk.leftCount);
    const auto rightLines = std::span(result.right).subspan(hunk.rightFrom, hunk.rightCount);
    const TextHunk whole = hunk;
    for (const auto& [i, j] : pairLines(leftLines, rightLines)) {
        const int left = whole.leftFrom + i;
        const int right = whole.rightFrom + j;
        appendReplaced(result, {hunk.leftFrom, left - hunk.leftFrom, hunk.rightFrom, right - hunk.rightFrom});
        const auto [leftPart, rightPart] = differingParts(result.left[left].text, result.right[right].text);
        result.rows.push_back({left, right, RowKind::Changed, leftPart, rightPart});
        hunk.leftFrom = left + 1;
        hunk.rightFrom = right + 1;
    }
    appendReplaced(result,
                   {hunk.leftFrom, whole.leftFrom + whole.leftCount - hunk.leftFrom, hunk.rightFrom,
                    whole.rightFrom + whole.rightCount - hunk.rightFrom});
    result.removed += whole.leftCount;
    result.added += whole.rightCount;
}

void appendHunks(Difference& result, const std::vector<TextHunk>& hunks)
{
    int left = 0;
    int right = 0;
    const auto appendSame = [&](int upTo) {
        while (left < upTo)
            result.rows.push_back({.left = left++, .right = right++});
    };
    for (const TextHunk& hunk : hunks) {
        appendSame(hunk.leftFrom);
        appendHunk(result, hunk);
        left = hunk.leftFrom + hunk.leftCount;
        right = hunk.rightFrom + hunk.rightCount;
    }
    appendSame(static_cast<int>(result.left.size()));
}

} // namespace

std::vector<int> Difference::changes() const
{
    std::vector<int> first;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].kind != RowKind::Same && (i == 0 || rows[i - 1].kind == RowKind::Same))
            first.push_back(static_cast<int>(i));
    return first;
}

Difference difference(const QString& left, const QString& right)
{
    Difference result = splitBoth(left, right);
    const QByteArray leftBytes = left.toUtf8();
    const QByteArray rightBytes = right.toUtf8();
    result.notCompared = tooLong(result, std::max(leftBytes.size(), rightBytes.size()));
    if (!result.notCompared.isEmpty()) {
        appendByNumber(result);
        return result;
    }
    const auto hunks = textHunks(leftBytes, rightBytes);
    if (hunks) {
        appendHunks(result, *hunks);
    } else {
        result.notCompared = DifferenceWords::tr("The texts cannot be compared: %1.").arg(hunks.error());
        appendByNumber(result);
    }
    return result;
}

Difference alone(const QString& text, Side side)
{
    Difference result = side == Side::Left ? splitBoth(text, {}) : splitBoth({}, text);
    appendByNumber(result);
    return result;
}

std::vector<TextLine> splitLines(const QString& text)
{
    std::vector<TextLine> lines;
    for (qsizetype from = 0; from < text.size();) {
        const qsizetype newline = text.indexOf(u'\n', from);
        if (newline < 0) {
            lines.push_back({text.sliced(from), LineEnd::None});
            break;
        }
        const bool hasReturn = newline > from && text[newline - 1] == u'\r';
        const qsizetype end = hasReturn ? newline - 1 : newline;
        lines.push_back({text.sliced(from, end - from), hasReturn ? LineEnd::CarriageReturnNewline : LineEnd::Newline});
        from = newline + 1;
    }
    return lines;
}

} // namespace lamella::models

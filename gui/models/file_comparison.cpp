// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/file_comparison.h"

#include "gui/format/formats.h"
#include "gui/models/file_words.h"

#include <QCoreApplication>

#include <algorithm>

namespace lamella::models {
namespace {

struct ComparisonWords {
    Q_DECLARE_TR_FUNCTIONS(FileComparison)
};

bool isOneOf(ContentKind kind, std::initializer_list<ContentKind> kinds)
{
    return std::ranges::find(kinds, kind) != kinds.end();
}

ShownAs shownAs(ContentKind left, ContentKind right)
{
    using enum ContentKind;
    if (isOneOf(left, {Link, Special}) || isOneOf(right, {Link, Special}))
        return ShownAs::Words;
    if (isOneOf(left, {Nothing, Empty}) && isOneOf(right, {Nothing, Empty}))
        return ShownAs::Words;
    if (isOneOf(left, {Nothing, Empty, Text}) && isOneOf(right, {Nothing, Empty, Text}))
        return ShownAs::Text;
    if (isOneOf(left, {Nothing, Empty, Image}) && isOneOf(right, {Nothing, Empty, Image}))
        return ShownAs::Pictures;
    return ShownAs::Bytes;
}

std::optional<Side> onlySide(const FileContent& left, const FileContent& right)
{
    if (left.kind == ContentKind::Nothing)
        return Side::Right;
    return right.kind == ContentKind::Nothing ? std::optional(Side::Left) : std::nullopt;
}

/// Both are whole, or nothing can be said about what follows.
bool haveSameContent(const client::FileVersion& image, const client::FileVersion& container)
{
    const bool isKnown = !image.digest.isEmpty() && !container.digest.isEmpty();
    if (image.type != container.type || image.size != container.size)
        return false;
    if (isKnown)
        return digestDigits(image) == digestDigits(container);
    return image.isWhole && container.isWhole && image.content == container.content
        && image.linkTarget == container.linkTarget;
}

/// Where only the beginning of one is known, what the other one has behind that would seem to be gone.
void cutToBeginnings(client::FileVersion& image, client::FileVersion& container)
{
    if (!image.exists || !container.exists || (image.isWhole && container.isWhole))
        return;
    const qsizetype limit = image.isWhole ? container.content.size()
        : container.isWhole               ? image.content.size()
                                          : std::min(image.content.size(), container.content.size());
    for (client::FileVersion* version : {&image, &container}) {
        if (version->content.size() <= limit)
            continue;
        version->content.truncate(limit);
        version->isWhole = false;
    }
}

QString beginningOnly(const client::FileVersion& image, const client::FileVersion& container)
{
    const client::FileVersion& longer = container.exists && !container.isWhole ? container : image;
    if (!longer.exists || longer.isWhole)
        return {};
    return ComparisonWords::tr("Only the first %1 of %2 are shown.")
        .arg(format::bytes(static_cast<quint64>(longer.content.size())), format::bytes(longer.size));
}

/// What changes in every line and so is best said once.
QString lineEnds(const Difference& texts)
{
    const auto all = [](const std::vector<TextLine>& lines, LineEnd wanted) {
        return !lines.empty() && std::ranges::all_of(lines, [wanted](const TextLine& line) {
            return line.end == wanted || line.end == LineEnd::None;
        }) && lines.front().end == wanted;
    };
    using enum LineEnd;
    if (all(texts.left, Newline) && all(texts.right, CarriageReturnNewline))
        return ComparisonWords::tr("The line ends changed from LF to CR LF.");
    if (all(texts.left, CarriageReturnNewline) && all(texts.right, Newline))
        return ComparisonWords::tr("The line ends changed from CR LF to LF.");
    return {};
}

QString encodings(const client::FileVersion& image, const client::FileVersion& container, const Difference& texts)
{
    const bool isOnlyThat
        = texts.changes().empty() && texts.notCompared.isEmpty() && image.content != container.content;
    return isOnlyThat ? ComparisonWords::tr("The lines are the same, but they are not encoded in the same way.")
                      : QString();
}

void compareTexts(FileComparison& result)
{
    const Difference texts = result.only
        ? alone(*result.only == Side::Left ? result.left.text : result.right.text, *result.only)
        : difference(result.left.text, result.right.text);
    result.difference = std::make_shared<const Difference>(texts);
}

void addNote(FileComparison& result, const QString& note)
{
    if (!note.isEmpty() && !result.notes.contains(note))
        result.notes.append(note);
}

} // namespace

FileComparison compareFiles(client::FileVersion image, client::FileVersion container)
{
    cutToBeginnings(image, container);
    FileComparison result{.left = fileContent(image), .right = fileContent(container)};
    result.shownAs = shownAs(result.left.kind, result.right.kind);
    result.only = onlySide(result.left, result.right);
    result.isSame = !result.only && haveSameContent(image, container);
    addNote(result, result.left.note);
    addNote(result, result.right.note);
    addNote(result, beginningOnly(image, container));
    if (result.shownAs != ShownAs::Text)
        return result;
    compareTexts(result);
    addNote(result, result.difference->notCompared);
    if (!result.only) {
        addNote(result, lineEnds(*result.difference));
        addNote(result, encodings(image, container, *result.difference));
    }
    return result;
}

} // namespace lamella::models

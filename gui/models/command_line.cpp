// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/command_line.h"

namespace lamella::models {

namespace {

bool isBlank(QChar character)
{
    return character == u' ' || character == u'\t' || character == u'\n';
}

/// Takes a quoted piece from `at` (behind the opening quote) to behind the closing one; false where there is none.
bool takeQuoted(const QString& line, qsizetype& at, QChar quote, QString& word)
{
    for (; at < line.size(); ++at) {
        const QChar character = line.at(at);
        if (character == quote) {
            ++at;
            return true;
        }
        const QChar next = at + 1 < line.size() ? line.at(at + 1) : QChar();
        if (quote == u'"' && character == u'\\' && QStringView(u"$`\"\\").contains(next)) {
            word += next;
            ++at;
        } else {
            word += character;
        }
    }
    return false;
}

} // namespace

std::optional<QStringList> splitCommand(const QString& line)
{
    QStringList words;
    QString word;
    bool inWord = false;
    for (qsizetype at = 0; at < line.size();) {
        const QChar character = line.at(at++);
        if (isBlank(character)) {
            if (inWord)
                words.append(std::exchange(word, {}));
            inWord = false;
            continue;
        }
        inWord = true;
        if (character == u'\'' || character == u'"') {
            if (!takeQuoted(line, at, character, word))
                return std::nullopt;
        } else if (character == u'\\') {
            if (at == line.size())
                return std::nullopt;
            word += line.at(at++);
        } else {
            word += character;
        }
    }
    if (inWord)
        words.append(word);
    return words;
}

} // namespace lamella::models

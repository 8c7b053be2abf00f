// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/format/image_text.h"

#include <QRegularExpression>

namespace lamella::format {

using namespace Qt::StringLiterals;

QString imageCommand(const QString& createdBy)
{
    // Build arguments go before the shell as "|<count> NAME=value …" (Docker's classic builder).
    static const QRegularExpression arguments(u"\\A\\|\\d+ .*?(?=/bin/(ba|da)?sh -c )"_s,
                                              QRegularExpression::DotMatchesEverythingOption);
    static const QRegularExpression shell(u"\\A(RUN )?/bin/(ba|da)?sh -c "_s);
    static const QRegularExpression mark(u"\\A#\\(nop\\)\\s*"_s);
    QString text = createdBy.trimmed();
    text.remove(arguments);
    if (const auto prefix = shell.match(text); prefix.hasMatch()) {
        text = text.mid(prefix.capturedLength()).trimmed();
        const auto nothing = mark.match(text);
        text = nothing.hasMatch() ? text.mid(nothing.capturedLength()) : u"RUN "_s + text;
    }
    if (text.endsWith("# buildkit"_L1))
        text.chop(10);
    return text.simplified();
}

NameParts nameParts(const QString& reference)
{
    const qsizetype digest = reference.indexOf(u'@');
    const QStringView name = QStringView(reference).left(digest < 0 ? reference.size() : digest);
    const qsizetype colon = name.lastIndexOf(u':');
    // A colon before the last slash parts the registry's name from its port.
    const bool hasTag = colon > name.lastIndexOf(u'/');
    const qsizetype end = hasTag ? colon : name.size();
    QString tag = reference.mid(hasTag ? colon + 1 : end);
    if (!hasTag && tag.startsWith(u'@'))
        tag.remove(0, 1);
    return {reference.left(end), tag};
}

QString shortReference(const QString& reference)
{
    for (const QLatin1StringView usual : {"docker.io/library/"_L1, "docker.io/"_L1}) {
        if (reference.startsWith(usual))
            return reference.mid(usual.size());
    }
    return reference;
}

} // namespace lamella::format

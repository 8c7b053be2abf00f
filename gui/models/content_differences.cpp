// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/content_differences.h"

#include "gui/format/formats.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace lamella::models {

using client::ChangeEntry;
using client::ChangeKind;

namespace {

struct Differences {
    Q_DECLARE_TR_FUNCTIONS(ContentDifferences)
};

} // namespace

QByteArray bytesOfPath(const ChangeEntry& entry)
{
    return entry.rawPath.isEmpty() ? entry.path.toUtf8() : entry.rawPath;
}

ContentDifferences::Answer ContentDifferences::of(const ChangeEntry& entry) const
{
    if (entry.type != client::FileType::File || entry.kind == ChangeKind::Deleted)
        return {};
    if (entry.kind == ChangeKind::Added)
        return {State::Known, entry.size};
    if (entry.kind != ChangeKind::Modified)
        return {State::Known, 0};
    const auto counted = m_counted.constFind(bytesOfPath(entry));
    if (counted == m_counted.cend())
        return {takesMore() ? State::Awaited : State::Unknown, 0};
    return counted->bytes ? Answer{State::Known, *counted->bytes} : Answer{State::Unknown, 0};
}

bool ContentDifferences::isDue(const ChangeEntry& entry) const
{
    if (entry.type != client::FileType::File || entry.kind != ChangeKind::Modified)
        return false;
    if (m_isGivenUp)
        return false;
    const auto counted = m_counted.constFind(bytesOfPath(entry));
    if (counted == m_counted.cend())
        return takesMore();
    return counted->size != entry.size || counted->timeUsec != entry.timeUsec;
}

void ContentDifferences::set(const ChangeEntry& entry, std::optional<quint64> bytes)
{
    const QByteArray path = bytesOfPath(entry);
    if (takesMore() || m_counted.contains(path))
        m_counted.insert(path, {entry.size, entry.timeUsec, bytes});
}

void ContentDifferences::keepOnly(const std::vector<ChangeEntry>& entries)
{
    if (m_counted.isEmpty())
        return;
    QHash<QByteArray, Counted> kept;
    for (const ChangeEntry& entry : entries) {
        if (entry.type != client::FileType::File || entry.kind != ChangeKind::Modified)
            continue;
        const auto counted = m_counted.constFind(bytesOfPath(entry));
        if (counted != m_counted.cend())
            kept.insert(counted.key(), *counted);
    }
    m_counted = std::move(kept);
}

void ContentDifferences::clear()
{
    m_counted.clear();
    m_isGivenUp = false;
}

QString differenceText(ContentDifferences::Answer answer)
{
    switch (answer.state) {
    case ContentDifferences::State::None:
        return {};
    case ContentDifferences::State::Awaited:
        return QStringLiteral("…");
    case ContentDifferences::State::Unknown:
        return Differences::tr("not known");
    case ContentDifferences::State::Known:
        break;
    }
    return format::bytes(answer.bytes);
}

QString differenceSentence(const ChangeEntry& entry, ContentDifferences::Answer answer)
{
    switch (answer.state) {
    case ContentDifferences::State::None:
        return {};
    case ContentDifferences::State::Awaited:
        return Differences::tr("It is being compared with the image's file.");
    case ContentDifferences::State::Unknown:
        return Differences::tr(
            "How many bytes differ is not known: too much would have to be read, or it could not be.");
    case ContentDifferences::State::Known:
        break;
    }
    const QLocale locale;
    if (entry.kind == ChangeKind::Added)
        return Differences::tr("All of its %1 bytes: the image has no such file.").arg(locale.toString(entry.size));
    if (answer.bytes == 0)
        return Differences::tr("Its bytes are those of the image's file.");
    // It may have grown since it was listed.
    return Differences::tr("%1 of %2 bytes differ from the image's file.")
        .arg(locale.toString(answer.bytes), locale.toString(std::max({entry.size, entry.sizeBelow, answer.bytes})));
}

} // namespace lamella::models

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/loss_text.h"

#include "gui/format/formats.h"

#include <QCoreApplication>

#include <algorithm>
#include <functional>
#include <ranges>

namespace lamella::dialogs {

namespace {

struct Loss {
    Q_DECLARE_TR_FUNCTIONS(Loss)
};

/// The largest and the newest files, three of each.
QStringList filesOf(const client::ChangeSummary& changes)
{
    static constexpr std::size_t kNamed = 3;
    const auto named = [](const std::vector<client::ChangeSummary::File>& files, const auto& text) {
        QStringList names;
        for (const auto& file : files | std::views::take(kNamed))
            names.append(QStringLiteral("%1 (%2)").arg(file.path, text(file.number)));
        return names.join(QStringLiteral(", "));
    };
    QStringList sentences;
    if (!changes.largest.empty())
        sentences.append(Loss::tr("Largest: %1").arg(named(changes.largest, format::bytes)));
    const auto age = [](quint64 usec) { return format::ago(usec, format::nowUsec()); };
    if (!changes.newest.empty())
        sentences.append(Loss::tr("Newest: %1").arg(named(changes.newest, age)));
    return sentences;
}

/// As if they were one; the names of the containers stand before the paths.
client::ChangeSummary together(const std::vector<NamedChanges>& containers)
{
    client::ChangeSummary all;
    const auto add = [](std::vector<client::ChangeSummary::File>& into, const QString& name, const auto& files) {
        for (const auto& file : files)
            into.push_back({QStringLiteral("%1: %2").arg(name, file.path), file.number});
    };
    for (const NamedChanges& one : containers) {
        if (!one.changes)
            continue;
        all.paths += one.changes->paths;
        all.bytes += one.changes->bytes;
        add(all.largest, one.name, one.changes->largest);
        add(all.newest, one.name, one.changes->newest);
    }
    std::ranges::stable_sort(all.largest, std::greater{}, &client::ChangeSummary::File::number);
    std::ranges::stable_sort(all.newest, std::greater{}, &client::ChangeSummary::File::number);
    return all;
}

} // namespace

QStringList lossOf(const client::ChangeSummary* changes)
{
    if (!changes)
        return {Loss::tr("Everything in its writable layer and its log are lost.")};
    if (changes->paths == 0)
        return {Loss::tr("It has changed nothing in its writable layer; its log is lost.")};
    QStringList sentences{Loss::tr("%n change(s), %1 in its writable layer, and its log are lost.", nullptr,
                                   static_cast<int>(changes->paths))
                              .arg(format::bytes(changes->bytes))};
    sentences.append(filesOf(*changes));
    return sentences;
}

QStringList lossOf(const std::vector<NamedChanges>& containers)
{
    if (containers.size() == 1)
        return lossOf(containers.front().changes ? &*containers.front().changes : nullptr);
    const client::ChangeSummary all = together(containers);
    const bool isAll = std::ranges::all_of(containers, [](const NamedChanges& one) { return one.changes.has_value(); });
    if (all.paths == 0)
        return {isAll ? Loss::tr("They have changed nothing in their writable layers; their logs are lost.")
                      : Loss::tr("Everything in their writable layers and their logs are lost.")};
    const auto count = static_cast<int>(all.paths);
    QStringList sentences{
        (isAll
             ? Loss::tr("%n change(s), %1 in their writable layers, and their logs are lost.", nullptr, count)
             : Loss::tr("At least %n change(s), %1 in their writable layers, and their logs are lost.", nullptr, count))
            .arg(format::bytes(all.bytes))};
    sentences.append(filesOf(all));
    return sentences;
}

QStringList changesInWords(const client::ChangeSummary& changes)
{
    if (changes.paths == 0)
        return {Loss::tr("It has changed nothing in its writable layer.")};
    QStringList sentences{
        Loss::tr("It has %n change(s), %1 in its writable layer.", nullptr, static_cast<int>(changes.paths))
            .arg(format::bytes(changes.bytes))};
    sentences.append(filesOf(changes));
    return sentences;
}

} // namespace lamella::dialogs

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/loss_text.h"

#include "gui/format/formats.h"

#include <QCoreApplication>

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

} // namespace lamella::dialogs

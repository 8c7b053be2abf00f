// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/loss_of_trashed.h"

namespace lamella::dialogs {

namespace {

/// What the trash itself knows is there at once.
std::optional<client::ChangeSummary> toldBy(const client::TrashedData& trashed)
{
    if (trashed.changes < 0)
        return std::nullopt;
    return client::ChangeSummary{static_cast<quint64>(trashed.changes), trashed.sizeBytes, {}, {}};
}

} // namespace

LossOfTrashed::LossOfTrashed(Trashed trashed, QObject* question)
    : QObject(question)
    , m_trashed(std::move(trashed))
{
    for (const auto& one : m_trashed)
        m_changes.push_back({one->data().name, toldBy(one->data())});
    askNext();
}

void LossOfTrashed::askNext()
{
    if (m_next == m_trashed.size()) {
        Q_EMIT known();
        return;
    }
    const qsizetype asked = m_next++;
    client::TrashedClient* one = m_trashed.at(asked);
    if (!one) {
        askNext();
        return;
    }
    one->summarizeChanges().then(this, [this, asked](const client::Outcome<client::ChangeSummary>& changes) {
        if (changes)
            m_changes[static_cast<std::size_t>(asked)].changes = *changes;
        askNext();
    });
}

} // namespace lamella::dialogs

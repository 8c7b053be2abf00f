// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/trashed_client.h"
#include "gui/dialogs/loss_text.h"

#include <QList>
#include <QObject>
#include <QPointer>

#include <vector>

namespace lamella::dialogs {

/// Finds out what is lost with some containers of the trash, one after another, for as long as the question lives that
/// it is asked for.
class LossOfTrashed final : public QObject {
    Q_OBJECT
public:
    using Trashed = QList<QPointer<client::TrashedClient>>;
    LossOfTrashed(Trashed trashed, QObject* question);

    /// In sentences, as far as it is known.
    QStringList sentences() const { return lossOf(m_changes); }

Q_SIGNALS:
    /// All of it is known now.
    void known();

private:
    void askNext();

    Trashed m_trashed;
    qsizetype m_next = 0;
    std::vector<NamedChanges> m_changes; ///< in the same order
};

} // namespace lamella::dialogs

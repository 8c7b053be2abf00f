// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/undochanges.h"

#include "gui/client/container_client.h"
#include "gui/client/job_client.h"
#include "gui/format/formats.h"
#include "gui/widgets/confirmation.h"

#include <QPointer>

namespace lamella::pages {

using client::ChangeKind;
using client::ClientError;
using models::ChangesModel;

namespace {

QModelIndexList topRows(const ChangesModel& model)
{
    QModelIndexList rows;
    for (int row = 0; row < model.rowCount(); ++row)
        rows.append(model.index(row, 0));
    return rows;
}

} // namespace

UndoChanges::UndoChanges(QWidget* window)
    : QObject(window)
    , m_window(window)
{
}

void UndoChanges::ask(client::ContainerClient* container, const ChangesModel& model, const QModelIndexList& rows)
{
    const auto tally = model.tally(rows.isEmpty() ? topRows(model) : rows);
    QByteArrayList paths;
    for (const QModelIndex& row : tally.rows)
        paths.append(row.data(ChangesModel::RawPathRole).toByteArray());
    // What the list has no room for is meant as well.
    if (rows.isEmpty())
        paths = {"/"};
    const QString question = rows.isEmpty() ? tr("Undo everything that %1 has changed?").arg(container->data().name)
        : tally.rows.size() == 1
        ? tr("Undo the changes of %1?").arg(tally.rows.front().data(ChangesModel::PathRole).toString())
        : tr("Undo %n change(s) of %1?", nullptr, tally.total).arg(container->data().name);
    auto* confirmation = new widgets::Confirmation(m_window, question, tr("&Undo"));
    confirmation->setObjectName(QStringLiteral("undoQuestion"));
    confirmation->setConsequence(consequence(*container, tally));
    confirmation->ask([this, container = QPointer(container), paths] {
        if (container)
            undo(container, paths);
    });
}

QString UndoChanges::consequence(const client::ContainerClient& container, const ChangesModel::Tally& tally)
{
    QStringList sentences;
    if (const int added = tally.count(ChangeKind::Added))
        sentences.append(tr("Deleted: %n added path(s), %1.", nullptr, added).arg(format::bytes(tally.bytes)));
    if (const int modified = tally.count(ChangeKind::Modified))
        sentences.append(tr("Lost: what was written to %n path(s).", nullptr, modified));
    if (const int deleted = tally.count(ChangeKind::Deleted))
        sentences.append(tr("Back again: %n deleted path(s).", nullptr, deleted));
    if (const int attributes = tally.count(ChangeKind::Attributes))
        sentences.append(tr("Owner, mode and times as in the image: %n path(s).", nullptr, attributes));
    if (container.isAlive())
        sentences.append(
            tr("It is running: programs that have such a file open keep what they have, and the files take "
               "room in the writable layer until the container has ended and is undone again."));
    sentences.append(tr("This cannot be taken back."));
    return sentences.join(u'\n');
}

void UndoChanges::undo(client::ContainerClient* container, const QByteArrayList& paths)
{
    const auto fail = [this, about = QPointer(container), paths](const ClientError& error) {
        if (error.kind != client::ErrorKind::Cancelled)
            Q_EMIT failed(error, [this, about, paths] {
                if (about)
                    undo(about, paths);
            });
    };
    container->undoChanges(paths).then(this, [this, fail](const client::Outcome<QPointer<client::JobClient>>& job) {
        if (!job) {
            fail(job.error());
            return;
        }
        if (!*job)
            return;
        (*job)->wait().then(this, [this, fail](const client::Outcome<QStringList>& outcome) {
            if (!outcome)
                fail(outcome.error());
            Q_EMIT done();
        });
    });
}

} // namespace lamella::pages

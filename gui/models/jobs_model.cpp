// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/jobs_model.h"

#include "gui/client/client.h"
#include "gui/client/job_client.h"
#include "gui/format/formats.h"
#include "gui/format/image_text.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <utility>

namespace lamella::models {

using namespace Qt::StringLiterals;
using client::JobClient;
using client::JobState;

namespace {

struct Words {
    const char* operation;
    const char* named; ///< with what it is about
    const char* nameless;
};

constexpr std::array kWords{
    Words{"load-image", QT_TRANSLATE_NOOP("JobsModel", "Loading %1"),
          QT_TRANSLATE_NOOP("JobsModel", "Loading an image")},
    Words{"pull-image", QT_TRANSLATE_NOOP("JobsModel", "Pulling %1"),
          QT_TRANSLATE_NOOP("JobsModel", "Pulling an image")},
    Words{"push-image", QT_TRANSLATE_NOOP("JobsModel", "Pushing %1"),
          QT_TRANSLATE_NOOP("JobsModel", "Pushing an image")},
    Words{"list-tags", QT_TRANSLATE_NOOP("JobsModel", "Listing the tags of %1"),
          QT_TRANSLATE_NOOP("JobsModel", "Listing tags")},
    Words{"check-login", QT_TRANSLATE_NOOP("JobsModel", "Checking the login at %1"),
          QT_TRANSLATE_NOOP("JobsModel", "Checking a login")},
    Words{"save-images", QT_TRANSLATE_NOOP("JobsModel", "Saving %1"), QT_TRANSLATE_NOOP("JobsModel", "Saving images")},
    Words{"import-image", QT_TRANSLATE_NOOP("JobsModel", "Importing %1"),
          QT_TRANSLATE_NOOP("JobsModel", "Importing a file system")},
    Words{"commit-container", QT_TRANSLATE_NOOP("JobsModel", "Making an image of %1"),
          QT_TRANSLATE_NOOP("JobsModel", "Making an image of a container")},
    Words{"unpack-image", QT_TRANSLATE_NOOP("JobsModel", "Unpacking %1"),
          QT_TRANSLATE_NOOP("JobsModel", "Unpacking an image")},
    Words{"export-container", QT_TRANSLATE_NOOP("JobsModel", "Exporting %1"),
          QT_TRANSLATE_NOOP("JobsModel", "Exporting a container")},
    Words{"save-changes", QT_TRANSLATE_NOOP("JobsModel", "Saving changes of %1"),
          QT_TRANSLATE_NOOP("JobsModel", "Saving changes")},
    Words{"set-attributes", QT_TRANSLATE_NOOP("JobsModel", "Setting permissions in %1"),
          QT_TRANSLATE_NOOP("JobsModel", "Setting permissions")},
    Words{"remove-files", QT_TRANSLATE_NOOP("JobsModel", "Removing files of %1"),
          QT_TRANSLATE_NOOP("JobsModel", "Removing files")},
    Words{"undo-changes", QT_TRANSLATE_NOOP("JobsModel", "Undoing changes of %1"),
          QT_TRANSLATE_NOOP("JobsModel", "Undoing changes")},
    Words{"stop-container", QT_TRANSLATE_NOOP("JobsModel", "Stopping %1"),
          QT_TRANSLATE_NOOP("JobsModel", "Stopping a container")},
};

QString bytesOf(quint64 done, quint64 total)
{
    if (total == 0)
        return done == 0 ? QString() : format::bytes(done);
    return done >= total ? format::bytes(total)
                         : JobsModel::tr("%1 of %2").arg(format::bytes(done), format::bytes(total));
}

QString rateOf(const RateMeter& meter)
{
    const double rate = meter.perSecond();
    return rate < 1 ? QString() : JobsModel::tr("%1/s").arg(format::bytes(static_cast<quint64>(rate)));
}

QString joined(QStringList texts)
{
    texts.removeAll(QString());
    return texts.join(QStringLiteral(" · "));
}

} // namespace

JobsModel::JobsModel(client::Client* client, QObject* parent)
    : QAbstractListModel(parent)
    , m_client(client)
{
    m_clock.start();
    connect(client, &client::Client::jobAdded, this, &JobsModel::add);
    connect(client, &client::Client::jobRemoved, this, &JobsModel::remove);
    for (JobClient* job : client->jobs())
        add(job);
}

void JobsModel::add(JobClient* job)
{
    const int row = rowCount();
    beginInsertRows({}, row, row);
    m_rows.push_back({job, {}, {}, {}, {}});
    endInsertRows();
    connect(job, &JobClient::changed, this, [this, job] { take(job); });
    take(job);
}

void JobsModel::take(JobClient* job)
{
    const std::size_t place = find(job);
    if (place == m_rows.size())
        return;
    Row& row = m_rows[place];
    const bool isNew = row.data.operation.isEmpty();
    row.data = job->data();
    const auto now = m_clock.durationElapsed();
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(now);
    row.rate.add(row.data.bytesDone, time);
    for (const client::JobPart& part : row.data.parts)
        row.partRates[part.name].add(part.bytesDone, time);
    const QModelIndex at = index(static_cast<int>(place));
    Q_EMIT dataChanged(at, at);
    if (isNew && !row.data.operation.isEmpty() && job->isRunning())
        removeUndone(title(row));
    Q_EMIT changed();
}

void JobsModel::remove(JobClient* job)
{
    const std::size_t place = find(job);
    if (place == m_rows.size())
        return;
    job->disconnect(this);
    Row& row = m_rows[place];
    // The helper may be gone in the middle of it: then nobody knows how it would have ended.
    if (!isUndone(row) || !row.retry) {
        removeRow(place);
        return;
    }
    row.job = nullptr;
    Q_EMIT changed();
}

void JobsModel::removeRow(std::size_t row)
{
    beginRemoveRows({}, static_cast<int>(row), static_cast<int>(row));
    m_rows.erase(m_rows.begin() + static_cast<std::ptrdiff_t>(row));
    endRemoveRows();
    Q_EMIT changed();
}

bool JobsModel::isUndone(const Row& row)
{
    return row.data.state == JobState::Failed || row.data.state == JobState::Cancelled;
}

/// Those that failed or were cancelled give way to a new try of the same.
void JobsModel::removeUndone(const QString& title)
{
    for (std::size_t row = m_rows.size(); row-- > 0;) {
        if (isUndone(m_rows[row]) && this->title(m_rows[row]) == title)
            removeRow(row);
    }
}

std::size_t JobsModel::find(const JobClient* job) const
{
    const auto it = std::ranges::find_if(m_rows, [job](const Row& row) { return row.job == job; });
    return static_cast<std::size_t>(it - m_rows.begin());
}

int JobsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

const JobsModel::Row* JobsModel::rowAt(const QModelIndex& index) const
{
    const auto row = static_cast<std::size_t>(index.row());
    return index.isValid() && row < m_rows.size() ? &m_rows[row] : nullptr;
}

JobClient* JobsModel::job(const QModelIndex& index) const
{
    const Row* row = rowAt(index);
    return row ? row->job.data() : nullptr;
}

QModelIndex JobsModel::running() const
{
    for (int row = rowCount(); row-- > 0;) {
        if (index(row).data(RunningRole).toBool())
            return index(row);
    }
    return {};
}

int JobsModel::runningCount() const
{
    return static_cast<int>(
        std::ranges::count_if(m_rows, [](const Row& row) { return row.job && row.job->isRunning(); }));
}

std::vector<JobsModel::Part> JobsModel::parts(const QModelIndex& index) const
{
    std::vector<Part> parts;
    const Row* row = rowAt(index);
    if (!row)
        return parts;
    for (const client::JobPart& part : row->data.parts) {
        const bool ended = part.bytesTotal > 0 && part.bytesDone >= part.bytesTotal;
        const double total = static_cast<double>(part.bytesTotal);
        parts.push_back(
            {format::shortId(part.name),
             joined(
                 {bytesOf(part.bytesDone, part.bytesTotal),
                  ended || !row->job || !row->job->isRunning() ? QString() : rateOf(row->partRates.value(part.name))}),
             part.bytesTotal > 0 ? std::min(1.0, static_cast<double>(part.bytesDone) / total) : -1});
    }
    return parts;
}

void JobsModel::setRetry(const JobClient* job, std::function<void()> retry)
{
    const std::size_t place = find(job);
    if (place == m_rows.size())
        return;
    m_rows[place].retry = std::move(retry);
    const QModelIndex at = index(static_cast<int>(place));
    Q_EMIT dataChanged(at, at);
    Q_EMIT changed();
}

void JobsModel::cancel(const QModelIndex& index)
{
    if (JobClient* running = job(index))
        running->cancel();
}

void JobsModel::retry(const QModelIndex& index)
{
    const Row* row = rowAt(index);
    if (!row || !row->retry)
        return;
    const auto again = row->retry;
    dismiss(index);
    again();
}

void JobsModel::dismiss(const QModelIndex& index)
{
    const Row* row = rowAt(index);
    if (!row || row->data.state == JobState::Running)
        return;
    if (row->job)
        row->job->disconnect(this);
    removeRow(static_cast<std::size_t>(index.row()));
}

QString JobsModel::nameOf(const QString& item) const
{
    if (!item.startsWith(u'/'))
        return format::shortReference(item);
    const QString last = item.section(u'/', -1);
    if (const client::ContainerClient* container = m_client->container(last))
        return container->data().name;
    const client::ImageClient* image = m_client->image(QString(last).replace(u'_', u':'));
    return image ? format::shortReference(image->displayName()) : QString();
}

QString JobsModel::title(const Row& row) const
{
    const auto words = std::ranges::find_if(
        kWords, [&row](const Words& one) { return row.data.operation == QLatin1StringView(one.operation); });
    if (words == kWords.end())
        return row.data.operation;
    QStringList names;
    for (const QString& item : row.data.items)
        names.append(nameOf(item));
    names.removeAll(QString());
    return names.isEmpty()
        ? QCoreApplication::translate("JobsModel", words->nameless)
        : QCoreApplication::translate("JobsModel", words->named).arg(names.join(QStringLiteral(", ")));
}

QString JobsModel::sentence(const Row& row) const
{
    const QString what = title(row);
    switch (row.data.state) {
    case JobState::Running:
        return row.data.stage.isEmpty() ? what : tr("%1: %2").arg(what, row.data.stage);
    case JobState::Succeeded:
        return tr("%1: done").arg(what);
    case JobState::Cancelled:
        return tr("%1: cancelled").arg(what);
    case JobState::Failed:
        return tr("%1 failed: %2").arg(what, row.data.errorMessage);
    }
    return what;
}

QString JobsModel::figures(const Row& row) const
{
    const client::JobData& data = row.data;
    switch (data.state) {
    case JobState::Running:
        return joined({data.stage, bytesOf(data.bytesDone, data.bytesTotal), rateOf(row.rate)});
    case JobState::Succeeded:
        // Under which digest the registry has it now is what a person takes along.
        return joined({tr("done"), bytesOf(data.bytesTotal, data.bytesTotal),
                       data.operation == "push-image"_L1 ? data.result.value(0) : QString()});
    case JobState::Cancelled:
        return tr("cancelled");
    case JobState::Failed:
        return tr("failed: %1").arg(data.errorMessage);
    }
    return {};
}

QVariant JobsModel::data(const QModelIndex& index, int role) const
{
    const Row* row = rowAt(index);
    if (!row)
        return {};
    const bool running = row->job && row->job->isRunning();
    switch (role) {
    case Qt::DisplayRole:
        return sentence(*row);
    case TitleRole:
        return title(*row);
    case FiguresRole:
        return figures(*row);
    case ProgressRole:
        return row->data.progress;
    case RunningRole:
        return running;
    case CancelableRole:
        return running && row->data.cancelable;
    case FailedRole:
        return row->data.state == JobState::Failed;
    case RetryRole:
        return isUndone(*row) && row->retry != nullptr;
    default:
        return {};
    }
}

} // namespace lamella::models

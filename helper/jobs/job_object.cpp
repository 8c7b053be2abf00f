// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/job_object.h"

#include "helper/dbus/errors.h"
#include "helper/objects/adaptors.h"
#include "helper/objects/paths.h"
#include "helper/objects/text.h"

#include <algorithm>
#include <ranges>

using namespace Qt::StringLiterals;

namespace lamella::helper {

namespace {

/// They are sent whole, ten times a second: an archive of many images has more.
constexpr int kMaxParts = 256;

} // namespace

JobObject::JobObject(quint64 number, const QString& operation, uid_t owner, const QStringList& items,
                     std::function<void()> cancel)
    : Object(jobPath(number), interfaceNamed("Job"_L1), owner)
    , m_operation(operation)
    , m_state(u"running"_s)
    , m_items(items)
    , m_cancel(std::move(cancel))
{
    setAdaptor(makeAdaptor(this));
}

bool JobObject::isFinished() const
{
    return m_state != "running"_L1;
}

QString JobObject::stage() const
{
    return fromEngine(m_progress.stage);
}

dbus::JobParts JobObject::parts() const
{
    dbus::JobParts parts;
    for (const auto& item : m_progress.items | std::views::take(kMaxParts))
        parts.append({fromEngine(item.name), item.done.value, item.total.value});
    return parts;
}

double JobObject::progress() const
{
    if (m_state == "succeeded"_L1)
        return 1;
    return bytesTotal() ? std::min(1.0, double(bytesDone()) / double(bytesTotal())) : -1;
}

void JobObject::report(const image::Progress& progress)
{
    if (isFinished())
        return;
    m_progress = progress;
    Q_EMIT touched();
}

void JobObject::commit()
{
    m_cancel = {};
    Q_EMIT touched();
}

void JobObject::finish(const lamella::Result<QStringList>& result)
{
    if (isFinished())
        return;
    if (result) {
        m_state = u"succeeded"_s;
        m_result = *result;
    } else {
        m_state = result.error().kind == ErrorKind::Cancelled ? u"cancelled"_s : u"failed"_s;
        m_errorName = errorName(result.error().kind);
        m_errorMessage = errorMessage(result.error());
    }
    m_cancel = {};
    for (const Call& call : std::exchange(m_waiting, {}))
        answer(call);
    Q_EMIT touched();
    Q_EMIT finished();
}

void JobObject::answer(const Call& call) const
{
    if (m_errorName.isEmpty())
        call.reply({m_result});
    else
        call.failWith(m_errorName, m_errorMessage);
}

void JobObject::Cancel(const QVariantMap&)
{
    if (!cancelable())
        return refuse(ErrorKind::WrongState,
                      isFinished() ? "the job has ended" : "the job cannot be cancelled any more");
    const auto cancel = m_cancel; // it may finish the job, which forgets it
    cancel();
}

QStringList JobObject::Wait(const QVariantMap&)
{
    if (isFinished())
        answer(takeCall());
    else
        m_waiting.append(takeCall());
    return {};
}

} // namespace lamella::helper

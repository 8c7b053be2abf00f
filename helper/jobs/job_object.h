// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store.h"
#include "helper/dbus/object.h"
#include "resources/dbus/types.h"

#include <QList>
#include <QStringList>

#include <functional>

namespace lamella::helper {

/// One long piece of work, as the window sees it. What does the work tells it how far it is and how it ended.
class JobObject : public Object {
    Q_OBJECT
    Q_PROPERTY(QString Operation MEMBER m_operation CONSTANT)
    Q_PROPERTY(uint Owner READ ownerUid CONSTANT)
    Q_PROPERTY(QString State MEMBER m_state)
    Q_PROPERTY(QString Stage READ stage)
    Q_PROPERTY(double Progress READ progress)
    Q_PROPERTY(qulonglong BytesDone READ bytesDone)
    Q_PROPERTY(qulonglong BytesTotal READ bytesTotal)
    Q_PROPERTY(QStringList Items MEMBER m_items)
    Q_PROPERTY(lamella::dbus::JobParts Parts READ parts)
    Q_PROPERTY(bool Cancelable READ cancelable)
    Q_PROPERTY(QStringList Result MEMBER m_result)
    Q_PROPERTY(QString ErrorName MEMBER m_errorName)
    Q_PROPERTY(QString ErrorMessage MEMBER m_errorMessage)

public:
    /// `cancel` asks the work to stop; the job is over only when the work says so through finish().
    JobObject(quint64 number, const QString& operation, uid_t owner, const QStringList& items,
              std::function<void()> cancel);

    void report(const image::Progress& progress);
    /// From now on it cannot be cancelled any more.
    void commit();
    /// The work has ended; an error of the kind Cancelled makes the state "cancelled". Counts once.
    void finish(const lamella::Result<QStringList>& result);

    bool isFinished() const;
    uint ownerUid() const { return *objectOwner(); }
    QString stage() const;
    double progress() const;
    qulonglong bytesDone() const { return m_progress.done.value; }
    qulonglong bytesTotal() const { return m_progress.total.value; }
    dbus::JobParts parts() const;
    bool cancelable() const { return m_cancel && !isFinished(); }

    // The contract's methods.
    void Cancel(const QVariantMap& options);
    QStringList Wait(const QVariantMap& options);

Q_SIGNALS:
    void finished();

private:
    void answer(const Call& call) const;

    QString m_operation;
    QString m_state;
    image::Progress m_progress; ///< as it was reported last
    QStringList m_items;
    QStringList m_result;
    QString m_errorName;
    QString m_errorMessage;
    std::function<void()> m_cancel;
    QList<Call> m_waiting;
};

} // namespace lamella::helper

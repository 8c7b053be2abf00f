// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/layer/live_change.h"
#include "helper/objects/quota.h"

#include <QObject>
#include <QSocketNotifier>
#include <QString>

#include <memory>
#include <mutex>
#include <vector>

namespace lamella::helper {

/// The streams of those who watch one container. Nobody is waited for: who reads too slowly is told to read the list
/// of changes instead. Main thread, but for send().
class LiveReaders : public QObject {
    Q_OBJECT

public:
    LiveReaders() = default;
    ~LiveReaders() override;

    /// The other end of a new stream. The place of the last reader is given back when this goes.
    Result<UniqueFd> add(const QString& busName, Quota::Place place);
    void remove(const QString& busName);
    /// Of one who asked and has left.
    void keep(Quota::Place place);
    bool isEmpty() const { return m_readers.empty(); }

    /// From any thread.
    void send(const layer::LiveChanges& changes);

Q_SIGNALS:
    /// The last one has gone.
    void emptied();

private:
    struct Reader {
        QString busName;
        Quota::Place place;
        UniqueFd socket;
        std::unique_ptr<QSocketNotifier> leaving = {}; ///< he only ever closes it
        std::unique_ptr<QSocketNotifier> room = {}; ///< asked for while he has missed something
        bool hasMissed = false;
    };

    void remove(const Reader* reader);
    static bool send(Reader& reader, const std::vector<std::string>& messages);
    void awaitRoom();
    void sendMissed(Reader& reader);

    std::mutex m_mutex; ///< of m_readers where it is changed, and wherever another thread uses it
    std::vector<std::unique_ptr<Reader>> m_readers;
    Quota::Place m_lastPlace; ///< while there is no reader: of the last one
};

} // namespace lamella::helper

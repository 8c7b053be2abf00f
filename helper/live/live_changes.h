// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/container_manager.h"
#include "engine/layer/last_writers.h"
#include "helper/background.h"
#include "helper/dbus/caller.h"
#include "helper/objects/quota.h"

#include <QObject>
#include <QString>

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lamella::container {
class ChangeWatch;
}

namespace lamella::helper {

class LiveReaders;
class Peers;

/// Streams what containers change to those who ask (Container.WatchChanges), and remembers who changed each path last.
/// One watch serves all readers of a container, from the first to the last of them. Main thread only.
class LiveChanges : public QObject {
    Q_OBJECT

public:
    LiveChanges(const container::ContainerManager& containers, const Peers& peers);
    ~LiveChanges() override;

    using Answer = std::function<void(Result<UniqueFd>)>;
    /// Answers with the reader's end of a stream of his own, at once or as soon as the container is watched. It ends
    /// when he closes it or leaves the bus, and when the container ends. Errors: WrongState (it does not run), Busy (it
    /// has just started again), LimitExceeded, those of container::watchChanges().
    void watch(const std::string& id, const Caller& caller, Answer answer);

    /// Who changed its paths last, as long as it was watched; null where it never was, or too long ago.
    std::shared_ptr<const layer::LastWriters> writers(const std::string& id) const;

private:
    /// Who asked while the watch was starting.
    struct Waiting {
        QString busName;
        Quota::Place place;
        Answer answer;
    };
    struct Watched {
        std::shared_ptr<LiveReaders> readers;
        std::shared_ptr<layer::LastWriters> writers;
        std::shared_ptr<container::ChangeWatch> watch = {}; ///< null while it starts
        std::vector<Waiting> waiting = {}; ///< while it starts
        pid_t pid = 0; ///< of the container's first process: when it starts again it is another
        unsigned number = 0; ///< tells it from one before
        bool isToEnd = false; ///< as soon as it has started
    };
    using Started = Result<std::shared_ptr<container::ChangeWatch>>;

    Watched& start(const std::string& id, const container::Container& container);
    void take(const std::string& id, unsigned number, Started started);
    static void serve(Watched& watched, Waiting reader);
    std::shared_ptr<layer::LastWriters> known(const std::string& id) const;
    void remember(const std::string& id, const std::shared_ptr<layer::LastWriters>& writers);
    void close(const std::string& id, unsigned number);
    void leave(const QString& busName);
    void forget(const std::string& id);

    const container::ContainerManager& m_containers;
    const Peers& m_peers;
    Quota m_streams{16, "streams of changes"};
    std::map<std::string, Watched> m_watched;
    std::list<std::pair<std::string, std::shared_ptr<layer::LastWriters>>> m_writers; ///< those watched last first
    unsigned m_lastNumber = 0;
    Background m_starting{4}; ///< to find the root of a container takes as long as it has mounts
    Background m_ending{1}; ///< a watch may wait for the disk before it ends
};

} // namespace lamella::helper

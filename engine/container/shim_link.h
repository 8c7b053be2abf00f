// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/container/shim_process.h"
#include "engine/shim/protocol.h"

#include <QObject>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <vector>

class QSocketNotifier;

namespace lamella::container {

/// The live connection to one shim: requests and their replies, its events, its end. On one thread, never blocks. A
/// shim drops a listener that is too far behind; the link connects again. May be destroyed from within its own
/// callbacks by deleteLater() only.
class ShimLink : public QObject {
    Q_OBJECT

public:
    using Reply = std::function<void(Result<shim::Message>)>;

    struct Callbacks {
        std::function<void(const nlohmann::json& event)> event;
        std::function<void()> reconnected; ///< events may have been lost
        std::function<void(const shim::Message& answer)> late; ///< what it did for who was told that it does not answer
        std::function<void()> ended; ///< the process has ended, and every message of it has been given out; once
    };

    /// `run`: the shim's directory, with its socket.
    ShimLink(ShimProcess process, std::filesystem::path run, Callbacks callbacks);
    ~ShimLink() override;

    pid_t pid() const { return m_process.pid; }
    BorrowedFd pidfd() const { return m_process.pidfd.borrow(); }

    /// Asks the shim; the reply comes in any case: what it says ("ok", with descriptors), its error, or why there is
    /// none.
    void request(nlohmann::json body, std::chrono::milliseconds timeout, Reply reply);

    /// Calls nobody any more, for good.
    void silence();

private:
    void readMessages();
    void handle(shim::Message message);
    void handleEnd();
    void listen();
    void reconnect();
    void answer(std::uint64_t serial, Result<shim::Message> result);
    void failAll(const Error& error);

    ShimProcess m_process;
    std::filesystem::path m_run;
    Callbacks m_callbacks;
    std::map<std::uint64_t, Reply> m_waiting;
    std::vector<nlohmann::json> m_unsent; ///< asked while there was no connection
    std::uint64_t m_serial = 0;
    QSocketNotifier* m_messages = nullptr;
    QSocketNotifier* m_end;
};

/// The serial of the request that a message answers, or 0.
std::uint64_t serialIn(const nlohmann::json& body);

/// What an answer says: its "ok" with the descriptors, or its error.
Result<shim::Message> resultOf(shim::Message message);

} // namespace lamella::container

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/spec.h"
#include "engine/shim/attach_clients.h"
#include "engine/shim/event_loop.h"
#include "engine/shim/log_writer.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace lamella::shim {

/// Both ends of the pipes that stand for a program's standard streams where it has no terminal.
struct Pipes {
    UniqueFd programIn, programOut, programErr; ///< the program's ends
    UniqueFd in, out, err; ///< ours
    /// The program's ends belong to the user that `process` runs as on the host, or it could not open /dev/stdout
    /// and the like: that opens the pipe anew (proc_pid_fd(5)).
    static Result<Pipes> make(const oci::Process& process, const oci::Linux& linux);
};

/// The standard streams of the container's own program, a terminal or three pipes: what it writes goes to the log and
/// to all attached clients, what they type goes to it.
class Stdio {
public:
    Stdio(EventLoop& loop, LogWriter& log);
    ~Stdio();
    Stdio(const Stdio&) = delete;
    Stdio& operator=(const Stdio&) = delete;

    /// From now on, with a PTY's master …
    Result<void> useTerminal(UniqueFd master);
    /// … or with our ends of the pipes.
    Result<void> usePipes(UniqueFd in, UniqueFd out, UniqueFd err);

    AttachClients& clients() { return m_clients; }

    /// Sets the terminal's size; the kernel tells its foreground programs (SIGWINCH). Errors: WrongState (no terminal).
    Result<void> resize(std::uint16_t rows, std::uint16_t columns);

    /// Takes what is there now; called when the program has ended. Returns at once, also while others still write.
    void drain();

    /// Takes all that is left, to the end of each stream. Called when every process that could write is dead.
    void drainToEnd();

private:
    struct Source {
        UniqueFd fd;
        Stream stream = Stream::Output;
        bool atEnd() const { return !fd; }
    };

    Result<void> watch(Source& source);
    bool readOnce(Source& source);
    void closeSource(Source& source);
    void type(std::string_view bytes);
    void endInput();
    void writeInput();
    void closeInput();
    BorrowedFd inputFd() const;

    EventLoop& m_loop;
    LogWriter& m_log;
    AttachClients m_clients;
    Source m_output, m_error;
    UniqueFd m_input; ///< the pipe; a terminal's input goes to m_output's descriptor
    UniqueFd
        m_terminalPeer; ///< a slave of ours: without one, a program that closes the terminal for a moment hangs it up
    std::string m_typed; ///< not yet taken by the program
    bool m_terminal = false;
    bool m_endAfterTyped = false;
};

} // namespace lamella::shim

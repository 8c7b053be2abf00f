// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/shim/stdio.h"

#include "engine/oci/id_map.h"
#include "engine/os/socket.h"
#include "engine/os/terminal.h"

#include <array>
#include <ctime>
#include <fcntl.h>
#include <sys/epoll.h>

namespace lamella::shim {

namespace {

constexpr std::size_t kReadSize = 64 * 1024;
/// While the program has so much typed input to take, no more is read from clients.
constexpr std::size_t kMaxTyped = 64 * 1024;

Result<void> setNonBlocking(BorrowedFd fd)
{
    const int flags = ::fcntl(fd.get(), F_GETFL);
    if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0)
        return systemFailure("cannot make a stream non-blocking");
    return {};
}

timespec wallClock()
{
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return now;
}

} // namespace

Result<Pipes> Pipes::make(const oci::Process& process, const oci::Linux& linux)
{
    const uid_t user = oci::hostId(linux.uidMappings, process.user.uid);
    const gid_t group = oci::hostId(linux.gidMappings, process.user.gid);
    Pipes pipes;
    const std::array<std::pair<UniqueFd*, UniqueFd*>, 3> ends{
        {{&pipes.programIn, &pipes.in}, {&pipes.out, &pipes.programOut}, {&pipes.err, &pipes.programErr}}};
    for (const auto& [readEnd, writeEnd] : ends) {
        os::Pipe pipe = TRY(os::makePipe());
        if (::fchown(pipe.read.get(), user, group) != 0)
            return systemFailure("cannot give a pipe to the program's user");
        *readEnd = std::move(pipe.read);
        *writeEnd = std::move(pipe.write);
    }
    return pipes;
}

Stdio::Stdio(EventLoop& loop, LogWriter& log)
    : m_loop(loop)
    , m_log(log)
    , m_clients(loop, {[this](std::string_view bytes) { type(bytes); }, [this] { endInput(); }})
{
}

Stdio::~Stdio()
{
    closeInput();
    closeSource(m_output);
    closeSource(m_error);
}

Result<void> Stdio::useTerminal(UniqueFd master)
{
    m_terminal = true;
    m_output = {std::move(master), Stream::Output};
    m_terminalPeer = TRY(os::openTerminalPeer(m_output.fd.borrow()));
    return watch(m_output);
}

Result<void> Stdio::usePipes(UniqueFd in, UniqueFd out, UniqueFd err)
{
    m_input = std::move(in);
    m_output = {std::move(out), Stream::Output};
    m_error = {std::move(err), Stream::Error};
    TRY(setNonBlocking(m_input.borrow()));
    TRY(m_loop.watch(m_input.borrow(), 0, [this](std::uint32_t events) {
        // EPOLLERR: the program has closed its standard input.
        if ((events & EPOLLERR) != 0)
            closeInput();
        else
            writeInput();
    }));
    TRY(watch(m_output));
    return watch(m_error);
}

Result<void> Stdio::watch(Source& source)
{
    TRY(setNonBlocking(source.fd.borrow()));
    return m_loop.watch(source.fd.borrow(), EPOLLIN, [this, &source](std::uint32_t events) {
        if ((events & EPOLLOUT) != 0)
            writeInput();
        if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
            readOnce(source);
    });
}

/// Whether there was something.
bool Stdio::readOnce(Source& source)
{
    std::array<char, kReadSize> bytes;
    const ssize_t length = ::read(source.fd.get(), bytes.data(), bytes.size());
    if (length > 0) {
        const std::string_view text{bytes.data(), static_cast<std::size_t>(length)};
        m_log.append(source.stream, text, wallClock());
        m_clients.broadcast(text);
        return true;
    }
    // A terminal whose last slave is closed says EIO (pty(7)).
    if (length == 0 || (errno != EAGAIN && errno != EINTR))
        closeSource(source);
    return false;
}

void Stdio::closeSource(Source& source)
{
    if (source.atEnd())
        return;
    m_loop.forget(source.fd.borrow());
    source.fd.reset();
}

BorrowedFd Stdio::inputFd() const
{
    return m_terminal ? m_output.fd.borrow() : m_input.borrow();
}

void Stdio::type(std::string_view bytes)
{
    if (!inputFd())
        return;
    m_typed += bytes;
    writeInput();
}

void Stdio::endInput()
{
    if (m_terminal)
        return;
    m_endAfterTyped = true;
    writeInput();
}

void Stdio::writeInput()
{
    if (!inputFd())
        return;
    while (!m_typed.empty()) {
        const ssize_t written = ::write(inputFd().get(), m_typed.data(), m_typed.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            if (written < 0 && errno == EPIPE)
                closeInput();
            break;
        }
        m_typed.erase(0, static_cast<std::size_t>(written));
    }
    if (m_typed.empty() && m_endAfterTyped)
        closeInput();
    m_clients.takeInput(m_typed.size() < kMaxTyped);
    if (const BorrowedFd fd = inputFd())
        m_loop.change(fd, (m_terminal ? EPOLLIN : 0u) | (m_typed.empty() ? 0u : EPOLLOUT));
}

void Stdio::closeInput()
{
    m_typed.clear();
    if (!m_input)
        return;
    m_loop.forget(m_input.borrow());
    m_input.reset();
}

Result<void> Stdio::resize(std::uint16_t rows, std::uint16_t columns)
{
    if (!m_terminal || m_output.atEnd())
        return failure(ErrorKind::WrongState, "the container has no terminal");
    return os::setWindowSize(m_output.fd.borrow(), {rows, columns});
}

void Stdio::drain()
{
    // What a pipe or terminal can hold is bounded, and a writer that is still there is not waited for.
    constexpr int kMaxReads = 64;
    for (Source* source : {&m_output, &m_error}) {
        for (int i = 0; i < kMaxReads && !source->atEnd() && readOnce(*source); ++i) { }
    }
}

void Stdio::drainToEnd()
{
    m_terminalPeer.reset();
    closeInput();
    for (Source* source : {&m_output, &m_error}) {
        while (!source->atEnd() && readOnce(*source)) { }
        closeSource(*source);
    }
    m_log.flushPartial();
}

} // namespace lamella::shim

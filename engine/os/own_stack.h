// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <csignal>
#include <cstddef>
#include <sys/mman.h>
#include <unistd.h>

/// What clone(2) with CLONE_VM needs.
namespace lamella::os {

/// A stack of its own for a process that shares the caller's memory: the caller's would be overwritten under it.
class OwnStack {
public:
    /// `size`: whole pages, of which only those that are touched take memory. The lowest ends who comes so far.
    explicit OwnStack(std::size_t size)
        : m_size(size)
        , m_bottom(::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0))
    {
        if (*this && ::mprotect(m_bottom, static_cast<std::size_t>(::getpagesize()), PROT_NONE) != 0) {
            ::munmap(m_bottom, size);
            m_bottom = MAP_FAILED;
        }
    }
    ~OwnStack()
    {
        if (*this)
            ::munmap(m_bottom, m_size);
    }
    OwnStack(const OwnStack&) = delete;
    OwnStack& operator=(const OwnStack&) = delete;

    /// False with errno.
    explicit operator bool() const { return m_bottom != MAP_FAILED; }
    void* top() const { return static_cast<char*>(m_bottom) + m_size; }

private:
    std::size_t m_size;
    void* m_bottom;
};

/// While it lives the calling thread takes no signals, and nor does who it clones: no handler may run on the stack of a
/// process that shares the memory of all threads.
class NoSignals {
public:
    NoSignals()
    {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &m_before);
    }
    ~NoSignals() { ::pthread_sigmask(SIG_SETMASK, &m_before, nullptr); }
    NoSignals(const NoSignals&) = delete;
    NoSignals& operator=(const NoSignals&) = delete;

private:
    sigset_t m_before{};
};

} // namespace lamella::os

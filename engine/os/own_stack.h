// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <csignal>
#include <cstddef>
#include <sys/mman.h>

/// What clone(2) with CLONE_VM needs.
namespace lamella::os {

/// A stack of its own for a process that shares the caller's memory: the caller's would be overwritten under it.
class OwnStack {
public:
    OwnStack()
        : m_bottom(::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0))
    {
    }
    ~OwnStack()
    {
        if (*this)
            ::munmap(m_bottom, kSize);
    }
    OwnStack(const OwnStack&) = delete;
    OwnStack& operator=(const OwnStack&) = delete;

    /// False with errno.
    explicit operator bool() const { return m_bottom != MAP_FAILED; }
    void* top() const { return static_cast<char*>(m_bottom) + kSize; }

private:
    static constexpr std::size_t kSize = 512 * 1024;
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

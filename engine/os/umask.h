// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/stat.h>

namespace lamella::os {

/// While it lives, what this process makes has just the mode that it asks for (umask(2)): also what another thread
/// makes.
class NoUmask {
public:
    NoUmask()
        : m_before(::umask(0))
    {
    }
    ~NoUmask() { ::umask(m_before); }
    NoUmask(const NoUmask&) = delete;
    NoUmask& operator=(const NoUmask&) = delete;

private:
    mode_t m_before;
};

} // namespace lamella::os

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/state_text.h"

#include <charconv>
#include <cstring>

namespace lamella::runtime {

namespace {

// Quotes within strings are escaped, so this is a member and nothing else.
constexpr std::string_view kMember = "\"pid\":1000000000";
constexpr std::size_t kWidth = 10; // digits of kPidToCome: as many as a PID can have

} // namespace

StateText::StateText(std::string text)
    : m_text(std::move(text))
{
    for (std::size_t at = m_text.find(kMember); at != std::string::npos; at = m_text.find(kMember, at + 1))
        m_places.push_back(at + kMember.size() - kWidth);
}

void StateText::setPid(pid_t pid)
{
    char digits[kWidth];
    const auto length = static_cast<std::size_t>(std::to_chars(digits, digits + kWidth, pid).ptr - digits);
    for (const std::size_t at : m_places) {
        // Blanks may stand behind a number.
        std::memcpy(m_text.data() + at, digits, length);
        std::memset(m_text.data() + at + length, ' ', kWidth - length);
    }
}

} // namespace lamella::runtime

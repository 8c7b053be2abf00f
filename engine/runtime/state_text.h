// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace lamella::runtime {

/// What stands for a PID that is not known yet in a document that becomes a StateText.
inline constexpr pid_t kPidToCome = 1'000'000'000;

/// A document of state_document.h as text that can be told the PID by a process that may not allocate any more.
class StateText {
public:
    StateText() = default;
    /// `text` is compact JSON; each member "pid" that is kPidToCome gets the PID.
    explicit StateText(std::string text);

    /// Async-signal-safe.
    void setPid(pid_t pid);
    std::string_view view() const { return m_text; }

private:
    std::string m_text;
    std::vector<std::size_t> m_places; ///< of the PIDs
};

} // namespace lamella::runtime

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store.h"

#include <mutex>
#include <string>

namespace lamella::image {

/// What a long call tells, collected from the threads that do the work: the sink is called by one of them at a time.
class LoadProgress {
public:
    explicit LoadProgress(const ProgressSink& sink)
        : m_sink(sink)
    {
    }

    /// Adds something that has a bar of its own; gives its number.
    std::size_t add(std::string name, Bytes total);

    /// Says what is being done now.
    void tell(std::string stage);

    /// Says how far the item has come.
    void tell(std::string stage, std::size_t item, Bytes done);

private:
    void pass(std::string stage);

    std::mutex m_mutex;
    const ProgressSink& m_sink;
    Progress m_progress;
};

} // namespace lamella::image

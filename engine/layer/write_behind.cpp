// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/write_behind.h"

#include <algorithm>
#include <system_error>

namespace lamella::layer {

WriteBehind::WriteBehind(ByteSink& sink)
    : m_sink(sink)
{
    for (auto& chunk : m_chunks)
        chunk.reserve(kChunk);
}

WriteBehind::~WriteBehind()
{
    end();
}

Result<void> WriteBehind::start()
{
    try {
        m_thread = std::thread{[this] { work(); }};
    } catch (const std::system_error& error) { // the standard library's
        return systemFailure("cannot start a thread to write with", error.code().value());
    }
    return {};
}

void WriteBehind::work()
{
    for (std::size_t next = 0;; next = (next + 1) % kChunks) {
        {
            std::unique_lock lock{m_mutex};
            m_changed.wait(lock, [this] { return m_ready > 0 || m_isEnd; });
            if (m_ready == 0)
                return;
        }
        auto taken = m_sink.write(m_chunks[next]);
        m_chunks[next].clear();
        {
            const std::lock_guard lock{m_mutex};
            --m_ready;
            if (!taken)
                m_error = taken.error();
        }
        m_changed.notify_all();
        if (!taken)
            return;
    }
}

Result<void> WriteBehind::write(std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        auto& chunk = m_chunks[m_filling];
        const auto piece = bytes.first(std::min(bytes.size(), kChunk - chunk.size()));
        chunk.insert(chunk.end(), piece.begin(), piece.end());
        bytes = bytes.subspan(piece.size());
        if (chunk.size() == kChunk)
            TRY(handOver());
    }
    return {};
}

// The chunk that is being filled goes to the thread; waits until there is another one to fill.
Result<void> WriteBehind::handOver()
{
    std::unique_lock lock{m_mutex};
    TRY(said());
    ++m_ready;
    m_filling = (m_filling + 1) % kChunks;
    m_changed.notify_all();
    m_changed.wait(lock, [this] { return m_ready < kChunks || m_error; });
    return said();
}

void WriteBehind::end()
{
    {
        const std::lock_guard lock{m_mutex};
        m_isEnd = true;
    }
    m_changed.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

Result<void> WriteBehind::finish()
{
    if (!m_chunks[m_filling].empty())
        TRY(handOver());
    end();
    return said();
}

} // namespace lamella::layer

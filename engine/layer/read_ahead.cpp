// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/read_ahead.h"

#include <algorithm>
#include <system_error>

namespace lamella::layer {

ReadAhead::ReadAhead(ByteSource& source)
    : m_source(source)
{
    for (auto& chunk : m_chunks)
        chunk.bytes.resize(kChunk);
}

ReadAhead::~ReadAhead() = default;

Result<void> ReadAhead::start()
{
    try {
        m_thread = std::jthread{[this](const std::stop_token& stop) { work(stop); }};
    } catch (const std::system_error& error) { // the standard library's
        return systemFailure("cannot start a thread to read with", error.code().value());
    }
    return {};
}

void ReadAhead::work(const std::stop_token& stop)
{
    for (std::size_t next = 0;; next = (next + 1) % kChunks) {
        {
            std::unique_lock lock{m_mutex};
            if (!m_changed.wait(lock, stop, [this] { return m_isRead && m_ready < kChunks; }))
                return;
        }
        auto& chunk = m_chunks[next];
        fill(chunk);
        {
            const std::lock_guard lock{m_mutex};
            ++m_ready;
        }
        m_changed.notify_all();
        if (chunk.end || chunk.exception)
            return;
    }
}

// As full as it gets, so that little is said between the threads.
void ReadAhead::fill(Chunk& chunk)
{
    chunk.filled = 0;
    try {
        while (chunk.filled < kChunk && !chunk.end) {
            const auto count = m_source.read(std::span{chunk.bytes}.subspan(chunk.filled));
            chunk.filled += count.value_or(0);
            if (!count)
                chunk.end = std::unexpected(count.error());
            else if (*count == 0)
                chunk.end = Result<void>{};
        }
    } catch (...) { // memory may be short here as it may there
        chunk.exception = std::current_exception();
    }
}

void ReadAhead::nextChunk()
{
    std::unique_lock lock{m_mutex};
    m_isRead = true;
    m_ready -= m_current ? 1 : 0;
    m_changed.notify_all();
    m_changed.wait(lock, [this] { return m_ready > 0; });
    m_current = !m_current || m_current == &m_chunks.back() ? m_chunks.data() : m_current + 1;
    m_at = 0;
}

Result<std::size_t> ReadAhead::read(std::span<std::byte> buffer)
{
    while (!m_current || m_at == m_current->filled) {
        if (buffer.empty())
            return 0;
        if (m_current && m_current->exception)
            std::rethrow_exception(m_current->exception);
        if (m_current && m_current->end) {
            TRY(Result<void>{*m_current->end});
            return 0;
        }
        nextChunk();
    }
    const auto count = std::min(buffer.size(), m_current->filled - m_at);
    std::copy_n(m_current->bytes.begin() + static_cast<std::ptrdiff_t>(m_at), count, buffer.begin());
    m_at += count;
    return count;
}

} // namespace lamella::layer

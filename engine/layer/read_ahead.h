// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/byte_source.h"

#include <array>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace lamella::layer {

/// Reads a source on a thread of its own, a little ahead of who reads this: what makes the bytes (decompressing,
/// hashing) and what uses them (writing files) then run at the same time.
class ReadAhead final : public ByteSource {
public:
    /// `source` is the thread's from start() until read() has returned 0 or an error.
    explicit ReadAhead(ByteSource& source);

    /// Waits until the thread's current read has ended.
    ~ReadAhead() override;
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    /// Makes the thread, which does nothing before the first read(). To be called once. Errors: it cannot be made.
    Result<void> start();

    /// Errors: those of the source, after all that came before; also its exceptions.
    Result<std::size_t> read(std::span<std::byte> buffer) override;

private:
    static constexpr std::size_t kChunk = 256u << 10;
    static constexpr std::size_t kChunks = 4;

    struct Chunk {
        std::vector<std::byte> bytes;
        std::size_t filled = 0;
        std::optional<Result<void>> end; ///< after what was filled
        std::exception_ptr exception;
    };

    void work(const std::stop_token& stop);
    void fill(Chunk& chunk);
    void nextChunk();

    ByteSource& m_source;
    std::array<Chunk, kChunks> m_chunks;
    Chunk* m_current = nullptr; ///< that is being read
    std::size_t m_at = 0; ///< in it

    std::mutex m_mutex; ///< guards what follows
    std::condition_variable_any m_changed;
    bool m_isRead = false;
    std::size_t m_ready = 0; ///< chunks that were filled and not given back
    std::jthread m_thread;
};

} // namespace lamella::layer

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/byte_sink.h"

#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace lamella::layer {

/// Passes what is written on to another sink, in the same order, on a thread of its own: what makes the bytes (reading
/// files) and what takes them (hashing, writing) then run at the same time.
class WriteBehind final : public ByteSink {
public:
    /// `sink` is the thread's from start() until finish() has returned or this has gone.
    explicit WriteBehind(ByteSink& sink);

    /// Waits until the sink has what was written so far, or has failed.
    ~WriteBehind() override;
    WriteBehind(const WriteBehind&) = delete;
    WriteBehind& operator=(const WriteBehind&) = delete;

    /// Makes the thread. To be called once, first. Errors: it cannot be made.
    Result<void> start();

    /// Errors: what the sink said of anything written before.
    Result<void> write(std::span<const std::byte> bytes) override;

    /// Waits until the sink has everything. To be called once, last. Errors: those of the sink.
    Result<void> finish();

private:
    static constexpr std::size_t kChunk = 256u << 10;
    static constexpr std::size_t kChunks = 4;

    void work();
    Result<void> handOver();
    void end();
    Result<void> said() const { return m_error ? Result<void>{std::unexpected(*m_error)} : Result<void>{}; }

    ByteSink& m_sink;
    std::array<std::vector<std::byte>, kChunks> m_chunks;
    std::size_t m_filling = 0; ///< the chunk that the writer fills

    std::mutex m_mutex; ///< guards what follows
    std::condition_variable m_changed;
    std::size_t m_ready = 0; ///< chunks that are the thread's
    bool m_isEnd = false;
    std::optional<Error> m_error;
    std::thread m_thread;
};

} // namespace lamella::layer

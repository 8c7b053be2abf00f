// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/layer_loads.h"

#include "engine/image/limits.h"

#include <algorithm>
#include <format>
#include <thread>

namespace lamella::image {

LayerLoads::LayerLoads(ImageStore::Private& store, ImportSource& source, uid_t owner, LoadProgress& progress)
    : m_store(store)
    , m_source(source)
    , m_owner(owner)
    , m_progress(progress)
    , m_writeOut(source.repository() ? layer::WriteOut::Whenever : layer::WriteOut::Soon)
{
}

Result<void> LayerLoads::add(const FoundImage& found, Image& image)
{
    std::vector<std::size_t> below;
    for (std::size_t position = 0; position < image.layers.size(); ++position) {
        auto& layer = image.layers[position];
        const auto& blob = found.layers[position];
        const auto same = std::ranges::find(m_jobs, layer.chainId, [](const Job& job) { return job.layer->chainId; });
        if (same != m_jobs.end()) {
            below.push_back(static_cast<std::size_t>(same - m_jobs.begin()));
            continue;
        }
        Job job{};
        job.blob = &blob;
        job.layer = &layer;
        job.position = position;
        job.count = image.layers.size();
        job.below = below;
        if (auto unpacked = m_source.takeUnpacked(position)) {
            TRY(checkDigests(blob, layer.diffId, unpacked->unpacked));
            job.isRead = unpacked->isProven;
            job.unpacked.emplace(std::move(*unpacked));
        }
        const bool isThere = job.unpacked || TRY(m_store.hasLayer(layer.chainId));
        if (!isThere)
            m_needed += blob.size;
        if (!job.unpacked && (!isThere || !TRY(m_store.ownsLayer(m_owner, layer.chainId))))
            job.item = m_progress.add(blob.digest, blob.size);
        below.push_back(m_jobs.size());
        m_jobs.push_back(std::move(job));
    }
    return {};
}

std::set<std::pair<std::string, std::string>> LayerLoads::read() const
{
    std::set<std::pair<std::string, std::string>> read;
    for (const auto& job : m_jobs) {
        if (job.isRead)
            read.insert({job.layer->diffId, job.blob->digest});
    }
    return read;
}

Result<void> LayerLoads::run(const std::stop_token& stop)
{
    const std::stop_callback passOn{stop, [this] { m_stop.request_stop(); }};
    const auto cores = std::max<std::size_t>(1, std::thread::hardware_concurrency());
    {
        const std::jthread publisher{[this] { publishAll(); }};
        {
            std::vector<std::jthread> others;
            for (std::size_t i = 1; i < std::min(cores, m_jobs.size()); ++i)
                others.emplace_back([this] { work(); });
            work();
        }
        const std::lock_guard lock{m_mutex};
        m_isEnd = true;
        m_unpacked.notify_one();
    }
    if (m_error)
        return std::unexpected(std::move(*m_error));
    if (stop.stop_requested())
        return failure(ErrorKind::Cancelled, "the load was cancelled");
    return {};
}

LayerLoads::Job* LayerLoads::next()
{
    const std::lock_guard lock{m_mutex};
    return m_stop.stop_requested() || m_next == m_jobs.size() ? nullptr : &m_jobs[m_next++];
}

void LayerLoads::work()
{
    while (auto* job = next()) {
        if (auto done = bring(*job); !done)
            fail(std::move(done).error().within(std::format("layer {} of {}", job->position + 1, job->count)));
    }
}

// What fails after the first has been ended by it.
void LayerLoads::fail(Error error)
{
    {
        const std::lock_guard lock{m_mutex};
        if (!m_error)
            m_error = std::move(error);
    }
    m_stop.request_stop();
}

Result<void> LayerLoads::bring(Job& job)
{
    auto claim = TRY(LayerClaim::take(m_store, job.layer->chainId, m_stop.get_token()));
    if (claim) {
        job.claim.emplace(std::move(*claim));
        if (!job.unpacked)
            TRY(unpack(job));
    } else {
        job.unpacked.reset(); // the store has the same already
        if (!job.isRead && !TRY(m_store.ownsLayer(m_owner, job.layer->chainId)))
            TRY(verify(job));
    }
    const std::lock_guard lock{m_mutex};
    job.isUnpacked = job.claim.has_value();
    job.isThere = !job.isUnpacked;
    m_unpacked.notify_one();
    return {};
}

// Layers are shared by content, and a digest is no secret: who only knows that another user has a layer must not get to
// read it. The layers below are proven by jobs of their own.
Result<void> LayerLoads::verify(Job& job)
{
    tell(job, "Checking", {});
    const auto blob = TRY(m_source.openBlob(*job.blob, m_stop.get_token()));
    const auto progress = [&](Bytes done) { tell(job, "Checking", done); };
    const auto hashed = TRY(m_store.worker.hash({blob, *job.blob, m_store.limits}, progress, m_stop.get_token()));
    TRY(checkDigests(*job.blob, job.layer->diffId, hashed));
    job.isRead = true;
    tell(job, "Checking", job.blob->size);
    return {};
}

Result<void> LayerLoads::unpack(Job& job)
{
    tell(job, "Unpacking", {});
    auto blob = TRY(m_source.openBlob(*job.blob, m_stop.get_token()));
    const auto progress = [&](Bytes done) { tell(job, "Unpacking", done); };
    job.unpacked.emplace(
        TRY(unpackLayer(m_store, std::move(blob), *job.blob, m_writeOut, progress, m_stop.get_token())));
    TRY(checkDigests(*job.blob, job.layer->diffId, job.unpacked->unpacked));
    job.isRead = true;
    tell(job, "Unpacking", job.blob->size);
    return {};
}

void LayerLoads::tell(const Job& job, std::string_view doing, Bytes done)
{
    auto stage = std::format("{} layer {} of {}", doing, job.position + 1, job.count);
    if (job.item)
        m_progress.tell(std::move(stage), *job.item, done);
    else
        m_progress.tell(std::move(stage));
}

// On a thread of its own: writing to the disk takes its time, and others go on unpacking meanwhile.
void LayerLoads::publishAll()
{
    std::unique_lock lock{m_mutex};
    for (;;) {
        const auto jobs = ready();
        if (jobs.empty() && m_isEnd)
            return;
        if (jobs.empty()) {
            m_unpacked.wait(lock);
            continue;
        }
        lock.unlock();
        if (auto done = publish(jobs); !done)
            return fail(std::move(done).error());
        lock.lock();
        for (auto* job : jobs)
            job->isThere = true;
    }
}

std::vector<LayerLoads::Job*> LayerLoads::ready()
{
    std::vector<Job*> jobs;
    const auto isDone
        = [&](std::size_t index) { return m_jobs[index].isThere || std::ranges::contains(jobs, &m_jobs[index]); };
    for (auto& job : m_jobs) {
        if (job.isUnpacked && !job.isThere && std::ranges::all_of(job.below, isDone))
            jobs.push_back(&job);
    }
    return jobs;
}

Result<void> LayerLoads::publish(const std::vector<Job*>& jobs)
{
    if (m_stop.stop_requested())
        return failure(ErrorKind::Cancelled, "the load was cancelled");
    const Job* unpacked = nullptr;
    for (const auto* job : jobs) {
        if (job->unpacked->staged.isArchive())
            continue;
        unpacked = job;
        std::vector<std::filesystem::path> below;
        for (const auto index : job->below) {
            const auto& lower = m_jobs[index];
            below.push_back(lower.unpacked ? m_store.directories.diff(lower.unpacked->staged)
                                           : m_store.directories.diff(lower.layer->chainId));
        }
        TRY(job->unpacked->staged.complete(job->unpacked->unpacked.extracted, below));
    }
    // It writes the whole file system: once for all that are ready.
    if (unpacked && m_writeOut == layer::WriteOut::Soon)
        TRY(unpacked->unpacked->staged.sync());
    m_store.step("synced");
    for (auto* job : jobs)
        TRY(publish(*job));
    return {};
}

Result<void> LayerLoads::publish(Job& job)
{
    auto& layer = *job.layer;
    const auto extracted = std::move(job.unpacked->unpacked.extracted);
    if (m_writeOut == layer::WriteOut::Soon)
        TRY(job.unpacked->staged.publish(layer.chainId));
    else
        TRY(m_store.unsynced.publish(job.unpacked->staged, layer.chainId));
    job.unpacked.reset();
    m_store.step("published");
    layer.size = extracted.size;
    {
        auto connection = m_store.database.lock();
        TRY(rows::addLayer(connection, layer, extracted.entries));
    }
    m_store.step("layer recorded");
    job.claim.reset();
    return {};
}

} // namespace lamella::image

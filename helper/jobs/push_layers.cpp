// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/push_layers.h"

#include "helper/jobs/packed_layer.h"

#include <algorithm>
#include <format>
#include <set>
#include <thread>
#include <tuple>

namespace lamella::helper {

using image::LayerBlob;
using image::LayerPlace;

namespace {

/// Each has a compressed copy on the disk, and compressing takes a core.
constexpr std::size_t kAtOnce = 3;

} // namespace

PushProgress::PushProgress(const image::ProgressSink& sink, const image::Image& image)
    : m_sink(sink)
{
    for (const image::Layer& layer : image.layers) {
        if (!std::ranges::contains(m_progress.items, layer.diffId, &image::Progress::Item::name))
            m_progress.items.push_back({layer.diffId, {}, {}});
    }
}

void PushProgress::tell(std::string stage)
{
    const std::scoped_lock lock(m_mutex);
    m_progress.stage = std::move(stage);
    m_sink(m_progress);
}

void PushProgress::tell(const std::string& diffId, Bytes done, Bytes total)
{
    const std::scoped_lock lock(m_mutex);
    auto& item = *std::ranges::find(m_progress.items, diffId, &image::Progress::Item::name);
    item.done = done;
    item.total = total;
    m_progress.done = m_progress.total = {};
    for (const auto& one : m_progress.items) {
        m_progress.done += one.done;
        m_progress.total += one.total;
    }
    m_sink(m_progress);
}

PushLayers::PushLayers(const PushTask& task, bool usesKnown)
    : m_task(task)
    , m_usesKnown(usesKnown)
    , m_directories(task.images.layerDirectories(task.image))
{
    std::set<std::string> seen;
    for (std::size_t i = 0; i < task.image.layers.size(); ++i) {
        if (seen.insert(task.image.layers[i].diffId).second)
            m_jobs.push_back({i, std::nullopt});
    }
}

Result<std::vector<LayerBlob>> PushLayers::run(const std::stop_token& stop)
{
    const std::stop_callback passOn{stop, [this] { m_stop.request_stop(); }};
    {
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < std::min(kAtOnce, m_jobs.size()); ++i)
            others.emplace_back([this] { work(m_stop.get_token()); });
        work(m_stop.get_token());
    }
    if (m_error)
        return std::unexpected(*m_error);
    if (stop.stop_requested())
        return failure(ErrorKind::Cancelled, "the push was cancelled");
    std::vector<LayerBlob> blobs;
    for (const image::Layer& layer : m_task.image.layers) {
        const auto job
            = std::ranges::find(m_jobs, layer.diffId, [this](const Job& one) { return layerOf(one).diffId; });
        blobs.push_back(*job->blob);
    }
    return blobs;
}

PushLayers::Job* PushLayers::next()
{
    const std::scoped_lock lock(m_mutex);
    return m_stop.stop_requested() || m_next == m_jobs.size() ? nullptr : &m_jobs[m_next++];
}

void PushLayers::work(const std::stop_token& stop)
{
    while (Job* job = next()) {
        auto blob = bring(*job, stop);
        if (blob) {
            m_task.progress.tell(layerOf(*job).diffId, blob->size, blob->size);
            job->blob = std::move(*blob);
            continue;
        }
        {
            const std::scoped_lock lock(m_mutex);
            if (!m_error)
                m_error = std::move(blob).error().within(
                    std::format("layer {} of {}", job->position + 1, m_task.image.layers.size()));
        }
        m_stop.request_stop(); // what fails after the first has been ended by it
    }
}

Result<LayerBlob> PushLayers::bring(const Job& job, const std::stop_token& stop)
{
    if (m_usesKnown) {
        if (auto known = TRY(takeKnown(job, stop))) {
            const std::scoped_lock lock(m_mutex);
            m_tookKnown = true;
            return std::move(*known);
        }
    }
    return send(job, stop);
}

/// What the image's own manifest names comes first, so that it can be sent as it is; then what the repository has.
std::vector<LayerPlace> PushLayers::inOrder(std::vector<LayerPlace> places, std::size_t position) const
{
    const auto& blobs = m_task.documents.blobs;
    const auto rank = [&](const LayerPlace& place) {
        const bool isOriginal = position < blobs.size() && blobs[position] == place.blob;
        return (isOriginal ? 0 : 2) + (place.repository == m_task.request.name.repository ? 0 : 1);
    };
    std::ranges::stable_sort(places, {}, rank);
    return places;
}

Result<std::optional<LayerBlob>> PushLayers::takeKnown(const Job& job, const std::stop_token& stop)
{
    const auto& name = m_task.request.name;
    const auto places
        = inOrder(TRY(m_task.images.layerPlaces(m_task.image.owner, layerOf(job).diffId, name.registry)), job.position);
    std::set<std::string> missing;
    for (const LayerPlace& place : places) {
        if (!missing.contains(place.blob.digest)
            && TRY(m_task.fetcher.hasBlob(name, m_task.request.access, place.blob.digest, stop)))
            return place.blob;
        missing.insert(place.blob.digest);
        if (place.repository != name.repository && TRY(mount(place, stop)))
            return place.blob;
    }
    return std::nullopt;
}

/// A registry that refuses it is one that gets the layer sent.
Result<bool> PushLayers::mount(const LayerPlace& place, const std::stop_token& stop)
{
    auto mounted = m_task.fetcher.mountBlob(m_task.request.name, m_task.request.access, place.blob.digest,
                                            place.repository, stop);
    if (!mounted && mounted.error().kind == ErrorKind::Cancelled)
        return mounted;
    return mounted.value_or(false);
}

Result<LayerBlob> PushLayers::send(const Job& job, const std::stop_token& stop)
{
    const auto what = std::format("layer {} of {}", job.position + 1, m_task.image.layers.size());
    m_task.progress.tell("Compressing " + what);
    const auto packed = TRY(packLayer(layerOf(job), m_directories[job.position], m_task.scratch, stop));
    const auto& [name, access] = std::tie(m_task.request.name, m_task.request.access);
    if (TRY(m_task.fetcher.hasBlob(name, access, packed.blob.digest, stop)))
        return packed.blob;
    m_task.progress.tell("Sending " + what);
    const auto tell = [&](Bytes done) { m_task.progress.tell(layerOf(job).diffId, done, packed.blob.size); };
    TRY(m_task.fetcher.pushBlob(name, access, packed.blob.digest, packed.blob.size, packed.file.borrow(), tell, stop));
    return packed.blob;
}

Result<void> PushLayers::remember() const
{
    const auto& name = m_task.request.name;
    for (const Job& job : m_jobs) {
        TRY(m_task.images.addLayerPlace(m_task.image.owner, layerOf(job).diffId,
                                        {name.registry, name.repository, *job.blob}));
    }
    return {};
}

} // namespace lamella::helper

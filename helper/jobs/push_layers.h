// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/jobs/pull_image.h"

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace lamella::helper {

/// How far the layers of a push are. Told from several threads.
class PushProgress {
public:
    PushProgress(const image::ProgressSink& sink, const image::Image& image);

    void tell(std::string stage);
    void tell(const std::string& diffId, Bytes done, Bytes total);

private:
    const image::ProgressSink& m_sink;
    std::mutex m_mutex;
    image::Progress m_progress;
};

/// What a push is made of. All of it outlives the push.
struct PushTask {
    image::ImageStore& images;
    const image::Image& image;
    const image::ImageDocuments& documents;
    registry::Fetcher& fetcher;
    const RegistryRequest& request;
    const std::filesystem::path& scratch;
    PushProgress& progress;
};

/// Brings the layers of an image into a repository, a few side by side: one that its owner knows to be in the registry
/// is looked for there, and taken over from another repository of it; what is not found is compressed and sent.
class PushLayers {
public:
    /// `usesKnown`: otherwise nothing is taken for being there but what is compressed and looked for.
    PushLayers(const PushTask& task, bool usesKnown);

    /// Of all layers, from the bottom. Nothing of it runs on after this has returned. Errors: the first that came up.
    Result<std::vector<image::LayerBlob>> run(const std::stop_token& stop);

    /// Something was taken for being there because it had been there before.
    bool tookKnown() const { return m_tookKnown; }

    /// Remembers where the layers are now.
    Result<void> remember() const;

private:
    struct Job {
        std::size_t position = 0; ///< of the first layer with this diffID
        std::optional<image::LayerBlob> blob; ///< when it is there
    };

    void work(const std::stop_token& stop);
    Job* next();
    Result<image::LayerBlob> bring(const Job& job, const std::stop_token& stop);
    Result<std::optional<image::LayerBlob>> takeKnown(const Job& job, const std::stop_token& stop);
    Result<bool> mount(const image::LayerPlace& place, const std::stop_token& stop);
    Result<image::LayerBlob> send(const Job& job, const std::stop_token& stop);
    std::vector<image::LayerPlace> inOrder(std::vector<image::LayerPlace> places, std::size_t position) const;
    const image::Layer& layerOf(const Job& job) const { return m_task.image.layers[job.position]; }

    const PushTask& m_task;
    bool m_usesKnown;
    std::vector<std::filesystem::path> m_directories;
    std::vector<Job> m_jobs;

    std::mutex m_mutex; ///< guards what follows
    std::size_t m_next = 0;
    bool m_tookKnown = false;
    std::optional<Error> m_error;
    std::stop_source m_stop;
};

} // namespace lamella::helper

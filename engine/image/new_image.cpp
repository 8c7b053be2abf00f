// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/new_image.h"

#include "engine/base/json.h"
#include "engine/image/limits.h"
#include "engine/image/manifest_text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <format>

namespace lamella::image {

namespace {

using nlohmann::json;

json& objectIn(json& parent, const char* key)
{
    auto& member = parent[key];
    if (!member.is_object())
        member = json::object();
    return member;
}

// What has the name already is replaced.
void setVariables(json& run, const std::vector<std::string>& variables)
{
    auto& list = run["Env"];
    if (!list.is_array())
        list = json::array();
    for (const auto& variable : variables) {
        const auto name = variable.substr(0, variable.find('=') + 1);
        const auto found
            = std::ranges::find_if(list, [&](const json& old) { return old.get<std::string>().starts_with(name); });
        if (found == list.end())
            list.push_back(variable);
        else
            *found = variable;
    }
}

void unsetVariables(json& run, const std::vector<std::string>& names)
{
    const auto list = run.find("Env");
    if (list == run.end() || !list->is_array())
        return;
    for (const auto& name : names)
        std::erase_if(list->get_ref<json::array_t&>(), [&](const json& one) {
            const auto& variable = one.get_ref<const std::string&>();
            return variable == name || variable.starts_with(name + '=');
        });
    if (list->empty())
        run.erase(list);
}

// config.md, "config". What is empty is left out, so that a reader takes its own default. An image's command belongs to
// its entrypoint: a new one makes it meaningless, as in a Dockerfile.
void apply(const NewImageSettings& settings, json& run)
{
    const auto set = [&run](const char* key, const auto& value) {
        if (!value.empty())
            run[key] = value;
    };
    if (!settings.entrypoint.empty())
        run.erase("Cmd");
    set("Entrypoint", settings.entrypoint);
    set("Cmd", settings.cmd);
    set("WorkingDir", settings.workingDir);
    set("User", settings.user);
    set("StopSignal", settings.stopSignal);
    unsetVariables(run, settings.unsetEnv);
    if (!settings.env.empty())
        setVariables(run, settings.env);
    for (const auto& label : settings.labels)
        objectIn(run, "Labels")[label.substr(0, label.find('='))] = label.substr(label.find('=') + 1);
    for (const auto& port : settings.exposedPorts)
        objectIn(run, "ExposedPorts")[port.contains('/') ? port : port + "/tcp"] = json::object();
    for (const auto& volume : settings.volumes)
        objectIn(run, "Volumes")[volume] = json::object();
}

// A history that does not speak of each layer below would have the new step stand for another one.
void addStep(json& config, std::size_t layersBelow, json step)
{
    auto& history = config["history"];
    if (!history.is_array())
        history = json::array();
    const auto hasLayer = [](const json& entry) { return !entry.value("empty_layer", false); };
    const auto known = static_cast<std::size_t>(std::ranges::count_if(history, hasLayer));
    for (auto i = known; i < layersBelow; ++i)
        history.push_back(json::object());
    history.push_back(std::move(step));
}

json emptyConfig()
{
    return {{"architecture", ownArchitecture()},
            {"os", "linux"},
            {"rootfs", {{"type", "layers"}, {"diff_ids", json::array()}}}};
}

Result<json> baseConfig(const NewImageRequest& image)
{
    if (image.base.config.empty())
        return emptyConfig();
    const auto known = TRY(parseConfig(image.base.config)); // everything is of the type that it must have
    if (known.diffIds.size() >= limits::kLayers)
        return failure(ErrorKind::LimitExceeded,
                       std::format("the image would have more than {} layers", limits::kLayers));
    return parseJson(image.base.config, "the config of the image below", limits::kDocument.value);
}

Result<std::string> configText(const NewImageRequest& image)
{
    const auto& settings = image.settings;
    auto config = TRY(baseConfig(image));
    const auto created = std::format("{:%FT%TZ}", std::chrono::sys_time<std::chrono::microseconds>{settings.created});
    config["created"] = created;
    json step{{"created", created}, {"created_by", image.createdBy}};
    if (!settings.author.empty())
        config["author"] = step["author"] = settings.author;
    if (!settings.message.empty())
        step["comment"] = settings.message;
    apply(settings, objectIn(config, "config"));
    auto& diffIds = objectIn(config, "rootfs")["diff_ids"];
    addStep(config, diffIds.size(), std::move(step));
    diffIds.push_back(image.diffId);
    auto text = config.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() > limits::kDocument.value)
        return failure(ErrorKind::LimitExceeded, "the new image's config is too large");
    return text;
}

} // namespace

Result<FoundImage> makeImage(const NewImageRequest& image)
{
    FoundImage made;
    made.configText = TRY(configText(image));
    made.config = TRY(parseConfig(made.configText));
    if (!image.base.manifest.empty())
        made.layers = TRY(parseManifest(image.base.manifest)).layers;
    made.layers.push_back(image.layer);
    if (made.layers.size() != made.config.diffIds.size())
        return failure(ErrorKind::InvalidArgument,
                       "manifest and config of the image below do not have the same layers");
    made.manifestText = manifestText(made.configText, made.layers);
    if (!image.settings.reference.empty())
        made.references = {image.settings.reference};
    return made;
}

} // namespace lamella::image

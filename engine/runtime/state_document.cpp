// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/state_document.h"

#include <nlohmann/json.hpp>

namespace lamella::runtime {

nlohmann::json stateDocument(const ContainerState& state)
{
    nlohmann::json document{
        {"ociVersion", kOciVersion}, {"id", state.id}, {"status", state.status}, {"bundle", state.bundle}};
    if (state.pid != 0 && state.status != "stopped")
        document["pid"] = state.pid;
    if (!state.annotations.empty())
        document["annotations"] = state.annotations;
    return document;
}

std::string stateText(const ContainerState& state)
{
    return textOf(stateDocument(state));
}

std::string textOf(const nlohmann::json& document)
{
    return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace lamella::runtime

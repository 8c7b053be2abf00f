// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/spec.h"

#include "engine/base/json.h"
#include "engine/oci/json_node.h"
#include "engine/oci/parse.h"
#include "engine/oci/validate.h"

#include <array>

namespace lamella::oci {

namespace {

constexpr std::size_t kMaxSpec = 4u << 20;

Result<void> parseRoot(const Node& root, Spec& spec)
{
    TRY(root.mustBeObject());
    TRY(read(root["path"], spec.rootPath));
    if (spec.rootPath.empty())
        return root["path"].wrong("is missing");
    return read(root["readonly"], spec.rootReadonly);
}

/// What would make the container another one than asked for if we went on without it.
Result<void> refuseOfDocument(const Node& document)
{
    for (const char* key : {"solaris", "windows", "vm", "zos"}) {
        if (document[key].filled())
            return document[key].wrong("is not supported", ErrorKind::Unsupported);
    }
    return {};
}

} // namespace

Result<Spec> parseSpec(std::string_view text)
{
    const nlohmann::json root = TRY(parseJson(text, "config.json", kMaxSpec));
    const Node document{&root, ""};
    if (!root.is_object())
        return document.wrong("must be an object");
    Spec spec;
    TRY(read(document["ociVersion"], spec.ociVersion));
    if (!spec.ociVersion.starts_with("1."))
        return document["ociVersion"].wrong("must be 1.x", ErrorKind::Unsupported);
    TRY(refuseOfDocument(document));
    spec.hasProcess = document["process"].present();
    if (spec.hasProcess)
        spec.process = TRY(parseProcessNode(document["process"]));
    spec.hooks = TRY(parseHooksNode(document["hooks"]));
    TRY(parseRoot(document["root"], spec));
    TRY(read(document["hostname"], spec.hostname));
    TRY(read(document["domainname"], spec.domainname));
    spec.mounts = TRY(parseMountsNode(document["mounts"]));
    TRY(read(document["annotations"], spec.annotations));
    spec.linux = TRY(parseLinuxNode(document["linux"]));
    TRY(validate(spec));
    return spec;
}

Result<Process> parseProcess(std::string_view text)
{
    const nlohmann::json root = TRY(parseJson(text, "process.json", kMaxSpec));
    const Node document{&root, "process"};
    if (!root.is_object())
        return document.wrong("must be an object");
    Process process = TRY(parseProcessNode(document));
    TRY(validate(process));
    return process;
}

} // namespace lamella::oci

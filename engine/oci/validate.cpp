// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/validate.h"

#include "engine/base/compose.h"
#include "engine/oci/validate_namespaces.h"

#include <algorithm>
#include <array>

namespace lamella::oci {

namespace {

std::unexpected<Error> wrong(std::string text)
{
    return failure(ErrorKind::InvalidArgument, "config.json: " + std::move(text));
}

} // namespace

const Namespace* findNamespace(const Spec& spec, NamespaceType type)
{
    const auto found = std::ranges::find(spec.linux.namespaces, type, &Namespace::type);
    return found == spec.linux.namespaces.end() ? nullptr : &*found;
}

Result<void> validate(const Spec& spec)
{
    if (spec.hasProcess)
        TRY(validate(spec.process));
    TRY(validateNamespaces(spec));
    TRY(validateMounts(spec));
    TRY(validateSysctls(spec));
    TRY(validate(spec.linux.resources));
    if (compose("/{}/", spec.linux.cgroupsPath).contains("/../"))
        return wrong("linux.cgroupsPath contains \"..\"");
    return {};
}

} // namespace lamella::oci

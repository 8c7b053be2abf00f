// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/known_names.h"
#include "engine/oci/mount_options.h"
#include "engine/oci/spec.h"
#include "engine/runtime/cli/commands.h"
#include "engine/runtime/seccomp.h"
#include "engine/runtime/state_document.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace lamella::runtime::cli {

namespace {

using nlohmann::json;

json sorted(auto names)
{
    std::ranges::sort(names);
    return names;
}

json enabled(bool value)
{
    return {{"enabled", value}};
}

json seccompFeatures()
{
    const json flags = sorted(knownSeccompFlags());
    return {{"enabled", true},
            {"actions", sorted(oci::knownSeccompActions())},
            {"operators", sorted(oci::knownSeccompOperators())},
            {"archs", sorted(knownSeccompArchitectures())},
            {"knownFlags", flags},
            {"supportedFlags", flags}};
}

/// features-linux.md. Only what the specification's version that we name has.
json linuxFeatures()
{
    return {{"namespaces", sorted(oci::knownNamespaces())},
            {"capabilities", oci::knownCapabilities()},
            {"cgroup", {{"v1", true}, {"v2", true}, {"systemd", true}, {"systemdUser", false}, {"rdma", true}}},
            {"seccomp", seccompFeatures()},
            {"apparmor", enabled(true)},
            {"selinux", enabled(true)},
            {"intelRdt", enabled(false)},
            {"mountExtensions", {{"idmap", enabled(true)}}}};
}

} // namespace

Result<int> featuresCommand(const Options&)
{
    const json document{{"ociVersionMin", "1.0.0"},
                        {"ociVersionMax", kOciVersion},
                        {"hooks", oci::knownHooks()},
                        {"mountOptions", oci::mountOptionNames()},
                        {"linux", linuxFeatures()},
                        {"annotations", {{"org.lamella.runtime.version", LAMELLA_VERSION}}},
                        // Directories of the host that become the root file system; a program that tells of its start.
                        {"potentiallyUnsafeConfigAnnotations",
                         {oci::kAnnotationLower, oci::kAnnotationUpper, oci::kAnnotationWork, oci::kAnnotationLayers,
                          oci::kAnnotationInit}}};
    std::puts(document.dump(4).c_str());
    return 0;
}

} // namespace lamella::runtime::cli

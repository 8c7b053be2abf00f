// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/privileged/image/store_fixture.h"

#include <KCompressionDevice>
#include <QBuffer>

/// What the tests of archives share: archives to load.
namespace lamella::image {

/// The layout as one archive.
inline std::string tarOf(const TestLayout& layout)
{
    std::vector<starter::TarMember> members;
    for (const auto& entry : fs::recursive_directory_iterator(layout.path())) {
        const auto name = fs::relative(entry.path(), layout.path()).string();
        if (entry.is_regular_file())
            members.push_back(file("./" + name, os::readFile(entry.path(), 64u << 20).value()));
        else
            members.push_back({.type = '5', .name = "./" + name + "/", .link = {}, .data = {}});
    }
    return archiveOf(members);
}

inline std::string configOf(const std::vector<std::string>& archives, const json& change = json::object())
{
    json diffIds = json::array();
    for (const auto& archive : archives)
        diffIds.push_back(layer::digestOf(archive));
    json config{{"architecture", "amd64"},
                {"os", "linux"},
                {"rootfs", {{"type", "layers"}, {"diff_ids", diffIds}}},
                {"config", {{"Cmd", {"/bin/sh"}}}}};
    config.merge_patch(change);
    return config.dump();
}

inline std::string packed(const std::string& bytes, KCompressionDevice::CompressionType type)
{
    QBuffer buffer;
    KCompressionDevice device(&buffer, false, type);
    if (!device.open(QIODevice::WriteOnly)
        || device.write(bytes.data(), static_cast<qint64>(bytes.size())) != static_cast<qint64>(bytes.size()))
        qFatal("cannot compress");
    device.close();
    return buffer.data().toStdString();
}

} // namespace lamella::image

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/peer_bundle.h"

#include "engine/oci/spec.h"

#include <sys/mount.h>

#include <cstdlib>
#include <format>
#include <fstream>
#include <iterator>
#include <utility>

namespace lamella::bench {

namespace {

Result<void> command(const std::string& line)
{
    if (std::system(line.c_str()) != 0)
        return failure(ErrorKind::Failed, std::format("'{}' failed", line));
    return {};
}

/// The lower directories with the directory of all layers replaced by where it is mounted with the id map.
std::string through(const std::string& lower, const std::string& layers, const std::string& mapped)
{
    std::string result = lower;
    for (std::size_t at = 0; (at = result.find(layers, at)) != std::string::npos; at += mapped.size())
        result.replace(at, layers.size(), mapped);
    return result;
}

} // namespace

Result<PeerBundle> PeerBundle::mount(const std::filesystem::path& bundle)
{
    std::ifstream in(bundle / "config.json");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const oci::Spec spec = TRY_WITHIN("the peer's bundle", oci::parseSpec(text));
    const auto annotation = [&](std::string_view key) { return spec.annotations.at(std::string{key}); };
    // The peer opens the root file system as the container's root, whom our directories (0700) keep out.
    for (std::filesystem::path directory = bundle; directory != bundle.parent_path().parent_path().parent_path();
         directory = directory.parent_path())
        std::filesystem::permissions(directory, std::filesystem::perms::others_exec,
                                     std::filesystem::perm_options::add);
    PeerBundle mounted;
    std::string directory = "/tmp/peer-XXXXXX";
    if (::mkdtemp(directory.data()) == nullptr)
        return systemFailure("cannot make a directory in /tmp");
    mounted.m_layers = directory;
    const oci::IdMapping& map = spec.linux.uidMappings.front();
    TRY(command(std::format("mount --bind -o X-mount.idmap=b:{}:{}:{} {} {}", map.containerId, map.hostId, map.size,
                            annotation(oci::kAnnotationLayers), mounted.m_layers.string())));
    mounted.m_rootfs = bundle / spec.rootPath;
    // mount(2), because fsconfig(2), which mount(8) uses, gives an option at most 256 characters.
    const std::string options
        = std::format("lowerdir={},upperdir={},workdir={}",
                      through(annotation(oci::kAnnotationLower), annotation(oci::kAnnotationLayers), mounted.m_layers),
                      annotation(oci::kAnnotationUpper), annotation(oci::kAnnotationWork));
    if (::mount("overlay", mounted.m_rootfs.c_str(), "overlay", 0, options.c_str()) != 0)
        return systemFailure(std::format("cannot mount an overlay on {}", mounted.m_rootfs.string()));
    return mounted;
}

PeerBundle::PeerBundle(PeerBundle&& other) noexcept
    : m_rootfs(std::exchange(other.m_rootfs, {}))
    , m_layers(std::exchange(other.m_layers, {}))
{
}

PeerBundle::~PeerBundle()
{
    if (!m_rootfs.empty())
        ::umount2(m_rootfs.c_str(), MNT_DETACH);
    if (!m_layers.empty()) {
        ::umount2(m_layers.c_str(), MNT_DETACH);
        std::error_code ignored;
        std::filesystem::remove(m_layers, ignored);
    }
}

} // namespace lamella::bench

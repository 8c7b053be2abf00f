// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/layout.h"

#include "engine/cgroup/files.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fcntl.h>
#include <linux/magic.h>
#include <ranges>
#include <sys/vfs.h>

namespace lamella::cgroup {

namespace {

constexpr std::array<std::string_view, 8> kAlwaysUsed{"cpu",  "cpuacct", "cpuset",  "memory",
                                                      "pids", "blkio",   "devices", "freezer"};
constexpr std::array<std::string_view, 4> kOnDemand{"hugetlb", "net_cls", "net_prio", "rdma"};
constexpr std::string_view kUsualPlace = "/sys/fs/cgroup";

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (auto part : std::views::split(text, separator))
        parts.emplace_back(part.begin(), part.end());
    return parts;
}

// mountinfo writes space, tab, newline and backslash as \ooo.
std::string unescape(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 3 >= text.size()) {
            plain += text[i];
            continue;
        }
        const int code = (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
        plain += static_cast<char>(code);
        i += 3;
    }
    return plain;
}

/// At the usual place or directly below it, where containers see it too.
bool isSeen(std::string_view mountPoint)
{
    return mountPoint.starts_with(kUsualPlace)
        && (mountPoint.size() == kUsualPlace.size()
            || (mountPoint[kUsualPlace.size()] == '/' && !mountPoint.substr(kUsualPlace.size() + 1).contains('/')));
}

bool isUsual(std::string_view mountPoint)
{
    return mountPoint.starts_with(kUsualPlace);
}

std::vector<std::string> usedControllers(std::string_view superOptions)
{
    std::vector<std::string> used;
    for (const auto option : split(superOptions, ',')) {
        if (std::ranges::contains(kAlwaysUsed, option) || std::ranges::contains(kOnDemand, option))
            used.emplace_back(option);
    }
    return used;
}

void addV1(Layout& layout, std::vector<std::string> controllers, std::string mountPoint)
{
    if (controllers.empty())
        return;
    const auto known = std::ranges::find_if(layout.v1, [&](const V1Hierarchy& other) {
        return std::ranges::contains(other.controllers, controllers.front());
    });
    if (known == layout.v1.end())
        layout.v1.push_back({std::move(controllers), std::move(mountPoint)});
    else if (isUsual(mountPoint) && !isUsual(known->mountPoint))
        known->mountPoint = std::move(mountPoint);
}

void addLine(Layout& layout, std::string_view line)
{
    const auto halves = line.find(" - ");
    if (halves == std::string_view::npos)
        return;
    const auto mount = split(line.substr(0, halves), ' ');
    const auto fileSystem = split(line.substr(halves + 3), ' ');
    if (mount.size() < 5 || fileSystem.size() < 3)
        return;
    std::string mountPoint = unescape(mount[4]);
    const auto take = [&](std::string& known) {
        if (known.empty() || (isUsual(mountPoint) && !isUsual(known)))
            known = mountPoint;
    };
    if (fileSystem[0].starts_with("cgroup") && isSeen(mountPoint)
        && !std::ranges::contains(layout.mounted, mountPoint, &MountedTree::point))
        layout.mounted.push_back({mountPoint, fileSystem[0] == "cgroup2"});
    if (fileSystem[0] == "cgroup2")
        take(layout.unified);
    else if (fileSystem[0] == "cgroup" && std::ranges::contains(split(fileSystem[2], ','), "name=systemd"))
        take(layout.systemd);
    else if (fileSystem[0] == "cgroup")
        addV1(layout, usedControllers(fileSystem[2]), std::move(mountPoint));
}

Result<Layout> machineLayout()
{
    // A v2 machine need not read the whole mount table.
    struct statfs info = {};
    if (::statfs(kUsualPlace.data(), &info) == 0 && info.f_type == CGROUP2_SUPER_MAGIC)
        return Layout{.mode = Mode::V2,
                      .v1 = {},
                      .unified = std::string{kUsualPlace},
                      .mounted = {{std::string{kUsualPlace}, true}}};
    return parseLayout(TRY(readAt(BorrowedFd{AT_FDCWD}, "/proc/self/mountinfo")));
}

Result<UniqueFd> openMountPoint(const std::string& path)
{
    UniqueFd fd{::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!fd)
        return systemFailure("cannot open the cgroup tree " + path);
    return fd;
}

/// A tree that only tracks processes: nothing where another mount covers it, as a container or a test may do.
UniqueFd openTracking(const std::string& path, unsigned long magic)
{
    UniqueFd fd{::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    struct statfs info = {};
    if (!fd || ::fstatfs(fd.get(), &info) != 0 || static_cast<unsigned long>(info.f_type) != magic)
        return {};
    return fd;
}

} // namespace

Result<Layout> parseLayout(std::string_view mountinfo)
{
    Layout layout;
    for (const auto line : split(mountinfo, '\n'))
        addLine(layout, line);
    if (layout.v1.empty() && layout.unified.empty())
        return failure(ErrorKind::Unsupported, "no cgroup file system is mounted: mount one on /sys/fs/cgroup");
    if (layout.v1.empty())
        layout.mode = Mode::V2;
    else
        layout.mode = layout.unified.empty() ? Mode::V1 : Mode::Hybrid;
    return layout;
}

bool Trees::V1::has(std::string_view controller) const
{
    return std::ranges::contains(controllers, controller);
}

bool Trees::V1::isOnDemand() const
{
    return std::ranges::all_of(controllers,
                               [](std::string_view name) { return std::ranges::contains(kOnDemand, name); });
}

std::vector<BorrowedFd> Trees::tracking() const
{
    std::vector<BorrowedFd> trees;
    if (mode == Mode::V2)
        return trees;
    for (const UniqueFd* tree : {&systemd, &unified}) {
        if (*tree)
            trees.push_back(tree->borrow());
    }
    return trees;
}

const Trees::V1* Trees::tree(std::string_view controller) const
{
    const auto found = std::ranges::find_if(v1, [&](const V1& tree) { return tree.has(controller); });
    return found == v1.end() ? nullptr : &*found;
}

Result<TreesPointer> openTrees(const Layout& layout)
{
    auto trees = std::make_shared<Trees>();
    trees->mode = layout.mode;
    trees->mounted = layout.mounted;
    for (const auto& hierarchy : layout.v1) {
        auto root = TRY(openMountPoint(hierarchy.mountPoint));
        trees->v1.push_back({hierarchy.controllers, std::move(root)});
    }
    if (layout.mode == Mode::V2)
        trees->unified = TRY(openMountPoint(layout.unified));
    else if (!layout.unified.empty())
        trees->unified = openTracking(layout.unified, CGROUP2_SUPER_MAGIC);
    if (layout.mode != Mode::V2 && !layout.systemd.empty())
        trees->systemd = openTracking(layout.systemd, CGROUP_SUPER_MAGIC);
    return trees;
}

Result<UniqueFd> openUnifiedWith(const Trees& trees, const std::string& path, pid_t pid)
{
    const std::string text = TRY(readAt(BorrowedFd{AT_FDCWD}, "/proc/" + std::to_string(pid) + "/cgroup"));
    std::string_view own;
    for (const auto line : split(text, '\n')) {
        if (line.starts_with("0::/"))
            own = line.substr(4);
    }
    if (own != path && !own.starts_with(path + '/'))
        return failure(ErrorKind::WrongState,
                       "process " + std::to_string(pid) + " is in the cgroup /" + std::string{own}
                           + ", which is not below /" + path);
    UniqueFd directory = openPlain(trees.unified.borrow(), std::string{own}, O_PATH | O_DIRECTORY);
    if (!directory)
        return systemFailure("cannot open the cgroup /" + std::string{own});
    return directory;
}

Result<TreesPointer> machineTrees()
{
    static const Result<TreesPointer> trees
        = []() -> Result<TreesPointer> { return openTrees(TRY(machineLayout())); }();
    return trees;
}

} // namespace lamella::cgroup

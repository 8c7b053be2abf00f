// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/device_filter.h"
#include "engine/cgroup/files.h"
#include "engine/cgroup/v2.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <ranges>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <vector>

namespace lamella::cgroup {

namespace {

constexpr std::array<std::string_view, 5> kAlwaysDivided{"cpu", "memory", "pids", "cpuset", "io"};

using Controllers = std::vector<std::string_view>;

// What is always used, and what only a limit that is asked for needs. "misc.max" of `unified` needs misc.
Controllers controllersFor(const Resources& resources)
{
    Controllers wanted{kAlwaysDivided.begin(), kAlwaysDivided.end()};
    if (!resources.hugepageLimits.empty())
        wanted.emplace_back("hugetlb");
    if (!resources.rdma.empty())
        wanted.emplace_back("rdma");
    for (const auto& [file, value] : resources.unified) {
        const auto controller = std::string_view{file}.substr(0, file.find('.'));
        if (controller != "cgroup" && !std::ranges::contains(wanted, controller))
            wanted.push_back(controller);
    }
    return wanted;
}

std::string below(std::string_view path, std::string_view file)
{
    return path.empty() ? std::string{file} : std::string{path} + '/' + std::string{file};
}

bool hasWord(std::string_view text, std::string_view word)
{
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
        const auto end = at + word.size();
        const bool starts = at == 0 || text[at - 1] == ' ';
        const bool ends = end == text.size() || text[end] == ' ' || text[end] == '\n';
        if (starts && ends)
            return true;
    }
    return false;
}

// "+cpu +memory": what the cgroup could hand to its children and does not yet.
Result<std::string> missingControllers(BorrowedFd tree, std::string_view path, const Controllers& wanted)
{
    const std::string available = TRY(readAt(tree, below(path, "cgroup.controllers")));
    const std::string enabled = TRY(readAt(tree, below(path, "cgroup.subtree_control")));
    std::string missing;
    for (const auto controller : wanted) {
        if (hasWord(available, controller) && !hasWord(enabled, controller))
            missing.append(missing.empty() ? "+" : " +").append(controller);
    }
    return missing;
}

Result<void> enableControllers(BorrowedFd tree, std::string_view path, const Controllers& wanted)
{
    const std::string missing = TRY(missingControllers(tree, path, wanted));
    if (missing.empty())
        return {};
    auto result = writeAt(tree, below(path, "cgroup.subtree_control"), missing);
    if (!result && result.error().errnum == EBUSY) {
        result.error().kind = ErrorKind::Busy;
        result.error().message = "the cgroup /" + std::string{path}
            + " has processes of its own, so the kernel lets it hand no controllers to its children: move them into a "
              "child of it"
              " (systemd's DelegateSubgroup= does that for a service with Delegate=yes)";
    }
    return result;
}

// The directories made by one create(), taken away again unless keep() is called.
class Made {
public:
    explicit Made(BorrowedFd tree)
        : m_tree(tree)
    {
    }
    Made(const Made&) = delete;
    Made& operator=(const Made&) = delete;
    ~Made()
    {
        for (const auto& path : std::views::reverse(m_paths))
            ::unlinkat(m_tree.get(), path.c_str(), AT_REMOVEDIR);
    }

    /// False where it is there already.
    Result<bool> make(std::string path)
    {
        if (::mkdirat(m_tree.get(), path.c_str(), 0755) == 0) {
            m_paths.push_back(std::move(path));
            return true;
        }
        if (errno == EEXIST)
            return false;
        return systemFailure("cannot make the cgroup /" + path);
    }
    void keep() { m_paths.clear(); }

private:
    BorrowedFd m_tree;
    std::vector<std::string> m_paths;
};

// From the root, which is "", down to the one that `path` is in.
std::vector<std::string_view> cgroupsAbove(std::string_view path)
{
    std::vector<std::string_view> above{""};
    for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1))
        above.push_back(path.substr(0, slash));
    return above;
}

// systemd marks what it hands over; only root can write the first mark, and only root can read it.
bool isDelegated(BorrowedFd tree, std::string_view path)
{
    const UniqueFd directory{
        ::openat(tree.get(), below(path, ".").c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    return directory && std::ranges::any_of(std::array{"trusted.delegate", "user.delegate"}, [&](const char* mark) {
               char value = 0;
               return ::fgetxattr(directory.get(), mark, &value, sizeof value) == 1 && value == '1';
           });
}

// One that somebody made for the container: it must be as one that we make.
Result<void> takeExisting(BorrowedFd tree, const std::string& path)
{
    if (!TRY(processesAt(tree, path)).empty())
        return failure(ErrorKind::AlreadyExists, "container's cgroup is not empty: /" + path + " has processes in it");
    if (keyedNumber(TRY(readAt(tree, below(path, "cgroup.events"))), "frozen") != 0)
        return failure(ErrorKind::WrongState, "container's cgroup unexpectedly frozen: /" + path);
    return {};
}

// What is above a delegated cgroup is systemd's to divide (its document CGROUP_DELEGATION.md). Where nothing is
// delegated the whole tree is ours.
Result<void> makeAll(Made& made, BorrowedFd tree, const std::string& path, const Controllers& wanted)
{
    const auto above = cgroupsAbove(path);
    const auto delegated = std::ranges::find_last_if(above, [&](auto other) { return isDelegated(tree, other); });
    const auto first = delegated.empty() ? above.begin() : delegated.begin();
    for (auto parent = above.begin(); parent != above.end(); ++parent) {
        if (!parent->empty())
            TRY(made.make(std::string{*parent}));
        if (parent >= first)
            TRY(enableControllers(tree, *parent, wanted));
    }
    if (!TRY(made.make(path)))
        return takeExisting(tree, path);
    // What runs in it reads its own limits here, as a user that is nobody outside: whatever the caller's umask is.
    if (::fchmodat(tree.get(), path.c_str(), 0755, 0) != 0)
        return systemFailure("cannot open the cgroup /" + path + " to be read");
    return {};
}

// kernfs answers ENODEV for one that is being removed.
Result<UniqueFd> openDirectory(BorrowedFd tree, const std::string& path)
{
    UniqueFd fd = openPlain(tree, path, O_RDONLY | O_DIRECTORY);
    if (fd)
        return fd;
    if (errno == ENOENT || errno == ENODEV)
        return failure(ErrorKind::NotFound, "there is no cgroup /" + path);
    return systemFailure("cannot open the cgroup /" + path);
}

} // namespace

Result<std::unique_ptr<Cgroup>> V2Cgroup::create(TreesPointer trees, std::string path, const Resources& resources)
{
    TRY(refuseV1Only(resources));
    const BorrowedFd tree = trees->unified.borrow();
    Made made{tree};
    TRY(makeAll(made, tree, path, controllersFor(resources)));
    UniqueFd directory = TRY(openDirectory(tree, path));
    TRY_WITHIN("cannot limit the devices of the cgroup /" + path,
               attachDeviceFilter(directory.borrow(), withDefaultDevices(resources.devices)));
    std::unique_ptr<Cgroup> group{new V2Cgroup{trees, path, std::move(directory)}};
    TRY(group->apply(resources));
    made.keep();
    return group;
}

Result<std::unique_ptr<Cgroup>> V2Cgroup::open(TreesPointer trees, std::string path)
{
    UniqueFd directory = TRY(openDirectory(trees->unified.borrow(), path));
    return std::unique_ptr<Cgroup>{new V2Cgroup{std::move(trees), std::move(path), std::move(directory)}};
}

} // namespace lamella::cgroup

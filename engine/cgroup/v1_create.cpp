// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/cgroup/device_rules.h"
#include "engine/cgroup/files.h"
#include "engine/cgroup/v1.h"
#include "engine/os/umask.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <utility>

namespace lamella::cgroup {

namespace {

std::string parentOf(const std::string& path)
{
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string{} : path.substr(0, slash);
}

std::string below(const std::string& path, std::string_view file)
{
    return path.empty() ? std::string{file} : path + '/' + std::string{file};
}

// A new cpuset has no processor and no memory node, and nothing can join it (cgroup-v1/cpusets.rst, 1.1), unless its
// parent says clone_children.
Result<void> inheritCpuset(BorrowedFd tree, const std::string& path)
{
    const auto isBlank = [](const std::string& list) { return list.find_first_not_of('\n') == std::string::npos; };
    for (const auto* file : {"cpuset.cpus", "cpuset.mems"}) {
        if (!isBlank(TRY(readAt(tree, below(path, file)))))
            continue; // cloned
        const std::string parent = parentOf(path);
        std::string inherited = TRY(readAt(tree, below(parent, file)));
        if (isBlank(inherited) && !parent.empty()) {
            TRY(inheritCpuset(tree, parent)); // somebody made it and left it like that
            inherited = TRY(readAt(tree, below(parent, file)));
        }
        TRY(writeAt(tree, below(path, file), inherited));
    }
    return {};
}

std::string ruleText(const DeviceRule& rule)
{
    const auto part = [](int number) { return number < 0 ? std::string{"*"} : std::to_string(number); };
    std::string text = compose("{} {}:{} ", rule.type, part(rule.major), part(rule.minor));
    for (const auto& [bit, letter] : {std::pair{kReadDevice, 'r'}, {kWriteDevice, 'w'}, {kMakeNode, 'm'}}) {
        if ((rule.access & bit) != 0)
            text += letter;
    }
    return text;
}

// Everything is denied or allowed, then the exceptions are made. One rule for each write (cgroup-v1/devices.rst).
Result<void> limitDevices(BorrowedFd tree, const std::string& path, const DeviceExceptions& devices)
{
    const auto all = writeAt(tree, below(path, devices.allowAll ? "devices.allow" : "devices.deny"), "a");
    // EPERM where all are allowed: the parent allows less, as inside another container. That is stricter, so it is no
    // error. That nothing could be denied is one.
    if (!all && (all.error().errnum != EPERM || !devices.allowAll))
        return all;
    const std::string file = below(path, devices.allowAll ? "devices.deny" : "devices.allow");
    const UniqueFd exceptions = openPlain(tree, file, O_WRONLY);
    if (!exceptions)
        return systemFailure("cannot open " + file);
    for (const auto& rule : devices.exceptions) {
        const std::string text = ruleText(rule);
        if (::write(exceptions.get(), text.data(), text.size()) < 0 && (errno != EPERM || devices.allowAll))
            return systemFailure("cannot write the device \"" + text + "\" to " + file);
    }
    return {};
}

Result<void> makeParents(BorrowedFd tree, const std::string& path, bool isCpuset)
{
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        const std::string parent = path.substr(0, slash);
        if (::mkdirat(tree.get(), parent.c_str(), 0755) != 0) {
            if (errno == EEXIST)
                continue;
            return systemFailure("cannot make the cgroup /" + parent);
        }
        if (isCpuset) {
            TRY(inheritCpuset(tree, parent));
            TRY(writeAt(tree, below(parent, "cgroup.clone_children"), "1"));
        }
    }
    return {};
}

// What runs in it reads its own limits here, as a user that is nobody outside: whatever the caller's umask is.
bool makeReadable(BorrowedFd tree, const std::string& path)
{
    const os::NoUmask asAskedFor;
    return ::mkdirat(tree.get(), path.c_str(), 0755) == 0;
}

// One that somebody made for the container: it must be as one that we make.
Result<void> takeExisting(const Trees::V1& tree, const std::string& path)
{
    if (!TRY(processesAt(tree.root.borrow(), path)).empty())
        return failure(ErrorKind::AlreadyExists,
                       "container's cgroup is not empty: /" + path + " has processes in it (" + tree.controllers.front()
                           + ")");
    if (tree.has("freezer") && !TRY(readAt(tree.root.borrow(), below(path, "freezer.state"))).starts_with("THAWED"))
        return failure(ErrorKind::WrongState, "container's cgroup unexpectedly frozen: /" + path);
    return {};
}

/// False where it was there already.
Result<bool> makeDirectory(const Trees::V1& tree, const std::string& path)
{
    const BorrowedFd root = tree.root.borrow();
    if (makeReadable(root, path))
        return true;
    if (errno == ENOENT) {
        TRY(makeParents(root, path, tree.has("cpuset")));
        if (makeReadable(root, path))
            return true;
    }
    if (errno != EEXIST)
        return systemFailure("cannot make the cgroup /" + path + " (" + tree.controllers.front() + ")");
    TRY(takeExisting(tree, path));
    return false;
}

Result<void> prepare(const Trees::V1& tree, const std::string& path, const DeviceExceptions& devices)
{
    if (tree.has("cpuset"))
        TRY(inheritCpuset(tree.root.borrow(), path));
    if (tree.has("devices"))
        TRY(limitDevices(tree.root.borrow(), path, devices));
    return {};
}

/// False where there is one already, or none can be made (in a tree that is read-only here): it limits nothing.
bool makeTracking(BorrowedFd tree, const std::string& path)
{
    return makeReadable(tree, path) || (errno == ENOENT && makeParents(tree, path, false) && makeReadable(tree, path));
}

bool isNeeded(const Trees::V1& tree, const Resources& resources)
{
    return !tree.isOnDemand() || (tree.has("hugetlb") && !resources.hugepageLimits.empty())
        || (tree.has("net_cls") && resources.network.classId.value_or(0) != 0)
        || (tree.has("net_prio") && !resources.network.priorities.empty())
        || (tree.has("rdma") && !resources.rdma.empty());
}

// Takes the directories away again that were made before a later step failed.
class Undo {
public:
    explicit Undo(const std::string& path)
        : m_path(path)
    {
    }
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    ~Undo()
    {
        for (const BorrowedFd tree : m_made)
            ::unlinkat(tree.get(), m_path.c_str(), AT_REMOVEDIR);
    }
    void made(BorrowedFd tree) { m_made.push_back(tree); }
    void keep() { m_made.clear(); }

private:
    const std::string& m_path;
    std::vector<BorrowedFd> m_made;
};

} // namespace

Result<std::unique_ptr<Cgroup>> V1Cgroup::create(TreesPointer trees, std::string path, const Resources& resources)
{
    if (!trees->tree("devices"))
        return failure(ErrorKind::Unsupported,
                       "this machine mounts no cgroup v1 devices controller: a container could use every device");
    TRY(refuseV2Only(resources));
    const DeviceExceptions devices = TRY(exceptionsOf(withDefaultDevices(resources.devices)));
    Undo undo{path};
    for (const auto& tree : trees->v1) {
        if (!isNeeded(tree, resources))
            continue;
        if (TRY(makeDirectory(tree, path)))
            undo.made(tree.root.borrow());
        TRY(prepare(tree, path, devices));
    }
    for (const BorrowedFd tree : trees->tracking()) {
        if (makeTracking(tree, path))
            undo.made(tree);
    }
    std::unique_ptr<Cgroup> made{new V1Cgroup{trees, path}};
    TRY(made->apply(resources));
    undo.keep();
    return made;
}

Result<std::unique_ptr<Cgroup>> V1Cgroup::open(TreesPointer trees, std::string path)
{
    // One that is there only in part (its removal was interrupted) can be opened, so that it can be removed.
    for (const auto& tree : trees->v1) {
        if (openPlain(tree.root.borrow(), path, O_PATH | O_DIRECTORY))
            return std::unique_ptr<Cgroup>{new V1Cgroup{std::move(trees), std::move(path)}};
    }
    return failure(ErrorKind::NotFound, "there is no cgroup /" + path);
}

} // namespace lamella::cgroup

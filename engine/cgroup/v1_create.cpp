// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/device_rules.h"
#include "engine/cgroup/files.h"
#include "engine/cgroup/v1.h"

#include <fcntl.h>
#include <sys/stat.h>

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
    for (const auto* file : {"cpuset.cpus", "cpuset.mems"}) {
        if (TRY(readAt(tree, below(path, file))).find_first_not_of('\n') != std::string::npos)
            return {}; // cloned
        const std::string inherited = TRY(readAt(tree, below(parentOf(path), file)));
        TRY(writeAt(tree, below(path, file), inherited));
    }
    return {};
}

std::string ruleText(const DeviceRule& rule)
{
    const auto part = [](int number) { return number < 0 ? std::string{"*"} : std::to_string(number); };
    return std::string{rule.type} + ' ' + part(rule.major) + ':' + part(rule.minor) + ' ' + std::string{rule.access};
}

// Everything is denied, then the default devices are allowed. One rule for each write (cgroup-v1/devices.rst).
Result<void> denyDevices(BorrowedFd tree, const std::string& path)
{
    TRY(writeAt(tree, below(path, "devices.deny"), "a"));
    const std::string file = below(path, "devices.allow");
    const UniqueFd allow{::openat(tree.get(), file.c_str(), O_WRONLY | O_CLOEXEC)};
    if (!allow)
        return systemFailure("cannot open " + file);
    for (const auto& rule : kDefaultDevices) {
        const std::string text = ruleText(rule);
        // EPERM: the parent allows less, as inside another container. That is stricter, so it is no error.
        if (::write(allow.get(), text.data(), text.size()) < 0 && errno != EPERM)
            return systemFailure("cannot allow the device \"" + text + "\" in /" + path);
    }
    return {};
}

Result<void> makeParents(const Trees::V1& tree, const std::string& path)
{
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        const std::string parent = path.substr(0, slash);
        if (::mkdirat(tree.root.get(), parent.c_str(), 0755) != 0) {
            if (errno == EEXIST)
                continue;
            return systemFailure("cannot make the cgroup /" + parent);
        }
        if (tree.has("cpuset")) {
            TRY(inheritCpuset(tree.root.borrow(), parent));
            TRY(writeAt(tree.root.borrow(), below(parent, "cgroup.clone_children"), "1"));
        }
    }
    return {};
}

// What runs in it reads its own limits here, as a user that is nobody outside: whatever the caller's umask is.
bool makeReadable(const Trees::V1& tree, const std::string& path)
{
    return ::mkdirat(tree.root.get(), path.c_str(), 0755) == 0
        && ::fchmodat(tree.root.get(), path.c_str(), 0755, 0) == 0;
}

Result<void> makeDirectory(const Trees::V1& tree, const std::string& path)
{
    if (makeReadable(tree, path))
        return {};
    if (errno == ENOENT) {
        TRY(makeParents(tree, path));
        if (makeReadable(tree, path))
            return {};
    }
    if (errno == EEXIST)
        return failure(ErrorKind::AlreadyExists,
                       "the cgroup /" + path + " exists already (" + tree.controllers.front() + ")");
    return systemFailure("cannot make the cgroup /" + path + " (" + tree.controllers.front() + ")");
}

Result<void> prepare(const Trees::V1& tree, const std::string& path)
{
    if (tree.has("cpuset"))
        TRY(inheritCpuset(tree.root.borrow(), path));
    if (tree.has("devices"))
        TRY(denyDevices(tree.root.borrow(), path));
    return {};
}

// Takes the directories away again that were made before a later step failed.
class Undo {
public:
    Undo(const Trees& trees, const std::string& path)
        : m_trees(trees)
        , m_path(path)
    {
    }
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    ~Undo()
    {
        for (std::size_t i = 0; i < m_made; ++i)
            ::unlinkat(m_trees.v1[i].root.get(), m_path.c_str(), AT_REMOVEDIR);
    }
    void made() { ++m_made; }
    void keep() { m_made = 0; }

private:
    const Trees& m_trees;
    const std::string& m_path;
    std::size_t m_made = 0;
};

} // namespace

Result<std::unique_ptr<Cgroup>> V1Cgroup::create(TreesPointer trees, std::string path)
{
    if (!trees->tree("devices"))
        return failure(ErrorKind::Unsupported,
                       "this machine mounts no cgroup v1 devices controller: a container could use every device");
    Undo undo{*trees, path};
    for (const auto& tree : trees->v1) {
        TRY(makeDirectory(tree, path));
        undo.made();
        TRY(prepare(tree, path));
    }
    undo.keep();
    return std::unique_ptr<Cgroup>{new V1Cgroup{std::move(trees), std::move(path)}};
}

Result<std::unique_ptr<Cgroup>> V1Cgroup::open(TreesPointer trees, std::string path)
{
    // One that is there only in part (its removal was interrupted) can be opened, so that it can be removed.
    for (const auto& tree : trees->v1) {
        if (::faccessat(tree.root.get(), path.c_str(), F_OK, 0) == 0)
            return std::unique_ptr<Cgroup>{new V1Cgroup{std::move(trees), std::move(path)}};
    }
    return failure(ErrorKind::NotFound, "there is no cgroup /" + path);
}

} // namespace lamella::cgroup

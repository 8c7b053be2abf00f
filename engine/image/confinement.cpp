// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/confinement.h"

#include "engine/image/limits.h"
#include "engine/image/worker_filter.h"
#include "engine/os/file.h"
#include "engine/os/mount.h"
#include "engine/os/namespace.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <sys/capability.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>

namespace lamella::image {

namespace {

constexpr gid_t kNobody = 65534;
constexpr int kOomScore = 500; // a load can be repeated
constexpr rlim_t kFetcherThreads = 256;
constexpr std::array kUnpackCapabilities
    = {CAP_CHOWN, CAP_FOWNER, CAP_DAC_OVERRIDE, CAP_MKNOD, CAP_SETFCAP, CAP_FSETID};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true; // a sanitizer maps terabytes and calls what the filter forbids
#else
constexpr bool kSanitized = false;
#endif

struct FreeCapabilities {
    void operator()(cap_t caps) const { cap_free(caps); }
};

Result<void> setCapabilities(std::span<const cap_value_t> keep)
{
    const std::unique_ptr<std::remove_pointer_t<cap_t>, FreeCapabilities> caps{cap_init()};
    const auto count = static_cast<int>(keep.size());
    const auto set = [&](cap_flag_t flag) { // libcap refuses an empty list
        return keep.empty() || cap_set_flag(caps.get(), flag, count, keep.data(), CAP_SET) == 0;
    };
    if (!caps || !set(CAP_PERMITTED) || !set(CAP_EFFECTIVE) || cap_set_proc(caps.get()) != 0)
        return systemFailure("cannot drop capabilities");
    return {};
}

Result<void> dropBoundingSet()
{
    for (cap_value_t capability = 0; cap_get_bound(capability) >= 0; ++capability) {
        if (cap_drop_bound(capability) != 0)
            return systemFailure("cannot drop capabilities from the bounding set");
    }
    return {};
}

Result<void> setLimit(__rlimit_resource resource, rlim_t value)
{
    const rlimit limit{value, value};
    if (::setrlimit(resource, &limit) != 0)
        return systemFailure("cannot set a limit of the worker");
    return {};
}

Result<void> becomeUser(uid_t uid)
{
    if (::setresgid(kNobody, kNobody, kNobody) != 0 || ::setresuid(uid, uid, uid) != 0)
        return systemFailure("cannot become another user");
    return {};
}

} // namespace

Result<void> volunteerForOom()
{
    const std::filesystem::path path{"/proc/self/oom_score_adj"};
    const auto inherited = TRY(os::readFile(path));
    // Never lower than it is, which would need a capability.
    return std::atoi(inherited.c_str()) >= kOomScore ? Result<void>{}
                                                     : os::writeControl(path, std::to_string(kOomScore));
}

Result<void> bindToParent(BorrowedFd parent, int first)
{
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::close_range(static_cast<unsigned>(first), ~0u, 0) != 0)
        return systemFailure("cannot prepare the worker");
    // It may have ended before; then the other end of the socket is closed already.
    pollfd ended{parent.get(), POLLIN, 0};
    if (::poll(&ended, 1, 0) > 0 && (ended.revents & (POLLHUP | POLLERR)) != 0)
        return failure(ErrorKind::Cancelled, "nobody waits for the worker");
    if (::setgroups(0, nullptr) != 0)
        return systemFailure("cannot drop the supplementary groups");
    ::umask(0);
    return {};
}

ActAs::ActAs(uid_t uid)
    : m_active(uid != 0)
{
    if (m_active) {
        ::setfsgid(kNobody);
        ::setfsuid(uid); // takes the file system capabilities away, and the way back returns them
    }
}

ActAs::~ActAs()
{
    if (m_active) {
        ::setfsuid(0);
        ::setfsgid(0);
    }
}

Result<UniqueFd> isolate(BorrowedFd directory, bool readOnly)
{
    auto mount = TRY(os::cloneMount(directory, "", false));
    const std::uint64_t attributes
        = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | (readOnly ? MOUNT_ATTR_RDONLY : 0);
    TRY(os::setMountAttributes(mount.borrow(), attributes, 0, false, "the worker's directory"));
    return mount;
}

Result<UniqueFd> emptyRoot()
{
    auto context = TRY(os::FileSystem::open("tmpfs"));
    TRY(context.set("size", "4k"));
    return context.mount(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
}

Result<void> enterRoot(BorrowedFd root, Network network, const std::function<Result<void>()>& furnish)
{
    TRY(os::unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | (network == Network::None ? CLONE_NEWNET : 0),
                    "the worker's namespaces"));
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return systemFailure("cannot make the worker's mounts private");
    const auto target = TRY(os::open("/", O_PATH | O_DIRECTORY));
    TRY(os::attachMount(root, target.borrow(), "the worker's root"));
    if (furnish)
        TRY(furnish());
    // What was cloned of a shared mount, as all are below systemd, is shared itself: pivot_root(2) refuses that.
    if (::fchdir(root.get()) != 0 || ::mount(nullptr, ".", nullptr, MS_PRIVATE, nullptr) != 0
        || ::syscall(SYS_pivot_root, ".", ".") != 0 || ::umount2(".", MNT_DETACH) != 0 || ::chdir("/") != 0)
        return systemFailure("cannot change the worker's root");
    return {};
}

Result<void> dropRights(Rights rights, uid_t uid, Bytes fileSize, const std::function<Result<void>()>& threads)
{
    TRY(dropBoundingSet());
    TRY(setLimit(RLIMIT_CORE, 0));
    const bool fetches = rights == Rights::Fetch;
    if (fetches)
        TRY(setLimit(RLIMIT_NPROC, kFetcherThreads));
    TRY(setLimit(RLIMIT_NOFILE, fetches ? 512 : 128));
    TRY(setLimit(RLIMIT_FSIZE, fileSize.value));
    ::signal(SIGXFSZ, SIG_IGN); // so that who writes too much is told: EFBIG
    if (!kSanitized) // what threads reserve is address space too, but no data
        TRY(setLimit(fetches ? RLIMIT_DATA : RLIMIT_AS, limits::kWorkerMemory.value));
    if (rights != Rights::Unpack) {
        TRY(becomeUser(uid));
        TRY(setCapabilities({}));
    } else {
        TRY(setCapabilities(kUnpackCapabilities));
    }
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return systemFailure("cannot set no_new_privs");
    // Changing the user has cleared the signal that comes when the parent ends.
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return systemFailure("cannot bind the worker to its parent");
    if (threads)
        TRY(threads());
    if (!fetches)
        TRY(setLimit(RLIMIT_NPROC, 0));
    return kSanitized || fetches ? Result<void>{} : loadWorkerFilter();
}

} // namespace lamella::image

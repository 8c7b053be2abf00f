// SPDX-License-Identifier: GPL-3.0-or-later
// The lower bound of `bench start`: a program that makes the system calls of a container's start and nothing else. It
// parses nothing, checks nothing beyond each call's result and reports nothing but the name of the call that failed.
//   bare_start CGROUP LOWER UPPER WORK LAYERS ID_BASE SECCOMP_FILE PROGRAM
// CGROUP is a name below every v1 controller and systemd's own hierarchy, where there is one; SECCOMP_FILE is a
// compiled filter (struct sock_filter[]).

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

template <class T>
T must(T result, const char* what)
{
    if (result < 0) {
        std::fprintf(stderr, "bare_start: %s: %s\n", what, std::strerror(errno));
        std::_Exit(1);
    }
    return result;
}

int call(const char* what, long number, auto... arguments)
{
    return static_cast<int>(must(::syscall(number, arguments...), what));
}

void write(const std::string& file, const std::string& text)
{
    const int fd = must(::open(file.c_str(), O_WRONLY | O_CLOEXEC), file.c_str());
    must(::write(fd, text.data(), text.size()), file.c_str());
    ::close(fd);
}

/// The namespaces but the cgroup one, which is unshared after joining.
constexpr std::uint64_t kNamespaces
    = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET;

constexpr std::array kControllers{"cpu", "cpuacct", "cpuset", "memory", "pids", "blkio", "devices", "freezer"};
constexpr std::array kMaskedFiles{"proc/kcore", "proc/keys", "proc/timer_list"};
constexpr std::array kMaskedDirectories{"proc/acpi", "proc/scsi", "sys/firmware"};
constexpr std::array kReadOnly{"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"};

struct Arguments {
    std::string cgroup, lower, upper, work, layers, seccomp, program;
    unsigned idBase = 0;
};

/// systemd's own hierarchy: runtimes take what they start out of its caller's unit.
constexpr const char* kSystemd = "systemd";

std::string cgroupDirectory(const char* controller, const Arguments& a)
{
    return std::string("/sys/fs/cgroup/") + controller + "/" + a.cgroup;
}

/// Makes the cgroups with limits and opens what the container joins them through.
std::vector<int> makeCgroups(const Arguments& a)
{
    std::vector<int> joins;
    for (const char* controller : kControllers) {
        const std::string directory = cgroupDirectory(controller, a);
        must(::mkdir(directory.c_str(), 0755), "mkdir cgroup");
        if (controller == std::string_view("cpuset")) {
            write(directory + "/cpuset.cpus", "0-1");
            write(directory + "/cpuset.mems", "0");
        }
        joins.push_back(must(::open((directory + "/tasks").c_str(), O_WRONLY | O_CLOEXEC), "open tasks"));
    }
    const std::string tracked = cgroupDirectory(kSystemd, a);
    if (::mkdir(tracked.c_str(), 0755) == 0)
        joins.push_back(must(::open((tracked + "/tasks").c_str(), O_WRONLY | O_CLOEXEC), "open tasks"));
    write(cgroupDirectory("memory", a) + "/memory.limit_in_bytes", "67108864");
    write(cgroupDirectory("cpu", a) + "/cpu.cfs_quota_us", "100000");
    write(cgroupDirectory("pids", a) + "/pids.max", "2048");
    write(cgroupDirectory("devices", a) + "/devices.deny", "a");
    for (const char* rule : {"c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm",
                             "c 5:0 rwm", "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm"})
        write(cgroupDirectory("devices", a) + "/devices.allow", rule);
    return joins;
}

int newFileSystem(const char* type, std::initializer_list<std::pair<const char*, const char*>> options,
                  unsigned attributes)
{
    const int context = call("fsopen", SYS_fsopen, type, FSOPEN_CLOEXEC);
    for (const auto& [key, value] : options) {
        if (value)
            call("fsconfig", SYS_fsconfig, context, FSCONFIG_SET_STRING, key, value, 0);
        else
            call("fsconfig", SYS_fsconfig, context, FSCONFIG_SET_FLAG, key, nullptr, 0);
    }
    call("fsconfig create", SYS_fsconfig, context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
    const int mounted = call("fsmount", SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes);
    ::close(context);
    return mounted;
}

void attach(int mount, const char* target)
{
    call(target, SYS_move_mount, mount, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH);
    ::close(mount);
}

/// A tmpfs with the default nodes, made with the initial user namespace's right to make nodes.
int makeDev(const Arguments& a)
{
    const int mounted
        = newFileSystem("tmpfs", {{"mode", "755"}, {"size", "65536k"}}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
    struct Node {
        const char* name;
        unsigned major, minor;
    };
    for (const Node& node : {Node{"null", 1, 3}, Node{"zero", 1, 5}, Node{"full", 1, 7}, Node{"random", 1, 8},
                             Node{"urandom", 1, 9}, Node{"tty", 5, 0}}) {
        must(::mknodat(mounted, node.name, S_IFCHR | 0666, ::makedev(node.major, node.minor)), "mknod");
        must(::fchmodat(mounted, node.name, 0666, 0), "chmod");
        must(::fchownat(mounted, node.name, a.idBase, a.idBase, 0), "chown");
    }
    for (const char* name : {"pts", "shm", "mqueue"}) {
        must(::mkdirat(mounted, name, 0755), "mkdir");
        must(::fchownat(mounted, name, a.idBase, a.idBase, 0), "chown");
    }
    must(::symlinkat("pts/ptmx", mounted, "ptmx"), "symlink");
    must(::symlinkat("/proc/self/fd", mounted, "fd"), "symlink");
    must(::symlinkat("/proc/self/fd/0", mounted, "stdin"), "symlink");
    must(::symlinkat("/proc/self/fd/1", mounted, "stdout"), "symlink");
    must(::symlinkat("/proc/self/fd/2", mounted, "stderr"), "symlink");
    must(::fchownat(mounted, "", a.idBase, a.idBase, AT_EMPTY_PATH), "chown");
    return mounted;
}

/// The layers with the container's ids, and the overlay over them; neither is mounted anywhere yet.
int makeOverlay(const Arguments& a, pid_t child)
{
    const int userns
        = must(::open(("/proc/" + std::to_string(child) + "/ns/user").c_str(), O_RDONLY | O_CLOEXEC), "open userns");
    const int layers
        = call("open_tree", SYS_open_tree, AT_FDCWD, a.layers.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    mount_attr map{};
    map.attr_set = MOUNT_ATTR_IDMAP;
    map.userns_fd = static_cast<std::uint64_t>(userns);
    call("mount_setattr", SYS_mount_setattr, layers, "", AT_EMPTY_PATH, &map, sizeof map);
    ::close(userns);
    const int context = call("fsopen", SYS_fsopen, "overlay", FSOPEN_CLOEXEC);
    for (std::size_t from = 0; from < a.lower.size();) {
        const std::size_t end = std::min(a.lower.find(':', from), a.lower.size());
        const std::string lower
            = "/proc/self/fd/" + std::to_string(layers) + a.lower.substr(from, end - from).substr(a.layers.size());
        call("lowerdir", SYS_fsconfig, context, FSCONFIG_SET_STRING, "lowerdir+", lower.c_str(), 0);
        from = end + 1;
    }
    call("upperdir", SYS_fsconfig, context, FSCONFIG_SET_STRING, "upperdir", a.upper.c_str(), 0);
    call("workdir", SYS_fsconfig, context, FSCONFIG_SET_STRING, "workdir", a.work.c_str(), 0);
    call("overlay", SYS_fsconfig, context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
    const int mounted = call("fsmount", SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
    ::close(context);
    ::close(layers);
    return mounted;
}

void sendDescriptor(int socket, int fd)
{
    char byte = 0;
    iovec data{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    *header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    must(::sendmsg(socket, &message, 0), "sendmsg");
}

int receiveDescriptor(int socket)
{
    char byte = 0;
    iovec data{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    must(::recvmsg(socket, &message, MSG_CMSG_CLOEXEC), "recvmsg");
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

void coverMaskedPaths()
{
    for (const char* path : kMaskedFiles) {
        if (::access(path, F_OK) == 0)
            attach(call("open_tree", SYS_open_tree, AT_FDCWD, "dev/null", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), path);
    }
    for (const char* path : kMaskedDirectories) {
        if (::access(path, F_OK) == 0)
            attach(newFileSystem("tmpfs", {{"size", "0"}}, MOUNT_ATTR_RDONLY), path);
    }
    for (const char* path : kReadOnly) {
        if (::access(path, F_OK) != 0)
            continue;
        const int tree = call("open_tree", SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
        mount_attr readOnly{};
        readOnly.attr_set = MOUNT_ATTR_RDONLY;
        call("mount_setattr", SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &readOnly, sizeof readOnly);
        attach(tree, path);
    }
}

void mountEverything(int socket, int dev)
{
    must(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "private");
    const int root = receiveDescriptor(socket);
    call("root", SYS_move_mount, root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
    must(::fchdir(root), "chdir");
    const unsigned common = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NODEV;
    attach(newFileSystem("proc", {}, common), "proc");
    attach(dev, "dev");
    attach(newFileSystem("devpts", {{"newinstance", nullptr}, {"ptmxmode", "0666"}, {"mode", "0620"}},
                         MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC),
           "dev/pts");
    attach(newFileSystem("tmpfs", {{"mode", "1777"}, {"size", "65536k"}}, common), "dev/shm");
    attach(newFileSystem("mqueue", {}, common), "dev/mqueue");
    attach(newFileSystem("sysfs", {}, common | MOUNT_ATTR_RDONLY), "sys");
    const int cgroups = newFileSystem("tmpfs", {{"mode", "755"}}, common);
    for (const char* controller : kControllers)
        must(::mkdirat(cgroups, controller, 0755), "mkdir");
    attach(cgroups, "sys/fs/cgroup");
    for (const char* controller : kControllers)
        attach(newFileSystem("cgroup", {{controller, nullptr}}, common | MOUNT_ATTR_RDONLY),
               (std::string("sys/fs/cgroup/") + controller).c_str());
    coverMaskedPaths();
    call("pivot_root", SYS_pivot_root, ".", ".");
    must(::umount2(".", MNT_DETACH), "umount");
    must(::chdir("/"), "chdir");
}

void bringUpLoopback()
{
    const int socket = must(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    must(::ioctl(socket, SIOCSIFFLAGS, &request), "loopback");
    ::close(socket);
}

void dropCapabilities()
{
    constexpr std::uint64_t kKept = 0xa80425fb; // the usual fourteen
    for (unsigned capability = 0; capability <= CAP_LAST_CAP; ++capability) {
        if (!(kKept >> capability & 1))
            must(::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), "capbset");
    }
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> sets{};
    sets[0].effective = sets[0].permitted = static_cast<std::uint32_t>(kKept);
    call("capset", SYS_capset, &header, sets.data());
}

[[noreturn]] void runChild(const Arguments& a, int socket, int dev, const std::vector<int>& joins, sock_fprog& filter)
{
    char go = 0;
    must(::read(socket, &go, 1), "wait for the id map");
    for (const int join : joins)
        must(::write(join, "0", 1), "join cgroup");
    must(::unshare(CLONE_NEWCGROUP), "unshare cgroup");
    must(::setresgid(0, 0, 0), "setresgid");
    must(::setresuid(0, 0, 0), "setresuid");
    must(::setsid(), "setsid");
    call("keyctl", SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
    mountEverything(socket, dev);
    must(::sethostname("bare", 4), "sethostname");
    bringUpLoopback();
    const rlimit files{1024, 1024};
    must(::setrlimit(RLIMIT_NOFILE, &files), "setrlimit");
    dropCapabilities();
    must(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
    call("seccomp", SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
    std::array<char*, 2> arguments{const_cast<char*>(a.program.c_str()), nullptr};
    std::array<char*, 2> environment{const_cast<char*>("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), nullptr};
    ::execve(a.program.c_str(), arguments.data(), environment.data());
    must(-1, "execve");
    std::_Exit(1);
}

std::vector<sock_filter> readFilter(const std::string& file)
{
    const int fd = must(::open(file.c_str(), O_RDONLY | O_CLOEXEC), file.c_str());
    struct stat status{};
    must(::fstat(fd, &status), "fstat");
    std::vector<sock_filter> program(static_cast<std::size_t>(status.st_size) / sizeof(sock_filter));
    must(::read(fd, program.data(), program.size() * sizeof(sock_filter)), "read filter");
    ::close(fd);
    return program;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 9)
        return 2;
    Arguments a{argv[1], argv[2], argv[3], argv[4],
                argv[5], argv[7], argv[8], static_cast<unsigned>(std::strtoul(argv[6], nullptr, 10))};
    std::vector<sock_filter> program = readFilter(a.seccomp);
    sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    const std::vector<int> joins = makeCgroups(a);
    const int dev = makeDev(a);
    std::array<int, 2> sockets{};
    must(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()), "socketpair");

    clone_args clone{};
    clone.flags = kNamespaces;
    clone.exit_signal = SIGCHLD;
    const pid_t child = call("clone3", SYS_clone3, &clone, sizeof clone);
    if (child == 0)
        runChild(a, sockets[1], dev, joins, filter);
    const std::string map = "0 " + std::to_string(a.idBase) + " 65536\n";
    write("/proc/" + std::to_string(child) + "/uid_map", map);
    write("/proc/" + std::to_string(child) + "/gid_map", map);
    must(::write(sockets[0], "g", 1), "let the child go");
    sendDescriptor(sockets[0], makeOverlay(a, child));

    int status = 0;
    must(::waitpid(child, &status, 0), "waitpid");
    for (const char* controller : kControllers)
        ::rmdir(cgroupDirectory(controller, a).c_str());
    ::rmdir(cgroupDirectory(kSystemd, a).c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

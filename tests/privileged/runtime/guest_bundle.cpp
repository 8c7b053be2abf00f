// SPDX-License-Identifier: GPL-3.0-or-later
#include "guest_bundle.h"

#include "default_spec.h"
#include "engine/cgroup/cgroup.h"
#include "engine/oci/seccomp_profile.h"
#include "engine/os/file.h"

#include <filesystem>
#include <sys/mount.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace lamella::test {

namespace {

constexpr const char* kBusybox = "/programs/busybox";

Result<void> must(std::vector<std::string> command)
{
    const Outcome outcome = runProgram(command);
    if (outcome.status != 0)
        return failure(ErrorKind::Failed, command[0] + " " + command[1] + ": " + outcome.out);
    return {};
}

/// The root of a kernel's initial file system cannot be left: pivot_root(2), EINVAL. And overlay takes no upper
/// directory there. So the programs move to a disk in memory.
Result<void> moveToDisk()
{
    TRY(must({kBusybox, "dd", "if=/dev/zero", "of=/tmp/disk", "bs=1M", "seek=128", "count=0"}));
    TRY(must({kBusybox, "losetup", "/dev/loop0", "/tmp/disk"}));
    TRY(must({kBusybox, "mke2fs", "-I", "256", "/dev/loop0"}));
    for (const char* directory : {"/real", "/real/data"})
        fs::create_directory(directory);
    if (::mount("/dev/loop0", "/real", "ext4", 0, nullptr) != 0)
        return systemFailure("cannot mount the disk");
    fs::create_directory("/real/data");
    fs::copy("/programs", "/real/programs");
    for (const std::string name : {"/proc", "/sys", "/dev", "/tmp"}) {
        fs::create_directory("/real" + name);
        if (::mount(name.c_str(), ("/real" + name).c_str(), nullptr, MS_MOVE, nullptr) != 0)
            return systemFailure("cannot move " + name);
    }
    if (::chdir("/real") != 0 || ::mount(".", "/", nullptr, MS_MOVE, nullptr) != 0 || ::chroot(".") != 0
        || ::chdir("/") != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_SHARED, nullptr) != 0)
        return systemFailure("cannot make the disk the root");
    return {};
}

Result<void> makeImage()
{
    const fs::path base = "/data/layers/base";
    for (const char* directory : {"bin", "proc", "sys", "dev", "tmp", "etc", "root"})
        fs::create_directories(base / directory);
    fs::copy_file(kBusybox, base / "bin/busybox");
    fs::copy_file("/programs/payload", base / "bin/payload");
    for (const char* name : {"sh", "cat",   "echo", "grep", "hostname", "id",   "kill",   "ls", "mkdir", "mknod",
                             "rm", "sleep", "stat", "dd",   "tr",       "true", "usleep", "wc", "chmod", "mv"})
        fs::create_symlink("busybox", base / "bin" / name);
    for (const char* name : {"passwd", "gone", "hidden"})
        TRY(os::replaceFile(base / "etc" / name, "root:x:0:0:root:/root:/bin/sh\n", 0644));
    fs::create_directories("/data/layers/top/etc");
    return os::replaceFile("/data/layers/top/etc/hidden", "the upper one\n", 0644);
}

} // namespace

Result<void> prepareGuest()
{
    TRY(mountBasics());
    EXPECT(TRY(cgroup::detectMode()) == cgroup::Mode::V2);
    TRY(loadModule("overlay.ko.xz"));
    TRY(loadModule("loop.ko.xz"));
    TRY(moveToDisk());
    return makeImage();
}

Result<GuestBundle> GuestBundle::make(const std::string& name)
{
    GuestBundle bundle{name};
    for (const char* directory : {"/upper", "/work", "/rootfs"})
        fs::create_directories(bundle.directory() + directory);
    if (::chown(bundle.upper().c_str(), kFirstId, kFirstId) != 0)
        return systemFailure("cannot give the upper directory away");
    oci::Spec& spec = bundle.spec;
    spec = defaultSpec();
    mapIds(spec);
    spec.linux.cgroupsPath = "/test/" + name;
    const std::string profile = TRY(os::readFile("/programs/seccomp.json"));
    spec.linux.seccomp = TRY(oci::resolveProfile(profile, spec.process.capabilities->bounding));
    spec.annotations[std::string{oci::kAnnotationLower}] = "/data/layers/top:/data/layers/base";
    spec.annotations[std::string{oci::kAnnotationUpper}] = bundle.upper();
    spec.annotations[std::string{oci::kAnnotationWork}] = bundle.directory() + "/work";
    spec.annotations[std::string{oci::kAnnotationLayers}] = "/data/layers";
    return bundle;
}

std::string GuestBundle::cgroupFile(const std::string& file) const
{
    return slurp("/sys/fs/cgroup" + cgroup() + "/" + file);
}

void GuestBundle::leaveUserNamespace()
{
    spec.linux.namespaces.pop_back(); // mapIds() put it there
    spec.linux.uidMappings.clear();
    spec.linux.gidMappings.clear();
}

Result<void> GuestBundle::write() const
{
    return os::replaceFile(directory() + "/config.json", oci::serializeSpec(spec));
}

Outcome GuestBundle::runtime(std::vector<std::string> arguments) const
{
    arguments.insert(arguments.begin(), {"/programs/lamella-runtime", "--root", directory() + "/state"});
    return runProgram(arguments);
}

Result<Outcome> GuestBundle::run(const std::string& script)
{
    setScript(script);
    TRY(write());
    return runtime({"run", "--bundle", directory(), m_name});
}

Result<void> GuestBundle::runDetached(const std::string& script)
{
    setScript(script);
    TRY(write());
    const Outcome outcome = runtime({"run", "--detach", "--bundle", directory(), m_name});
    EXPECT_EQUAL(outcome.out, "");
    EXPECT(outcome.status == 0);
    return {};
}

Outcome GuestBundle::exec(const std::string& script) const
{
    return runtime({"exec", m_name, "/bin/sh", "-c", script});
}

std::string GuestBundle::leftovers() const
{
    std::string left;
    if (fs::exists("/sys/fs/cgroup" + cgroup()))
        left += " its cgroup";
    if (fs::exists(directory() + "/state/" + m_name))
        left += " its state";
    const std::string mounts = slurp("/proc/self/mountinfo");
    if (mounts.contains("/data/") || mounts.contains("overlay"))
        left += " mounts: " + mounts;
    return left;
}

} // namespace lamella::test

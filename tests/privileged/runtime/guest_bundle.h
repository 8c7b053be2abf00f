// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"
#include "tests/support/vm/guest.h"

#include <string>
#include <vector>

/// Bundles inside of the virtual machine of tst_runtime_v2: an image of two layers that all share, and an upper
/// directory of each, on ext4.
namespace lamella::test {

/// Makes the machine one that containers can run on: the overlay module, a root file system that pivot_root(2) may
/// leave, mounts that are shared as systemd shares them, the image.
Result<void> prepareGuest();

class GuestBundle {
public:
    /// A container of this name, in the cgroup /test/NAME, with a user namespace and the default seccomp profile.
    static Result<GuestBundle> make(const std::string& name);

    oci::Spec spec;

    std::string directory() const { return "/data/" + m_name; }
    std::string upper() const { return directory() + "/upper"; }
    std::string name() const { return m_name; }
    std::string cgroup() const { return spec.linux.cgroupsPath; }
    /// The content of a file of its cgroup, as the host sees it.
    std::string cgroupFile(const std::string& file) const;

    void leaveUserNamespace();
    void setScript(const std::string& script) { spec.process.args = {"/bin/sh", "-c", script}; }

    Result<void> write() const;
    Outcome runtime(std::vector<std::string> arguments) const;
    /// write() and `run`.
    Result<Outcome> run(const std::string& script);
    /// write() and `run --detach`.
    Result<void> runDetached(const std::string& script);
    /// Runs a script in the running container.
    Outcome exec(const std::string& script) const;

    /// What is left of the container: cgroup, state, mounts. Empty is good.
    std::string leftovers() const;

private:
    explicit GuestBundle(std::string name)
        : m_name(std::move(name))
    {
    }
    std::string m_name;
};

/// One thing that the guest tries: an error is what does not hold.
struct Check {
    const char* name;
    Result<void> (*run)();
};
std::vector<Check> runtimeChecks();
std::vector<Check> shimChecks();

} // namespace lamella::test

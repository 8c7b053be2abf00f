// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/oci/spec.h"
#include "engine/os/process.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace lamella::runtime {

/// New namespaces that a helper makes while the caller prepares the rest: a network namespace alone takes the kernel a
/// millisecond. The container's first process is the helper's sibling, and begins with a copy of the caller's memory
/// and descriptors as they are by then. Move-only; its destructor ends the helper.
class EarlyNamespaces {
public:
    /// Those that need nothing of the caller but that: none where the specification joins others or moves devices, and
    /// no PID namespace, whose first process the helper would be. CLONE_NEW… flags.
    static int flagsFor(const oci::Spec& spec);

    /// Starts the helper. It shares the caller's memory and descriptors, and runs beside it. `flags` is not 0.
    static Result<EarlyNamespaces> start(int flags);

    EarlyNamespaces(EarlyNamespaces&&) noexcept;
    EarlyNamespaces& operator=(EarlyNamespaces&&) = delete;
    ~EarlyNamespaces();

    /// Waits until they are made. The id maps of the helper are still to be written.
    Result<void> await();

    pid_t helper() const;

    /// os::clone() by the helper, after await(): `child` is called in the child and does not return. Ends the helper.
    Result<os::Child> clone(std::uint64_t flags, std::optional<BorrowedFd> cgroup, const std::function<void()>& child);

private:
    struct Helper;
    explicit EarlyNamespaces(std::unique_ptr<Helper> helper);
    static int runHelper(void* helper);

    std::unique_ptr<Helper> m_helper;
};

} // namespace lamella::runtime

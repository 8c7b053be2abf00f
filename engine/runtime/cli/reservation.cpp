// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/reservation.h"

#include "engine/base/log.h"
#include "engine/os/file.h"
#include "engine/os/process.h"
#include "engine/runtime/hooks.h"
#include "engine/runtime/runtime.h"
#include "engine/runtime/systemd_cgroup.h"

#include <chrono>

namespace lamella::runtime::cli {

namespace {

std::filesystem::path absolutePath(const std::filesystem::path& path)
{
    std::error_code ignored;
    return std::filesystem::absolute(path, ignored).lexically_normal();
}

Result<State> stateFor(const Options& options, const LoadedBundle& bundle)
{
    using namespace std::chrono;
    State state;
    state.id = options.id;
    state.bundle = bundle.path.native();
    state.rootfs = (bundle.path / bundle.spec.rootPath).lexically_normal().native();
    state.cgroup
        = options.systemdCgroup ? TRY(systemdCgroupPath(bundle.spec, options.id)) : cgroupPath(bundle.spec, options.id);
    if (options.systemdCgroup)
        state.scope = TRY(scopeUnit(bundle.spec, options.id));
    state.createdUsec = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
    state.ownKeyring = !options.noNewKeyring;
    state.annotations = bundle.spec.annotations;
    return state;
}

} // namespace

Result<LoadedBundle> loadBundle(const std::filesystem::path& bundle, const std::filesystem::path& config)
{
    LoadedBundle loaded;
    loaded.path = absolutePath(bundle);
    // "dir/" and "dir" are one bundle.
    if (!loaded.path.has_filename() && loaded.path.has_relative_path())
        loaded.path = loaded.path.parent_path();
    loaded.config = TRY(os::readFile(loaded.path / config));
    loaded.spec = TRY(oci::parseSpec(loaded.config));
    return loaded;
}

Result<Reservation> Reservation::make(const Options& options, const LoadedBundle& bundle)
{
    State state = TRY(stateFor(options, bundle));
    TRY(reserve(options.root, options.id));
    Lock lock = TRY(Lock::take(directoryOf(options.root, options.id)));
    // Deleted and made by another in between: the directory is his.
    if (isSaved(options.root, options.id))
        return alreadyExists(options.id);
    Reservation reservation{options.root, std::move(state), std::move(lock)};
    TRY(save(options.root, reservation.m_state));
    TRY(keepHooks(directoryOf(options.root, options.id), bundle.spec));
    return reservation;
}

Reservation::Reservation(std::filesystem::path root, State state, Lock lock)
    : m_root(std::move(root))
    , m_state(std::move(state))
    , m_lock(std::move(lock))
{
}

Reservation::~Reservation()
{
    if (!m_owned || (!m_isLocked && !relock()))
        return;
    if (anyProcessOf(m_state)) {
        log::warning("the container {} is left for delete: its process does not end", m_state.id);
        return;
    }
    stopScope(m_state);
    const KeptHooks kept = keptHooks(directoryOf(m_root, m_state.id));
    forget(m_root, m_state.id);
    m_lock.release();
    runPoststop(kept, m_state.id, m_state.bundle);
}

Result<void> Reservation::announce(pid_t pid, std::string_view config)
{
    m_state.pid = pid;
    m_state.startTime = TRY(os::startTime(pid));
    TRY(saveProcess(m_root, m_state));
    return keepConfig(m_root, m_state.id, config);
}

Result<void> Reservation::record()
{
    return saveCreated(m_root, m_state);
}

void Reservation::unlock()
{
    m_lock.release();
    m_isLocked = false;
}

bool Reservation::relock()
{
    m_isLocked = m_lock.takeAgain().value_or(false);
    return m_isLocked;
}

} // namespace lamella::runtime::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/bundle.h"
#include "engine/container/container_files.h"
#include "engine/container/container_manager.h"
#include "engine/container/find_shims.h"
#include "engine/container/layer_stack.h"
#include "engine/container/limits.h"
#include "engine/container/shim_link.h"
#include "engine/container/trash.h"
#include "engine/shim/exit_record.h"

#include <QThreadPool>

#include <map>
#include <set>

/// What the files of ContainerManager share: container_manager.cpp (making and asking), lifecycle.cpp (starting to
/// ending), removal.cpp, recover.cpp.
namespace lamella::container {

struct LaterDeleter {
    void operator()(ShimLink* link) const
    {
        link->silence();
        link->deleteLater();
    }
};

/// Now, as documents and rows have it.
inline std::chrono::microseconds sinceEpoch()
{
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch());
}

/// A container and what is going on with it.
struct Entry {
    Container container;
    std::unique_ptr<ShimLink, LaterDeleter> link; ///< while it has a shim
    std::chrono::nanoseconds startedAt{}; ///< when Start was called, CLOCK_MONOTONIC
    std::vector<std::pair<std::string, std::chrono::nanoseconds>> ownSteps;
    Reply<void> startReply; ///< while it starts
    std::optional<Error> startError;
    std::optional<shim::ExitRecord> ended; ///< what the shim has said of the end
    bool cleaning = false; ///< what a lost shim left is being removed
    bool removing = false;
    std::vector<Reply<void>> removeReplies;
    bool toTrash = false; ///< somebody who removes it wants it to stay there
    std::string held; ///< why it is neither started nor removed

    /// Errors: Busy.
    Result<void> checkNotHeld() const;
    std::set<unsigned> execs; ///< those that run, as far as the shim has said
    std::optional<oci::Process> process; ///< config.json's, read for the first exec
};

struct ContainerManager::Private {
    Private(ContainerManager& owner, db::Database& data, image::ImageStore& store, Directories where,
            TrashSettings trashSettings);
    ~Private();

    Entry* entry(const std::string& id);
    Result<Entry*> known(const std::string& id);
    Result<Entry*> running(const std::string& id);
    /// Tells of the change, and writes it to the database in the background.
    void update(Entry& entry);
    /// Does `work` on a thread of `pool` and then `done` on this one.
    void run(QThreadPool& pool, std::function<Result<void>()> work, std::function<void(Result<void>)> done);
    void ask(const std::string& id, nlohmann::json body, Reply<void> reply);

    // manager.cpp: making
    Result<oci::Seccomp> seccomp();
    void compileSeccomp();
    Result<LayerStack> layerStack(const image::Image& image, const std::filesystem::path& upper) const;
    Result<ResolvedUser> lookUpUser(const std::string& user, const image::Image& image,
                                    const std::filesystem::path& upper) const;
    Result<void> checkNameIsFree(uid_t owner, const std::string& name) const;
    Result<std::string> chooseName(uid_t owner) const;
    std::size_t countOf(uid_t owner) const;
    Result<void> checkCount(uid_t owner) const;
    Result<void> checkRequest(const CreateRequest& request) const;
    Result<oci::Process> execProcess(Entry& entry, const ExecRequest& request);

    // lifecycle.cpp
    Result<void> moveCgroup(Entry& entry);
    Result<void> spawn(Entry& entry);
    void adopt(Entry& entry, ShimProcess process);
    void handleEvent(const std::string& id, const nlohmann::json& event);
    void handleStarted(Entry& entry, const nlohmann::json& event);
    void endUnclaimed(const std::string& id, const shim::Message& answer);
    void askForState(const std::string& id);
    void takeState(Entry& entry, const nlohmann::json& state);
    void handleEnd(const std::string& id);
    void finishRun(Entry& entry, const shim::ExitRecord& record);
    void finishFailedStart(Entry& entry);
    void finishLost(Entry& entry, const char* why);
    void cleanUpLost(const std::string& id, Reply<void> then = {});
    bool hasUnfinishedUndo(const std::string& id) const;
    std::optional<shim::ExitRecord> lastExitRecord(const Container& container) const;

    // removal.cpp
    void remove(const std::string& id, bool force, bool toTrash, Reply<void> reply);
    void removeNow(const std::string& id);
    Result<void> putInTrash(Entry& entry);
    Result<void> removeForGood(Entry& entry);
    void finishRemoval(const std::string& id, const Result<void>& result);

    // recover.cpp
    Result<void> recover();
    void recoverRunning(Entry& entry, FoundShim shim);
    void recoverEnded(Entry& entry);
    void sweep();
    void removeForeign(const std::string& id) const;

    ContainerManager& q;
    db::Database& database;
    image::ImageStore& images;
    Directories directories;
    ContainerFiles files;
    Machine machine;
    UniqueFd shimProgram;
    std::optional<oci::Seccomp> profile;
    Trash trash;
    std::map<std::string, Entry> entries;
    QThreadPool writer; ///< one thread: documents are written in order
    QThreadPool background; ///< what a start may wait for
    QThreadPool removals; ///< what takes as long as there are files
};

/// Kills what is left in a lost container's cgroup, and removes it and the run directory. Blocks. Any thread.
Result<void> cleanUpAfterShim(const ContainerFiles& files, const std::string& id, const std::string& cgroupPath);

} // namespace lamella::container

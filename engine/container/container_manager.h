// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"
#include "engine/container/trash_settings.h"
#include "engine/image/image_store.h"
#include "engine/layer/overlay_tree.h"

#include <QObject>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

/// The lifecycle of containers: the facade over images, bundles and shims. Lives on the helper's main thread and never
/// blocks it; what takes time answers through a callback on that thread.
namespace lamella::container {

enum class State { Created, Running, Paused, Stopped };

/// What a caller asks for; unset fields mean the image's own or the default. Already checked for type, not for meaning.
struct CreateRequest {
    uid_t owner = 0;
    std::string image;
    std::string name; ///< empty: made up
    std::vector<std::string> command;
    std::vector<std::string> env;
    std::optional<std::string> workingDir;
    std::optional<std::string> user;
    std::optional<std::string> hostname;
    bool terminal = false;
    bool init = false;
    Bytes memoryLimit; ///< 0: none
    double cpuQuota = 0; ///< CPUs; 0: none
    std::uint64_t cpuWeight = 100;
    std::uint64_t pidsMax = 2048;
};

/// All that is known of a container.
struct Container {
    std::string id;
    std::string name;
    uid_t owner = 0;
    std::string imageId;
    std::string imageName;
    std::vector<std::string> command; ///< entrypoint and arguments, as run
    int stopSignal = 0; ///< what asks the program to end: the image's, or SIGTERM
    State state = State::Created;
    pid_t pid = 0;
    pid_t shimPid = 0;
    int exitStatus = -1;
    bool oomKilled = false;
    std::string lastError;
    std::chrono::microseconds created{};
    std::chrono::microseconds started{};
    std::chrono::microseconds finished{};
    CreateRequest request; ///< limits, terminal, init, hostname, user, working directory as resolved
    std::uint32_t hostUidBase = 0;
    std::uint32_t hostUidCount = 0;
    std::string cgroupPath;
    std::vector<std::pair<std::string, std::chrono::microseconds>> timeline; ///< step, time since Start
};

struct ExecRequest {
    std::vector<std::string> command = {};
    std::vector<std::string> env = {};
    std::optional<std::string> workingDir = {};
    std::optional<std::string> user = {};
    bool terminal = false;
    std::uint16_t rows = 24;
    std::uint16_t columns = 80;
};

struct ExecReply {
    unsigned exec = 0; ///< names it towards the shim
    pid_t pid = 0;
    std::vector<UniqueFd> streams; ///< 1 (PTY master) or 3 (in, out, err)
};

template <class T>
using Reply = std::function<void(Result<T>)>;

struct Directories {
    std::filesystem::path root; ///< /var/lib/lamella
    std::filesystem::path run; ///< /run/lamella
    std::filesystem::path programs; ///< where lamella-shim, lamella-init and lamella-worker are
    std::filesystem::path seccompProfile;
    std::string cgroupParent = "/lamella"; ///< containers' cgroups are made below it
};

class Trash;

class ContainerManager : public QObject {
    Q_OBJECT

public:
    ContainerManager(db::Database& database, image::ImageStore& images, Directories directories,
                     TrashSettings trash = {});
    ~ContainerManager() override;

    /// Finds again what an earlier helper left: connects to living shims, reads exit records, sweeps what no row refers
    /// to. Called once before the helper takes its bus name.
    Result<void> recover();

    std::vector<std::string> ids() const;
    const Container* find(const std::string& id) const;

    /// Checks the request and makes the row and the bundle; nothing is left of it when it fails.
    /// Errors: NotFound (image, user), AlreadyExists (name), InvalidArgument, LimitExceeded, NoSpace.
    Result<std::string> create(const CreateRequest& request);
    /// The answer comes when the program runs, or when nothing is left of the attempt; the state is then as it was.
    /// Errors: WrongState, Busy, NotFound and NotAuthorized (the command), Failed and others (the message names the
    /// step).
    void start(const std::string& id, Reply<void> reply);
    void kill(const std::string& id, int signal, bool all, Reply<void> reply);
    void pause(const std::string& id, Reply<void> reply);
    void resume(const std::string& id, Reply<void> reply);
    /// For good. `force` kills it first. The answer comes when row, directories, cgroup and mounts are gone.
    void remove(const std::string& id, bool force, Reply<void> reply);
    /// As remove(), but its files stay in the trash, if there is one, and restore() brings it back. The answer comes
    /// when its cgroup and mounts are gone and its changes are counted.
    void moveToTrash(const std::string& id, bool force, Reply<void> reply);
    /// Brings a container back from the trash as it was, stopped; where somebody has its name now, under another one
    /// (see freeName()). Errors: NotFound, Busy (it is being moved there), AlreadyExists, LimitExceeded.
    Result<void> restore(const std::string& id);
    Trash& trash() const;
    Result<void> rename(const std::string& id, const std::string& name);
    void exec(const std::string& id, const ExecRequest& request, Reply<ExecReply> reply);
    void hangUp(const std::string& id, unsigned exec);
    /// Output from now on, and input, as a stream socket.
    void attach(const std::string& id, Reply<UniqueFd> reply);
    /// The container's own terminal.
    void resize(const std::string& id, std::uint16_t rows, std::uint16_t columns, Reply<void> reply);

    Result<UniqueFd> openLog(const std::string& id) const;
    std::filesystem::path upperDirectory(const std::string& id) const;
    /// Where its files lie; with the image's layers.
    layer::OverlayDirectories overlay(const std::string& id) const;
    /// The container's config.json.
    std::filesystem::path configFile(const std::string& id) const;
    /// A directory beside them for what an undo may leave when it is killed.
    std::filesystem::path undoDirectory(const std::string& id) const;

    /// For as long as somebody has what is returned it is neither started nor removed: Busy, with `why` ("its changes
    /// are being undone"). Errors: NotFound, Busy (it is held, being started or removed).
    Result<std::shared_ptr<const void>> hold(const std::string& id, std::string why);

Q_SIGNALS:
    void added(const std::string& id);
    void changed(const std::string& id);
    void removed(const std::string& id);
    void execExited(const std::string& id, unsigned exec, int status);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace lamella::container

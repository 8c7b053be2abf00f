// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/container_manager.h"
#include "engine/db/database.h"
#include "engine/image/image_store.h"
#include "engine/oci/spec.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QTest>

#include <functional>
#include <memory>
#include <optional>

namespace lamella::test {

/// A storage root of its own in /var/tmp with one image ("box:latest" of the users 0 and 1000: Debian's busybox), and
/// everything that goes with it, given back when it goes: processes, cgroups, directories.
class World {
public:
    World();
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    const std::filesystem::path& path() const { return m_path; }
    std::filesystem::path root() const { return m_path / "root"; }
    std::filesystem::path run() const { return m_path / "run"; }
    std::filesystem::path runOf(const std::string& id) const { return run() / "containers" / id; }
    std::filesystem::path directoryOf(const std::string& id) const { return root() / "containers" / id; }
    const std::string& cgroupParent() const { return m_cgroupParent; }

    static std::filesystem::path programs();
    container::Directories directories() const;
    db::Database& database() { return *m_database; }
    image::ImageStore& images() { return *m_images; }
    image::Image image() const;

    /// A bundle in directoryOf(id) that runs `command` in the image.
    oci::Spec makeBundle(const std::string& id, const container::CreateRequest& request,
                         const std::string& stopSignal = {}) const;

    /// The texts of the log's lines of a stream, parts joined.
    std::string logOf(const std::string& id, const std::string& stream = "stdout") const;

    /// What of `id` is still there: run directory, cgroup. Empty: nothing.
    std::string leftOf(const std::string& id) const;

private:
    void makeLayer() const;
    void addImage(uid_t owner);

    std::filesystem::path m_path;
    std::string m_cgroupParent;
    std::unique_ptr<db::Database> m_database;
    std::unique_ptr<image::ImageStore> m_images;
};

/// Turns the event loop until `condition` holds; false after half a minute.
bool eventually(const std::function<bool()>& condition);

/// Calls something that answers by a Reply and waits for the answer.
template <class T>
Result<T> await(const std::function<void(container::Reply<T>)>& call)
{
    auto answer = std::make_shared<std::optional<Result<T>>>();
    call([answer](Result<T> result) { *answer = std::move(result); });
    if (!eventually([&] { return answer->has_value(); }))
        return failure(ErrorKind::Failed, "no answer came");
    return std::move(**answer);
}

/// A value that a test needs, or the test ends with why there is none.
template <class T>
T require(Result<T> result)
{
    if (!result)
        qFatal("%s", result.error().message.c_str());
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

std::string readText(const std::filesystem::path& file);
/// Everything that comes until the end of the stream.
std::string readToEnd(BorrowedFd stream);
bool isAlive(pid_t pid);

} // namespace lamella::test

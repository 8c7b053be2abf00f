// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/db/database.h"
#include "engine/image/image_store.h"
#include "engine/layer/digest.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"
#include "resources/starter/tar_writer.h"

#include <QFile>
#include <QTest>

#include <nlohmann/json.hpp>

/// What the tests of the image store share: layouts to load, and a store in a directory of its own.
namespace lamella::image {

using nlohmann::json;
using starter::tarMember;
namespace fs = std::filesystem;

inline constexpr uid_t kOwner = 1000;

inline std::string environment(const char* name)
{
    return qEnvironmentVariable(name).toStdString();
}

// An OCI layout that a test can spoil at every point.
class TestLayout {
public:
    explicit TestLayout(fs::path directory)
        : m_directory(std::move(directory))
    {
        fs::create_directories(m_directory / "blobs/sha256");
        fs::permissions(m_directory, fs::perms(0755));
        write("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    }

    void write(const std::string& name, const std::string& text) const
    {
        QFile file(QString::fromStdString((m_directory / name).string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text.data(), static_cast<qint64>(text.size()));
    }

    json blob(const std::string& mediaType, const std::string& bytes) const
    {
        const auto digest = layer::digestOf(bytes);
        write(pathOf(digest), bytes);
        return {{"mediaType", mediaType}, {"digest", digest}, {"size", bytes.size()}};
    }

    static std::string pathOf(const std::string& digest)
    {
        return "blobs/sha256/" + std::string{layer::digestHex(digest)};
    }

    // One image of uncompressed layers.
    json image(const std::vector<std::string>& archives, const json& change = json::object()) const
    {
        json layers = json::array();
        json diffIds = json::array();
        for (const auto& archive : archives) {
            layers.push_back(blob("application/vnd.oci.image.layer.v1.tar", archive));
            diffIds.push_back(layer::digestOf(archive));
        }
        json config{{"architecture", "amd64"},
                    {"os", "linux"},
                    {"rootfs", {{"type", "layers"}, {"diff_ids", diffIds}}},
                    {"config", {{"Cmd", {"/bin/sh"}}}}};
        config.merge_patch(change);
        json manifest{{"schemaVersion", 2},
                      {"config", blob("application/vnd.oci.image.config.v1+json", config.dump())},
                      {"layers", layers}};
        return blob("application/vnd.oci.image.manifest.v1+json", manifest.dump());
    }

    void index(json manifests) const
    {
        write("index.json", json{{"schemaVersion", 2}, {"manifests", std::move(manifests)}}.dump());
    }

    UniqueFd open() const { return os::open(m_directory, O_RDONLY | O_DIRECTORY).value(); }
    fs::path path() const { return m_directory; }

private:
    fs::path m_directory;
};

inline std::string archiveOf(const std::vector<starter::TarMember>& members)
{
    std::string bytes;
    for (const auto& member : members)
        bytes += tarMember(member);
    return bytes + starter::tarEnd();
}

inline starter::TarMember file(std::string name, std::string data)
{
    return {.type = '0', .name = std::move(name), .link = {}, .data = std::move(data)};
}

struct Store {
    Store(const fs::path& root, const Limits& limits)
        : Store(root, environment("LAMELLA_BIN") + "/lamella-worker", limits)
    {
    }
    explicit Store(const fs::path& root, const fs::path& worker = environment("LAMELLA_BIN") + "/lamella-worker",
                   const Limits& limits = {})
        : database(db::Database::open(root / "lamella.db").value())
        , images(*database, root, worker, limits)
    {
    }
    std::unique_ptr<db::Database> database;
    ImageStore images;
};

inline std::vector<std::string> namesIn(const fs::path& directory)
{
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory))
        names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
}

// A new root and a place for a layout for each test.
class StoreTest {
protected:
    Result<std::vector<std::string>> load(Store& store, const fs::path& layout, uid_t owner = kOwner)
    {
        const auto directory = os::open(layout, O_RDONLY | O_DIRECTORY).value();
        return store.images.loadLayout(directory.borrow(), owner, {}, {});
    }
    fs::path root() const { return m_directory / "root"; }
    fs::path layout() const { return m_directory / "layout"; }
    void verifyEmpty() const
    {
        QCOMPARE(namesIn(root() / "layers"), std::vector<std::string>{});
        QCOMPARE(namesIn(root() / "blobs/sha256"), std::vector<std::string>{});
    }

    void prepare()
    {
        QCOMPARE(::geteuid(), 0u);
        m_directory = m_base / std::to_string(m_count++);
        fs::create_directories(root());
    }
    void cleanUp() const
    {
        const auto parent = os::open("/var/tmp", O_RDONLY | O_DIRECTORY).value();
        QVERIFY(layer::removeTree(parent.borrow(), m_base.filename()));
    }

    fs::path m_base{"/var/tmp/lamella-test-" + std::to_string(::getpid())};
    fs::path m_starter{fs::path(environment("LAMELLA_BIN")).parent_path() / "share/lamella/starter"};
    fs::path m_directory;
    int m_count = 0;
};

} // namespace lamella::image

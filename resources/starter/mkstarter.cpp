// SPDX-License-Identifier: GPL-3.0-or-later
// lamella-mkstarter BUSYBOX DIRECTORY: writes the starter image as an OCI layout. The same busybox gives the same
// digests.
#include "engine/layer/digest.h"
#include "resources/starter/rootfs.h"

#include <KCompressionDevice>
#include <QBuffer>
#include <QDir>
#include <QFile>
#include <QProcess>

#include <nlohmann/json.hpp>

#include <cstdio>
#include <optional>

using namespace lamella;
using namespace lamella::starter;
using nlohmann::json;

namespace {

constexpr const char* kCreated = "2026-01-01T00:00:00Z";
constexpr std::int64_t kCreatedSeconds = 1767225600;

#if defined(__x86_64__)
constexpr const char* kArchitecture = "amd64";
#elif defined(__aarch64__)
constexpr const char* kArchitecture = "arm64";
#else
#error "add this architecture's name in images (GOARCH)"
#endif

std::optional<std::string> readFile(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    return file.readAll().toStdString();
}

std::vector<std::string> appletsOf(const QString& busybox)
{
    QProcess process;
    process.start(busybox, {QStringLiteral("--list")});
    std::vector<std::string> applets;
    if (!process.waitForFinished() || process.exitCode() != 0)
        return applets;
    for (const auto& line : process.readAllStandardOutput().split('\n')) {
        if (!line.isEmpty())
            applets.push_back(line.toStdString());
    }
    return applets;
}

std::string archive(LayerContent layer)
{
    std::string bytes;
    for (auto& member : layer.members) {
        member.mtime = kCreatedSeconds;
        bytes += tarMember(member);
    }
    return bytes + tarEnd();
}

// RFC 1952, 2.3: the header's time (bytes 4 to 7) would differ from build to build; 0 means that there is none.
std::string gzip(const std::string& bytes)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    {
        KCompressionDevice device(&buffer, false, KCompressionDevice::GZip);
        device.open(QIODevice::WriteOnly);
        device.write(bytes.data(), static_cast<qint64>(bytes.size()));
        device.close();
    }
    auto compressed = buffer.data().toStdString();
    compressed.replace(4, 4, 4, '\0');
    return compressed;
}

class Layout {
public:
    explicit Layout(QString directory)
        : m_directory(std::move(directory))
    {
        QDir(m_directory).removeRecursively();
        m_good = QDir().mkpath(m_directory + QStringLiteral("/blobs/sha256"));
    }

    json blob(const char* mediaType, const std::string& bytes)
    {
        const auto digest = layer::digestOf(bytes);
        write("blobs/sha256/" + std::string{layer::digestHex(digest)}, bytes);
        return {{"mediaType", mediaType}, {"digest", digest}, {"size", bytes.size()}};
    }

    void write(const std::string& name, const std::string& bytes)
    {
        QFile file(m_directory + QLatin1Char('/') + QString::fromStdString(name));
        m_good = m_good && file.open(QIODevice::WriteOnly)
            && file.write(bytes.data(), static_cast<qint64>(bytes.size())) == static_cast<qint64>(bytes.size())
            && file.flush();
    }

    bool isGood() const { return m_good; }

private:
    QString m_directory;
    bool m_good = false;
};

json configOf(const std::vector<LayerContent>& contents, const std::vector<std::string>& diffIds)
{
    json history = json::array();
    for (const auto& content : contents)
        history.push_back({{"created", kCreated}, {"created_by", content.createdBy}});
    return {
        {"created", kCreated},
        {"architecture", kArchitecture},
        {"os", "linux"},
        {"config", {{"Cmd", {"/bin/sh"}}, {"Env", {"PATH=/usr/local/bin:/usr/bin:/bin"}}, {"WorkingDir", "/root"}}},
        {"rootfs", {{"type", "layers"}, {"diff_ids", diffIds}}},
        {"history", history},
    };
}

bool writeImage(const std::vector<LayerContent>& contents, const QString& directory)
{
    Layout layout(directory);
    json blobs = json::array();
    std::vector<std::string> diffIds;
    for (const auto& content : contents) {
        const auto bytes = archive(content);
        diffIds.push_back(layer::digestOf(bytes));
        blobs.push_back(layout.blob("application/vnd.oci.image.layer.v1.tar+gzip", gzip(bytes)));
    }
    const auto config = layout.blob("application/vnd.oci.image.config.v1+json", configOf(contents, diffIds).dump());
    const json manifest{{"schemaVersion", 2},
                        {"mediaType", "application/vnd.oci.image.manifest.v1+json"},
                        {"config", config},
                        {"layers", blobs}};
    auto descriptor = layout.blob("application/vnd.oci.image.manifest.v1+json", manifest.dump());
    descriptor["annotations"] = {{"org.opencontainers.image.ref.name", "starter:latest"}};
    descriptor["platform"] = {{"architecture", kArchitecture}, {"os", "linux"}};
    const json index{{"schemaVersion", 2},
                     {"mediaType", "application/vnd.oci.image.index.v1+json"},
                     {"manifests", json::array({descriptor})}};
    layout.write("index.json", index.dump());
    layout.write("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    return layout.isGood();
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3) {
        std::fputs("usage: lamella-mkstarter BUSYBOX DIRECTORY\n", stderr);
        return 2;
    }
    const auto program = QString::fromLocal8Bit(argv[1]);
    const auto busybox = readFile(program);
    const auto applets = appletsOf(program);
    if (!busybox || applets.empty()) {
        std::fprintf(stderr, "lamella-mkstarter: %s is no busybox: install the package busybox-static\n", argv[1]);
        return 1;
    }
    if (!writeImage(layers(*busybox, applets), QString::fromLocal8Bit(argv[2]))) {
        std::fprintf(stderr, "lamella-mkstarter: cannot write to %s\n", argv[2]);
        return 1;
    }
    return 0;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "world.h"

#include "engine/cgroup/cgroup.h"
#include "engine/container/bundle.h"
#include "engine/container/container_files.h"
#include "engine/image/image_rows.h"

#include <csignal>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace lamella::test {

namespace {

constexpr char kChain[] = "1111111111111111111111111111111111111111111111111111111111111111";

void writeText(const fs::path& file, const std::string& text)
{
    std::ofstream{file} << text;
}

bool isZombie(pid_t pid)
{
    const std::string stat = readText("/proc/" + std::to_string(pid) + "/stat");
    const auto end = stat.rfind(')');
    return end == std::string::npos || end + 2 >= stat.size() || stat[end + 2] == 'Z' || stat[end + 2] == 'X';
}

} // namespace

World::World()
{
    // The pid alone is not unique: tests may run in pid namespaces of their own.
    std::string name = "/var/tmp/lamella-test-" + std::to_string(::getpid()) + "-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
        qFatal("cannot make a directory in /var/tmp");
    m_path = name;
    m_cgroupParent = "/" + m_path.filename().string();
    fs::create_directories(root());
    makeLayer();
    m_database = require(db::Database::open(root() / "lamella.db"));
    m_images = std::make_unique<image::ImageStore>(*m_database, root(), programs() / "lamella-worker");
    addImage(0);
    addImage(1000);
    require(container::ContainerFiles{root(), run()}.prepare());
}

World::~World()
{
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root() / "containers", error)) {
        if (auto group = cgroup::open(m_cgroupParent + "/" + entry.path().filename().string())) {
            std::ignore = (*group)->killAll();
            std::ignore = (*group)->remove();
        }
    }
    if (auto parent = cgroup::open(m_cgroupParent))
        std::ignore = (*parent)->remove();
    m_images.reset();
    m_database.reset();
    fs::remove_all(m_path, error);
}

fs::path World::programs()
{
    return qEnvironmentVariable("LAMELLA_BIN").toStdString();
}

container::Directories World::directories() const
{
    return {.root = root(),
            .run = run(),
            .programs = programs(),
            .seccompProfile
            = fs::path{qEnvironmentVariable("LAMELLA_SOURCE").toStdString()} / "resources/seccomp/default.json",
            .cgroupParent = m_cgroupParent};
}

void World::makeLayer() const
{
    const fs::path layer = root() / "layers" / kChain / "diff";
    for (const char* directory : {"bin", "etc", "tmp", "home/ant"})
        fs::create_directories(layer / directory);
    fs::copy_file("/bin/busybox", layer / "bin/busybox");
    for (const char* applet :
         {"sh", "cat", "echo", "sleep", "stty", "printf", "head",  "tail", "dd",    "kill", "id",
          "ls", "pwd", "tr",   "env",   "true", "yes",    "touch", "rm",   "mkdir", "seq",  "hostname"})
        fs::create_symlink("busybox", layer / "bin" / applet);
    writeText(layer / "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nant:x:1234:1235:Ant:/home/ant:/bin/sh\n");
    writeText(layer / "etc/group", "root:x:0:\nant:x:1235:\nhill:x:1240:ant\n");
    writeText(layer / "etc/notaprogram", "text\n");
    fs::permissions(root(), fs::perms::owner_all);
    ::chmod((layer / "tmp").c_str(), 01777);
}

image::Image World::image() const
{
    image::Image image;
    image.id = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
    image.references = {"box:latest"};
    image.platform = image::orOwn({});
    image.cmd = {"/bin/sh"};
    image.env = {"PATH=/bin"};
    image.layers = {{.diffId = std::string{"sha256:"} + kChain,
                     .chainId = std::string{"sha256:"} + kChain,
                     .size = {1},
                     .created = {},
                     .createdBy = "test"}};
    return image;
}

void World::addImage(uid_t owner)
{
    auto connection = m_database->lock();
    image::Image one = image();
    one.owner = owner;
    require(image::rows::addLayer(connection, one.layers[0], 1));
    require(
        image::rows::addImage(connection,
                              {.image = one,
                               .manifest = "sha256:3333333333333333333333333333333333333333333333333333333333333333",
                               .blobs = std::vector<image::LayerBlob>(one.layers.size())}));
}

oci::Spec World::makeBundle(const std::string& id, const container::CreateRequest& request,
                            const std::string& stopSignal) const
{
    const container::IdRange ids{container::kFirstOwnId, container::kIdCount};
    const container::ContainerFiles files{root(), run()};
    image::Image box = image();
    box.stopSignal = stopSignal;
    container::CreateRequest named = request;
    named.hostname = "box";
    oci::Spec spec = require(container::makeSpec({.id = id,
                                                  .image = box,
                                                  .request = named,
                                                  .user = {},
                                                  .ids = ids,
                                                  .directory = files.directory(id),
                                                  .layersRoot = root(),
                                                  .lower = {root() / "layers" / kChain / "diff", files.skeleton()},
                                                  .initProgram = programs() / "lamella-init",
                                                  .cgroupsPath = m_cgroupParent + "/" + id,
                                                  .seccomp = {}}));
    require(files.make(id, oci::serializeSpec(spec), container::etcFiles("box"), ids));
    return spec;
}

std::string World::logOf(const std::string& id, const std::string& stream) const
{
    std::ifstream log{directoryOf(id) / "log"};
    std::string text;
    for (std::string line; std::getline(log, line);) {
        std::istringstream words{line};
        std::string time, name, tag;
        words >> time >> name >> tag;
        if (name == stream)
            text += line.substr(time.size() + name.size() + tag.size() + 3) + (tag == "F" ? "\n" : "");
    }
    return text;
}

std::string World::leftOf(const std::string& id) const
{
    std::string left;
    if (fs::exists(runOf(id)))
        left += " its run directory";
    if (cgroup::open(m_cgroupParent + "/" + id))
        left += " its cgroup";
    return left;
}

bool eventually(const std::function<bool()>& condition)
{
    const QDeadlineTimer deadline{30'000};
    while (!condition()) {
        if (deadline.hasExpired())
            return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
        ::usleep(1000);
    }
    return true;
}

std::string readText(const fs::path& file)
{
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

std::string readToEnd(BorrowedFd stream)
{
    std::string text;
    char bytes[4096];
    for (;;) {
        pollfd ready{stream.get(), POLLIN, 0};
        if (::poll(&ready, 1, 30'000) <= 0)
            return text + " [no end came]";
        const ssize_t length = ::read(stream.get(), bytes, sizeof bytes);
        if (length <= 0) // EIO is the end of a terminal
            return text;
        text.append(bytes, static_cast<std::size_t>(length));
    }
}

bool isAlive(pid_t pid)
{
    return pid > 0 && ::kill(pid, 0) == 0 && !isZombie(pid);
}

} // namespace lamella::test

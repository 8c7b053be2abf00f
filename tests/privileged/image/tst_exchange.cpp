// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/mount.h"
#include "tests/privileged/image/exchange_fixture.h"
#include "tests/privileged/layer/described_tree.h"

#include <QFileInfo>
#include <QTest>

#include <ranges>
#include <sys/mount.h>

using namespace lamella;
using namespace lamella::image;

using layer::Compression;
Q_DECLARE_METATYPE(Compression)

namespace {

const std::string kName{"example.org/team/app:1"};
const std::string kOther{"example.org/other:2"};

json parsed(const std::string& text)
{
    return json::parse(text);
}

/// dockerd with a store of its own in a directory, and no network.
class Docker {
public:
    explicit Docker(const fs::path& directory)
        : m_directory(directory)
        , m_host("unix://" + (directory / "docker.socket").string())
    {
        const auto at = [&](const char* name) { return QString::fromStdString((m_directory / name).string()); };
        m_daemon.setProcessChannelMode(QProcess::MergedChannels);
        m_daemon.start(QStringLiteral("dockerd"),
                       {QStringLiteral("--iptables=false"), QStringLiteral("--ip6tables=false"),
                        QStringLiteral("--ip-forward=false"), QStringLiteral("--bridge=none"),
                        QStringLiteral("--storage-driver=vfs"), QStringLiteral("--data-root"), at("docker"),
                        QStringLiteral("--exec-root"), at("docker-run"), QStringLiteral("--pidfile"), at("docker.pid"),
                        QStringLiteral("--host"), QString::fromStdString(m_host)});
        const auto socket = at("docker.socket");
        const auto isSettled = [&] { return QFileInfo::exists(socket) || m_daemon.state() == QProcess::NotRunning; };
        if (!QTest::qWaitFor(isSettled, 60'000) || m_daemon.state() == QProcess::NotRunning)
            qFatal("dockerd: %s", m_daemon.readAll().constData());
    }
    Docker(const Docker&) = delete;
    Docker& operator=(const Docker&) = delete;
    ~Docker()
    {
        m_daemon.terminate();
        if (!m_daemon.waitForFinished(30'000))
            qFatal("dockerd does not end");
        ::umount2((m_directory / "docker").c_str(), MNT_DETACH); // it leaves its store mounted on itself
    }

    std::string run(std::vector<std::string> arguments) const
    {
        arguments.insert(arguments.begin(), {"--host", m_host});
        return said("docker", arguments);
    }

private:
    fs::path m_directory;
    std::string m_host;
    QProcess m_daemon;
};

} // namespace

// Images from and to the tools that others use: what goes out is read by them as it is, and what they write comes in.
class ExchangeTest : public QObject, StoreTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        for (const auto* tool : {"skopeo", "umoci", "podman", "dockerd", "docker"}) {
            if (!isInstalled(tool))
                QSKIP("needs skopeo, umoci, podman and docker (./dev shell --with test)");
        }
        fs::remove_all(m_base); // of a run that was killed
        fs::create_directories(m_base);
        m_archives = interestingArchives(m_base);
    }
    void init()
    {
        prepare();
        const TestLayout layout{this->layout()};
        layout.index({layout.image(m_archives, interestingConfig()), layout.image({m_archives[0], m_archives[2]})});
        m_store = std::make_unique<Store>(root());
        m_ids = load(*m_store, layout.path()).value();
        QVERIFY(m_store->images.tag(kOwner, m_ids[0], kName));
        QVERIFY(m_store->images.tag(kOwner, m_ids[1], kOther));
    }
    void cleanup()
    {
        m_store.reset();
        if (!m_directory.empty())
            fs::remove_all(m_directory);
    }
    void cleanupTestCase() { cleanUp(); }

    void skopeoReadsWhatIsSaved_data() { compressions(); }
    void skopeoReadsWhatIsSaved();
    void podmanLoadsWhatIsSaved_data() { compressions(); }
    void podmanLoadsWhatIsSaved();
    void umociUnpacksTheSameTree();
    void whatSkopeoWritesIsLoaded_data();
    void whatSkopeoWritesIsLoaded();
    void whatPodmanWritesIsLoaded_data();
    void whatPodmanWritesIsLoaded();
    void whatUmociWritesIsLoaded();
    void dockerLoadsWhatIsSaved_data() { compressions(); }
    void dockerLoadsWhatIsSaved();
    void whatDockerSavesIsLoaded();

private:
    void compressions()
    {
        QTest::addColumn<Compression>("compression");
        QTest::newRow("plain") << Compression::None;
        QTest::newRow("gzip") << Compression::Gzip;
        QTest::newRow("zstd") << Compression::Zstd;
    }
    std::string at(const char* name) const { return (m_directory / name).string(); }
    Image imageNamed(const std::string& name) const { return m_store->images.find(kOwner, name).value(); }

    /// Both images, in one archive.
    std::string saved(Compression compression = Compression::None)
    {
        const auto file = os::open(at("saved"), O_WRONLY | O_CREAT | O_TRUNC, 0644).value();
        const auto done = m_store->images.save(kOwner, {kName, kOther}, compression, file.borrow(), {}, {});
        if (!done)
            qFatal("%s", done.error().message.c_str());
        return at("saved");
    }

    std::string podman(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(),
                         {"--root", at("podman"), "--runroot", at("podman-run"), "--tmpdir", at("podman-tmp"),
                          "--storage-driver", "vfs"});
        return said("podman", arguments);
    }

    /// What a store of nothing makes of a file or directory.
    std::vector<Image> loadedElsewhere(const std::string& path)
    {
        fs::remove_all(at("other"));
        fs::create_directories(at("other"));
        Store other{at("other")};
        const auto source = os::open(path, O_RDONLY).value();
        const auto loaded = fs::is_directory(path) ? other.images.loadLayout(source.borrow(), kOwner, {}, {})
                                                   : other.images.loadArchive(source.borrow(), kOwner, {}, {});
        if (!loaded)
            qFatal("%s: %s", path.c_str(), loaded.error().message.c_str());
        return other.images.list(kOwner);
    }

    std::vector<std::string> m_archives;
    std::unique_ptr<Store> m_store;
    std::vector<std::string> m_ids;
};

void ExchangeTest::skopeoReadsWhatIsSaved()
{
    QFETCH(Compression, compression);
    const auto file = saved(compression);
    for (const auto& name : {kName, kOther}) {
        const auto image = imageNamed(name);
        for (const std::string transport : {"oci-archive:", "docker-archive:"}) {
            const auto source = transport + file + ':' + name;
            const auto config = said("skopeo", {"inspect", "--config", "--raw", source});
            QCOMPARE(layer::digestOf(config), image.id);
            // It compares every blob with its name, and with what the config says.
            fs::remove_all(at("copy"));
            said("skopeo", {"copy", "--insecure-policy", source, "oci:" + at("copy") + ":x"});
            const auto copied = loadedElsewhere(at("copy"));
            QCOMPARE(copied.size(), 1u);
            QCOMPARE(diffIdsOf(copied[0]), diffIdsOf(image));
        }
    }
}

void ExchangeTest::podmanLoadsWhatIsSaved()
{
    QFETCH(Compression, compression);
    podman({"load", "-q", "-i", saved(compression)});
    for (const auto& name : {kName, kOther}) {
        const auto image = imageNamed(name);
        const auto inspected = parsed(podman({"image", "inspect", name}))[0];
        QCOMPARE("sha256:" + inspected["Id"].get<std::string>(), image.id);
        QCOMPARE(inspected["RootFS"]["Layers"].get<std::vector<std::string>>(), diffIdsOf(image));
        QCOMPARE(inspected["Config"].value("User", ""), image.user);
        QCOMPARE(inspected["Config"].value("WorkingDir", ""), image.workingDir);
        QCOMPARE(inspected["Config"].value("Env", std::vector<std::string>{}), image.env);
        QCOMPARE(inspected["Config"].value("Entrypoint", std::vector<std::string>{}), image.entrypoint);
        QCOMPARE(inspected["Config"].value("Cmd", std::vector<std::string>{}), image.cmd);
    }
    QCOMPARE(parsed(podman({"image", "inspect", kName}))[0]["History"].size(), 4u);
}

// Its file system is the one that a container of ours has.
void ExchangeTest::umociUnpacksTheSameTree()
{
    const auto out = at("layout-out");
    fs::create_directories(out);
    said("tar", {"-xf", saved(), "-C", out});
    said("umoci", {"unpack", "--image", out + ':' + kName, at("bundle")});
    auto overlay = os::FileSystem::open("overlay").value();
    for (const auto& directory : m_store->images.layerDirectories(imageNamed(kName)) | std::views::reverse)
        QVERIFY(overlay.set("lowerdir+", directory));
    const auto mount = overlay.mount().value();
    const auto ours = test::describedTree(std::format("/proc/self/fd/{}/", mount.get()));
    QVERIFY(ours.contains("etc/same"));
    QCOMPARE(test::describedTree(at("bundle") + "/rootfs/"), ours);
}

void ExchangeTest::whatSkopeoWritesIsLoaded_data()
{
    QTest::addColumn<QString>("transport");
    QTest::addColumn<QString>("compression"); // of the layers
    QTest::addColumn<bool>("keepsId");
    for (const auto* compression : {"", "gzip", "zstd"}) {
        QTest::addRow("oci %s", compression) << "oci:" << compression << true;
        QTest::addRow("oci-archive %s", compression) << "oci-archive:" << compression << true;
    }
    QTest::addRow("docker-archive") << "docker-archive:" << "" << false; // its config is Docker's
}

void ExchangeTest::whatSkopeoWritesIsLoaded()
{
    QFETCH(QString, transport);
    QFETCH(QString, compression);
    QFETCH(bool, keepsId);
    std::vector<std::string> arguments{"copy", "--insecure-policy"};
    if (!compression.isEmpty())
        arguments.insert(arguments.end(), {"--dest-compress-format", compression.toStdString(), "--dest-compress"});
    arguments.push_back("oci-archive:" + saved() + ':' + kName);
    arguments.push_back(transport.toStdString() + at("written") + ':' + kName);
    said("skopeo", arguments);
    const auto images = loadedElsewhere(at("written"));
    QCOMPARE(images.size(), 1u);
    const auto image = imageNamed(kName);
    QCOMPARE(diffIdsOf(images[0]), diffIdsOf(image));
    QCOMPARE(images[0].references, std::vector{kName});
    QCOMPARE(images[0].env, image.env);
    QCOMPARE(images[0].entrypoint, image.entrypoint);
    if (keepsId)
        QCOMPARE(images[0].id, image.id);
}

void ExchangeTest::whatPodmanWritesIsLoaded_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<bool>("several");
    QTest::newRow("docker-archive") << "docker-archive" << false;
    QTest::newRow("docker-archive, several") << "docker-archive" << true;
    QTest::newRow("oci-archive") << "oci-archive" << false;
    QTest::newRow("oci-dir") << "oci-dir" << false;
}

void ExchangeTest::whatPodmanWritesIsLoaded()
{
    QFETCH(QString, format);
    QFETCH(bool, several);
    podman({"load", "-q", "-i", saved()});
    std::vector<std::string> arguments{"save", "-q", "--format", format.toStdString(), "-o", at("written")};
    if (several)
        arguments.emplace_back("-m");
    arguments.push_back(kName);
    if (several)
        arguments.push_back(kOther);
    podman(arguments);
    const auto images = loadedElsewhere(at("written"));
    QCOMPARE(images.size(), several ? 2u : 1u);
    for (const auto& image : images) {
        QCOMPARE(image.references.size(), 1u);
        const auto own = imageNamed(image.references[0]);
        QCOMPARE(diffIdsOf(image), diffIdsOf(own));
        QCOMPARE(image.cmd, own.cmd);
        QCOMPARE(image.user, own.user);
    }
}

// A layout of another tool's, with a layer that it made.
void ExchangeTest::whatUmociWritesIsLoaded()
{
    const auto out = at("layout-out");
    fs::create_directories(out);
    said("tar", {"-xf", saved(), "-C", out});
    const auto name = out + ':' + kName;
    said("umoci", {"unpack", "--image", name, at("bundle")});
    said("sh", {"-euc", "cd \"$0\"; rm home/top; printf new > etc/new; ln etc/new etc/new2", at("bundle") + "/rootfs"});
    said("umoci", {"repack", "--image", out + ":repacked", at("bundle")});
    said("umoci", {"config", "--image", out + ":repacked", "--config.user", "5:6"});
    said("chmod", {"-R", "a+rX", out}); // a layout is read with the rights of who loads it
    const auto images = loadedElsewhere(out);
    const auto repacked = std::ranges::find_if(
        images, [](const Image& image) { return std::ranges::contains(image.references, "docker.io/library/repacked:latest"); });
    QVERIFY(repacked != images.end());
    const auto config = parsed(said("skopeo", {"inspect", "--config", "--raw", "oci:" + out + ":repacked"}));
    QCOMPARE(config["rootfs"]["diff_ids"].get<std::vector<std::string>>(), diffIdsOf(*repacked));
    QCOMPARE(repacked->layers.size(), m_archives.size() + 1);
    QCOMPARE(repacked->user, "5:6");
}

void ExchangeTest::dockerLoadsWhatIsSaved()
{
    QFETCH(Compression, compression);
    const auto file = saved(compression);
    const Docker docker{m_directory};
    docker.run({"load", "--quiet", "--input", file});
    for (const auto& name : {kName, kOther}) {
        const auto image = imageNamed(name);
        const auto inspected = parsed(docker.run({"image", "inspect", name}))[0];
        QCOMPARE(inspected["Id"].get<std::string>(), image.id);
        QCOMPARE(inspected["RootFS"]["Layers"].get<std::vector<std::string>>(), diffIdsOf(image));
        QCOMPARE(inspected["Config"].value("User", ""), image.user);
    }
}

void ExchangeTest::whatDockerSavesIsLoaded()
{
    const auto file = saved();
    {
        const Docker docker{m_directory};
        docker.run({"load", "--quiet", "--input", file});
        docker.run({"tag", kOther, "short:3"});
        docker.run({"save", "--output", at("written"), kName, kOther, "short:3"});
        }
    const auto images = loadedElsewhere(at("written"));
    QCOMPARE(images.size(), 2u);
    for (const auto& image : images) {
        const bool isFirst = std::ranges::contains(image.references, kName);
        const auto own = imageNamed(isFirst ? kName : kOther);
        QCOMPARE(image.id, own.id);
        QCOMPARE(image.references,
                 isFirst ? std::vector{kName} : (std::vector<std::string>{"docker.io/library/short:3", kOther}));
        QCOMPARE(diffIdsOf(image), diffIdsOf(own));
        QCOMPARE(image.cmd, own.cmd);
    }
}

QTEST_GUILESS_MAIN(ExchangeTest)
#include "tst_exchange.moc"

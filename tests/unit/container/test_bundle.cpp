// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/cpu_weight.h"
#include "engine/container/bundle.h"

#include <QTest>

#include <algorithm>

using namespace lamella;
using namespace lamella::container;
using Strings = std::vector<std::string>;

class TestBundle : public QObject {
    Q_OBJECT

    oci::Spec specOf(const CreateRequest& request) const
    {
        return makeSpec({.id = "abc",
                         .image = m_image,
                         .request = request,
                         .user = {.uid = 5, .gid = 6, .additionalGids = {7}, .home = "/home/ant"},
                         .ids = {100000, 65536},
                         .directory = "/store/containers/abc",
                         .layersRoot = "/store",
                         .lower = {"/store/layers/2/diff", "/store/layers/1/diff"},
                         .initProgram = "/programs/lamella-init",
                         .cgroupsPath = "/lamella/abc",
                         .seccomp = {}})
            .value();
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_image.entrypoint = {"/entry"};
        m_image.cmd = {"one", "two"};
        m_image.env = {"PATH=/image", "A=image", "B=image"};
        m_image.workingDir = "/work";
        m_request.hostname = "box";
    }

    void choosesTheCommand_data()
    {
        QTest::addColumn<Strings>("entrypoint");
        QTest::addColumn<Strings>("cmd");
        QTest::addColumn<Strings>("asked");
        QTest::addColumn<Strings>("result"); // empty: refused
        QTest::newRow("cmd") << Strings{} << Strings{"sh"} << Strings{} << Strings{"sh"};
        QTest::newRow("entrypoint") << Strings{"e"} << Strings{} << Strings{} << Strings{"e"};
        QTest::newRow("both") << Strings{"e"} << Strings{"c"} << Strings{} << Strings{"e", "c"};
        QTest::newRow("asked replaces cmd")
            << Strings{"e"} << Strings{"c"} << Strings{"a", "b"} << Strings{"e", "a", "b"};
        QTest::newRow("asked alone") << Strings{} << Strings{} << Strings{"a"} << Strings{"a"};
        QTest::newRow("nothing") << Strings{} << Strings{} << Strings{} << Strings{};
        QTest::newRow("empty") << Strings{} << Strings{""} << Strings{} << Strings{};
    }
    void choosesTheCommand()
    {
        QFETCH(const Strings, entrypoint);
        QFETCH(const Strings, cmd);
        QFETCH(const Strings, asked);
        QFETCH(const Strings, result);
        image::Image image;
        image.entrypoint = entrypoint;
        image.cmd = cmd;
        const auto command = commandOf(image, asked);
        QCOMPARE(command.value_or(Strings{}), result);
        if (!command)
            QCOMPARE(command.error().kind, ErrorKind::InvalidArgument);
    }

    void mergesTheEnvironment()
    {
        QCOMPARE(mergeEnvironment({"A=own", "N=new"}, {"A=base", "B=base"}, {"B=default", "C=default"}),
                 (Strings{"B=base", "C=default", "A=own", "N=new"}));
        CreateRequest request = m_request;
        request.env = {"A=asked"};
        request.terminal = true;
        const Strings env = specOf(request).process.env;
        QCOMPARE(
            env,
            (Strings{"PATH=/image", "HOSTNAME=box", "HOME=/home/ant", "TERM=xterm-256color", "A=asked", "B=image"}));
    }

    void confines()
    {
        const oci::Spec spec = specOf(m_request);
        QCOMPARE(spec.process.user.uid, 5u);
        QCOMPARE(spec.process.cwd, "/work");
        QVERIFY(spec.process.noNewPrivileges);
        QCOMPARE(spec.process.oomScoreAdj, std::optional{0}); // not the shim's protection
        QCOMPARE(spec.process.capabilities->bounding.size(), 14u);
        QVERIFY(std::ranges::find(spec.process.capabilities->bounding, "CAP_SYS_ADMIN")
                == spec.process.capabilities->bounding.end());
        QVERIFY(spec.process.capabilities->inheritable.empty() && spec.process.capabilities->ambient.empty());
        QCOMPARE(spec.linux.namespaces.size(), 7u);
        QVERIFY(std::ranges::all_of(spec.linux.namespaces, [](const auto& one) { return one.path.empty(); }));
        for (const auto* map : {&spec.linux.uidMappings, &spec.linux.gidMappings}) {
            QCOMPARE(map->size(), 1u);
            QCOMPARE((*map)[0].containerId, 0u);
            QCOMPARE((*map)[0].hostId, 100000u);
            QCOMPARE((*map)[0].size, 65536u);
        }
        QVERIFY(std::ranges::find(spec.linux.maskedPaths, "/proc/kcore") != spec.linux.maskedPaths.end());
        QVERIFY(std::ranges::find(spec.linux.readonlyPaths, "/proc/sys") != spec.linux.readonlyPaths.end());
        for (const oci::Mount& mount : spec.mounts) {
            if (mount.destination.starts_with("/sys"))
                QVERIFY(std::ranges::find(mount.options, "ro") != mount.options.end());
            if (mount.destination != "/dev" && mount.destination != "/dev/pts" && mount.type != "bind")
                QVERIFY2(std::ranges::find(mount.options, "nodev") != mount.options.end(), mount.destination.c_str());
        }
    }

    void namesTheOverlay()
    {
        const oci::Spec spec = specOf(m_request);
        QCOMPARE(spec.rootPath, "rootfs");
        QCOMPARE(spec.annotations.at(std::string{oci::kAnnotationLower}), "/store/layers/2/diff:/store/layers/1/diff");
        QCOMPARE(spec.annotations.at(std::string{oci::kAnnotationUpper}), "/store/containers/abc/upper");
        QCOMPARE(spec.annotations.at(std::string{oci::kAnnotationWork}), "/store/containers/abc/work");
        QCOMPARE(spec.annotations.at(std::string{oci::kAnnotationLayers}), "/store");
    }

    void setsLimits()
    {
        CreateRequest request = m_request;
        QVERIFY(!specOf(request).linux.resources.memory.limit);
        QVERIFY(!specOf(request).linux.resources.cpu.quota);
        request.memoryLimit = 64_MiB;
        request.cpuQuota = 1.5;
        request.cpuWeight = 250;
        request.pidsMax = 33;
        const oci::LinuxResources resources = specOf(request).linux.resources;
        QCOMPARE(resources.memory.limit, std::optional<std::int64_t>{64 << 20});
        QCOMPARE(resources.cpu.quota, std::optional<std::int64_t>{150000});
        QCOMPARE(resources.cpu.period, std::optional<std::uint64_t>{100000});
        QCOMPARE(cgroup::weightFromShares(*resources.cpu.shares), 250u);
        QCOMPARE(resources.pidsLimit, std::optional<std::int64_t>{33});
    }

    void putsInitFirst()
    {
        CreateRequest request = m_request;
        request.init = true;
        const oci::Spec spec = specOf(request);
        QCOMPARE(spec.process.args, (Strings{"/dev/lamella-init", "--", "/entry", "one", "two"}));
        const oci::Mount& mount = spec.mounts.back();
        QCOMPARE(mount.source, "/programs/lamella-init");
        QVERIFY(std::ranges::find(mount.options, "ro") != mount.options.end());
    }

    void readsItsOwnConfig()
    {
        const oci::Spec spec = specOf(m_request);
        const auto parsed = oci::parseSpec(oci::serializeSpec(spec));
        QVERIFY2(parsed, parsed ? "" : parsed.error().message.c_str());
        QCOMPARE(oci::serializeSpec(*parsed), oci::serializeSpec(spec));
    }

    void makesExecs()
    {
        const oci::Process container = specOf(m_request).process;
        const oci::Process same = makeExecProcess(container, {.command = {"id"}}, std::nullopt);
        QCOMPARE(same.args, Strings{"id"});
        QCOMPARE(same.user.uid, 5u);
        QCOMPARE(same.cwd, "/work");
        QVERIFY(same.noNewPrivileges);
        QCOMPARE(same.capabilities->bounding, container.capabilities->bounding);
        const oci::Process other = makeExecProcess(
            container,
            {.command = {"id"}, .env = {"A=exec"}, .workingDir = "/tmp", .terminal = true, .rows = 30, .columns = 90},
            ResolvedUser{.uid = 0, .gid = 0, .additionalGids = {}, .home = "/root"});
        QCOMPARE(other.user.uid, 0u);
        QVERIFY(other.user.additionalGids.empty());
        QVERIFY(std::ranges::find(other.env, "HOME=/root") != other.env.end());
        QVERIFY(std::ranges::find(other.env, "A=exec") != other.env.end());
        QCOMPARE(other.consoleSize->height, 30);
        QCOMPARE(other.cwd, "/tmp");
    }

private:
    image::Image m_image;
    CreateRequest m_request;
};

QTEST_GUILESS_MAIN(TestBundle)
#include "test_bundle.moc"

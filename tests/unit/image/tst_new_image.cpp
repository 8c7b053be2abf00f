// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/new_image.h"
#include "engine/layer/digest.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace lamella;
using namespace lamella::image;
using nlohmann::json;

namespace {

const std::string kBelow = layer::digestOf("below");
const std::string kNew = layer::digestOf("new");

json baseConfig()
{
    return json::parse(R"({"architecture":"amd64","os":"linux","variant":"v3","created":"1970-01-01T00:00:00Z",
        "config":{"Cmd":["old"],"Entrypoint":["/entry"],"Env":["PATH=/bin","A=1"],"WorkingDir":"/w","User":"u",
            "Labels":{"a":"1","b":"2"},"ExposedPorts":{"1/tcp":{}},"OnBuild":["RUN x"],"Unknown":{"x":[1,2.5,null]}},
        "moby.buildkit.cache":"kept","rootfs":{"type":"layers","diff_ids":[]},
        "history":[{"created_by":"ENV A=1","empty_layer":true},{"created_by":"ADD"}]})");
}

json withLayers(json config, std::size_t count)
{
    config["rootfs"]["diff_ids"] = std::vector<std::string>(count, kBelow);
    return config;
}

NewImageRequest request(const json& config, NewImageSettings settings = {})
{
    NewImageRequest made{{}, std::move(settings), {}, kNew, "commit"};
    made.layer.kind = DocumentKind::Layer;
    made.layer.digest = kNew;
    made.layer.size = {3};
    if (config.is_null())
        return made;
    made.base.config = config.dump();
    json layers = json::array();
    for (std::size_t i = 0; i < config["rootfs"]["diff_ids"].size(); ++i)
        layers.push_back(
            {{"mediaType", "application/vnd.oci.image.layer.v1.tar+gzip"}, {"digest", kBelow}, {"size", 9}});
    made.base.manifest = json{
        {"schemaVersion", 2},
        {"config",
         {{"mediaType", "application/vnd.oci.image.config.v1+json"},
          {"digest", layer::digestOf(made.base.config)},
          {"size", made.base.config.size()}}},
        {"layers", layers}}.dump();
    return made;
}

// As it goes to the worker and comes back from it.
Result<FoundImage> made(const NewImageRequest& request)
{
    return makeImage(TRY(NewImageRequest::of(request.text())));
}

} // namespace

/// What a commit and an import make of an image's documents.
class NewImageTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsNotChangedIsKept();
    void settingsChangeTheConfig_data();
    void settingsChangeTheConfig();
    void anImageOfOneLayerIsWhole();
    void aHistoryFitsItsLayers_data();
    void aHistoryFitsItsLayers();
    void aBaseThatCannotBeIsRefused_data();
    void aBaseThatCannotBeIsRefused();
    void settingsThatCannotBeAreRefused_data();
    void settingsThatCannotBeAreRefused();
};

void NewImageTest::whatIsNotChangedIsKept()
{
    const auto base = withLayers(baseConfig(), 1);
    const auto image = made(request(base, {.author = "me", .message = "why", .created = std::chrono::seconds{1}}));
    QVERIFY2(image, image ? "" : image.error().message.c_str());
    auto config = json::parse(image->configText);
    QCOMPARE(config["created"].get<std::string>(), "1970-01-01T00:00:01.000000Z");
    QCOMPARE(config["author"].get<std::string>(), "me");
    QCOMPARE(config["rootfs"]["diff_ids"], json({kBelow, kNew}));
    QCOMPARE(config["history"].size(), 3u);
    QCOMPARE(config["history"][2],
             json({{"created", "1970-01-01T00:00:01.000000Z"},
                   {"created_by", "commit"},
                   {"author", "me"},
                   {"comment", "why"}}));
    for (const char* changed : {"created", "author", "rootfs", "history"})
        config[changed] = base.value(changed, json());
    config.erase("author");
    QVERIFY2(config == base, image->configText.c_str());

    const auto manifest = parseManifest(image->manifestText);
    QVERIFY(manifest);
    QCOMPARE(manifest->config.digest, layer::digestOf(image->configText));
    QCOMPARE(manifest->layers.size(), 2u);
    QCOMPARE(manifest->layers[0].digest, kBelow);
    QVERIFY(manifest->layers[0].compression == layer::Compression::Gzip);
    QCOMPARE(manifest->layers[1].digest, kNew);
}

void NewImageTest::settingsChangeTheConfig_data()
{
    QTest::addColumn<NewImageSettings>("settings");
    QTest::addColumn<QByteArray>("changed"); // of "config", as a merge patch
    const auto row = [](const char* name, NewImageSettings settings, const char* changed) {
        QTest::newRow(name) << std::move(settings) << QByteArray(changed);
    };
    row("nothing", {}, "{}");
    row("command", {.cmd = {"a", "b"}}, R"({"Cmd":["a","b"]})");
    row("entrypoint", {.entrypoint = {"/e"}}, R"({"Entrypoint":["/e"],"Cmd":null})");
    row("entrypoint and command", {.entrypoint = {"/e"}, .cmd = {"c"}}, R"({"Entrypoint":["/e"],"Cmd":["c"]})");
    row("variables", {.env = {"A=2=3", "B="}}, R"({"Env":["PATH=/bin","A=2=3","B="]})");
    row("a variable less", {.unsetEnv = {"PATH"}}, R"({"Env":["A=1"]})");
    row("no variable left", {.unsetEnv = {"A", "PATH"}}, R"({"Env":null})");
    row("a variable less that is not there", {.unsetEnv = {"PAT", "ATH", "PATH2"}}, "{}");
    row("a variable out and in again", {.env = {"PATH=/x"}, .unsetEnv = {"PATH"}}, R"({"Env":["A=1","PATH=/x"]})");
    row("working directory", {.workingDir = "/x"}, R"({"WorkingDir":"/x"})");
    row("user", {.user = "1:2"}, R"({"User":"1:2"})");
    row("signal", {.stopSignal = "SIGRTMIN+3"}, R"({"StopSignal":"SIGRTMIN+3"})");
    row("labels", {.labels = {"b=3", "c=x=y", "d="}}, R"({"Labels":{"b":"3","c":"x=y","d":""}})");
    row("ports", {.exposedPorts = {"80", "53/udp"}}, R"({"ExposedPorts":{"80/tcp":{},"53/udp":{}}})");
    row("volumes", {.volumes = {"/data"}}, R"({"Volumes":{"/data":{}}})");
}

void NewImageTest::settingsChangeTheConfig()
{
    QFETCH(NewImageSettings, settings);
    QFETCH(QByteArray, changed);
    const auto base = withLayers(baseConfig(), 1);
    auto expected = base["config"];
    expected.merge_patch(json::parse(changed.toStdString()));
    const auto image = made(request(base, settings));
    QVERIFY2(image, image ? "" : image.error().message.c_str());
    QVERIFY2(json::parse(image->configText)["config"] == expected, image->configText.c_str());
}

void NewImageTest::anImageOfOneLayerIsWhole()
{
    const auto image = made(request({}, {.reference = "a:b", .cmd = {"sh"}, .labels = {"a=b"}}));
    QVERIFY2(image, image ? "" : image.error().message.c_str());
    QCOMPARE(image->references, std::vector<std::string>{"a:b"});
    QCOMPARE(image->config.diffIds, std::vector<std::string>{kNew});
    QCOMPARE(image->config.cmd, std::vector<std::string>{"sh"});
    QCOMPARE(image->layers.size(), 1u);
    QVERIFY(json::parse(image->configText)["config"] == json({{"Cmd", {"sh"}}, {"Labels", {{"a", "b"}}}}));
    QCOMPARE(image->config.history.at(0).createdBy, "commit");
}

void NewImageTest::aHistoryFitsItsLayers_data()
{
    QTest::addColumn<QByteArray>("history");
    QTest::addColumn<int>("steps"); // of the new image
    QTest::newRow("as it should be") << QByteArray(R"([{"created_by":"a"},{"created_by":"b"}])") << 3;
    QTest::newRow("none") << QByteArray("null") << 3;
    QTest::newRow("empty") << QByteArray("[]") << 3;
    QTest::newRow("too short") << QByteArray(R"([{"created_by":"a"},{"empty_layer":true}])") << 4;
    QTest::newRow("too long") << QByteArray("[{},{},{}]") << 4;
}

void NewImageTest::aHistoryFitsItsLayers()
{
    QFETCH(QByteArray, history);
    QFETCH(int, steps);
    auto base = withLayers(baseConfig(), 2);
    base["history"] = json::parse(history.toStdString());
    const auto image = made(request(base));
    QVERIFY2(image, image ? "" : image.error().message.c_str());
    const auto made = json::parse(image->configText)["history"];
    QCOMPARE(made.size(), std::size_t(steps));
    QCOMPARE(made.back()["created_by"].get<std::string>(), "commit");
}

void NewImageTest::aBaseThatCannotBeIsRefused_data()
{
    QTest::addColumn<QByteArray>("patch");
    QTest::addColumn<int>("layers");
    QTest::addColumn<ErrorKind>("kind");
    const auto row = [](const char* name, const char* patch, int layers, ErrorKind kind) {
        QTest::newRow(name) << QByteArray(patch) << layers << kind;
    };
    row("a config that is a list", R"({"config":[]})", 1, ErrorKind::InvalidArgument);
    row("variables that are no list", R"({"config":{"Env":"A=1"}})", 1, ErrorKind::InvalidArgument);
    row("variables that are numbers", R"({"config":{"Env":[1]}})", 1, ErrorKind::InvalidArgument);
    row("a history of numbers", R"({"history":[1]})", 1, ErrorKind::InvalidArgument);
    row("a history that is none", R"({"history":{}})", 1, ErrorKind::InvalidArgument);
    row("a diffID that is none", R"({"rootfs":{"diff_ids":["../../etc"]}})", 1, ErrorKind::Unsupported);
    row("more layers in the config", R"({"rootfs":{"diff_ids":[]}})", 1, ErrorKind::InvalidArgument);
    row("as many layers as may be", "{}", 128, ErrorKind::LimitExceeded);
}

void NewImageTest::aBaseThatCannotBeIsRefused()
{
    QFETCH(QByteArray, patch);
    QFETCH(int, layers);
    QFETCH(ErrorKind, kind);
    auto base = withLayers(baseConfig(), std::size_t(layers));
    auto wrong = request(base, {.env = {"A=2"}, .labels = {"a=b"}});
    base.merge_patch(json::parse(patch.toStdString()));
    wrong.base.config = base.dump();
    const auto image = made(wrong);
    QVERIFY(!image);
    QVERIFY2(image.error().kind == kind, image.error().message.c_str());
}

void NewImageTest::settingsThatCannotBeAreRefused_data()
{
    QTest::addColumn<NewImageSettings>("settings");
    QTest::addColumn<std::optional<ErrorKind>>("kind");
    const auto good = [](const char* name, NewImageSettings settings) {
        QTest::newRow(name) << std::move(settings) << std::optional<ErrorKind>{};
    };
    const auto wrong = [](const char* name, NewImageSettings settings) {
        QTest::newRow(name) << std::move(settings) << std::optional{ErrorKind::InvalidArgument};
    };
    const auto tooMuch = [](const char* name, NewImageSettings settings) {
        QTest::newRow(name) << std::move(settings) << std::optional{ErrorKind::LimitExceeded};
    };
    const std::vector<std::string> many(1025, "a=b");
    const std::string longText((128u << 10) + 1, 'x');
    good("nothing", {});
    good("everything",
         {.reference = "a/b:c",
          .entrypoint = {""},
          .cmd = {"x"},
          .env = {"A="},
          .unsetEnv = {"A", "b.c"},
          .workingDir = "/..a/b..",
          .user = "1",
          .stopSignal = "15",
          .labels = {"a.b/c=", "d=e"},
          .exposedPorts = {"1", "65535/tcp", "2/udp", "3/sctp"},
          .volumes = {"/", "/a/b"}});
    wrong("a name with a digest", {.reference = "a@sha256:00"});
    wrong("a name that is none", {.reference = "a b"});
    wrong("a variable without a value", {.env = {"A"}});
    wrong("a variable without a name", {.env = {"=1"}});
    wrong("a variable to be taken out with its value", {.unsetEnv = {"A=1"}});
    wrong("a variable to be taken out without a name", {.unsetEnv = {""}});
    wrong("a label without a value", {.labels = {"a"}});
    wrong("a label without a name", {.labels = {"=b"}});
    for (const char* port : {"", "0", "65536", "80/icmp", "80/", "/tcp", "-1", "80-81", "80/tcp/tcp", " 80"})
        wrong(qPrintable(QStringLiteral("port \"%1\"").arg(QLatin1StringView(port))), {.exposedPorts = {port}});
    for (const char* volume : {"", "a", "../a", "/a/../b", "/.."})
        wrong(qPrintable(QStringLiteral("volume \"%1\"").arg(QLatin1StringView(volume))), {.volumes = {volume}});
    wrong("a relative working directory", {.workingDir = "a"});
    wrong("a working directory that goes up", {.workingDir = "/a/.."});
    wrong("a signal that is none", {.stopSignal = "$(reboot)"});
    tooMuch("too many labels", {.labels = many});
    tooMuch("labels that are too long", {.labels = {"a=" + longText}});
    tooMuch("too many words", {.cmd = many});
    tooMuch("an author that is too long", {.author = longText});
    tooMuch("a message that is too long", {.message = longText});
    tooMuch("a user that is too long", {.user = std::string(256, 'u')});
}

void NewImageTest::settingsThatCannotBeAreRefused()
{
    QFETCH(NewImageSettings, settings);
    QFETCH(std::optional<ErrorKind>, kind);
    const auto checked = checkSettings(settings);
    QCOMPARE(checked ? std::optional<ErrorKind>{} : std::optional{checked.error().kind}, kind);
}

QTEST_GUILESS_MAIN(NewImageTest)
#include "tst_new_image.moc"

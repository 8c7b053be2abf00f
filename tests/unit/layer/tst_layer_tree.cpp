// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/layer_tree.h"
#include "engine/layer/layer_tree_builder.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"

#include <QTest>

#include <unistd.h>

#include <map>
#include <random>
#include <set>

using namespace lamella;
using layer::ChangeKind;
using layer::FileRecord;
using layer::FileType;
using layer::LayerTree;
using layer::LayerTreeBuilder;
using layer::RecordKind;
using layer::TreeEntry;

namespace {

layer::ContentDigest digestOf(int content)
{
    layer::ContentDigest digest{};
    digest[0] = static_cast<std::byte>(content);
    return digest;
}

FileRecord file(const std::string& path, std::uint64_t size, int content = 1)
{
    FileRecord record{.kind = RecordKind::File, .path = path, .mode = 0644, .size = size};
    record.digest = digestOf(content);
    return record;
}

FileRecord directory(const std::string& path, bool opaque = false)
{
    return {.kind = RecordKind::Directory, .path = path, .mode = 0755, .opaque = opaque};
}

FileRecord whiteout(const std::string& path)
{
    return {.kind = RecordKind::Whiteout, .path = path};
}

std::string textOf(BorrowedFd memory)
{
    ::lseek(memory.get(), 0, SEEK_SET);
    return os::readAll(memory, "the index", 64 << 20).value();
}

/// An index as a worker writes it.
std::string indexOf(const std::vector<FileRecord>& records)
{
    const auto memory = os::makeMemfd("index").value();
    layer::IndexWriter writer{memory.borrow()};
    for (const FileRecord& record : records) {
        if (!writer.add(record))
            return {};
        if (record.opaque && !writer.opaque(record.path))
            return {};
    }
    if (!writer.finish())
        return {};
    return textOf(memory.borrow());
}

using Layers = std::vector<std::vector<FileRecord>>;

LayerTree treeOf(const Layers& layers)
{
    LayerTreeBuilder builder;
    for (const auto& records : layers) {
        if (const auto added = builder.addIndex(indexOf(records), {}); !added)
            qFatal("%s", added.error().message.c_str());
        if (!builder.endLayer())
            qFatal("the layer is too large");
    }
    return std::move(builder).finish();
}

/// Paths with what was done to them: "A0 M2" is added by the bottom layer and modified by the third.
std::map<std::string, std::string> said(const LayerTree& tree)
{
    std::map<std::string, std::string> all;
    std::vector<std::string> paths;
    for (const layer::TreeNode& node : tree.nodes()) {
        const std::string above = paths.empty() ? "" : paths[node.parent];
        paths.push_back(above.empty() ? std::string(node.name) : above + "/" + std::string(node.name));
        std::string& text = all[paths.back()];
        for (const TreeEntry& entry : tree.entries(node)) {
            text += text.empty() ? "" : " ";
            text += "AMDmc"[static_cast<int>(entry.kind)];
            text += std::to_string(entry.layer);
        }
    }
    return all;
}

const layer::TreeNode* nodeAt(const LayerTree& tree, const std::string& path)
{
    std::vector<std::string> paths;
    for (const layer::TreeNode& node : tree.nodes()) {
        const std::string above = paths.empty() ? "" : paths[node.parent];
        paths.push_back(above.empty() ? std::string(node.name) : above + "/" + std::string(node.name));
        if (paths.back() == path)
            return &node;
    }
    return nullptr;
}

/// What overlay shows of a stack, by going through its layers one path at a time.
class Naive {
public:
    void apply(const std::vector<FileRecord>& records)
    {
        const auto before = m_shown;
        std::set<std::string> here;
        for (const FileRecord& record : records) {
            here.insert(record.path);
            const bool staysOpen = record.kind == RecordKind::Directory && !record.opaque;
            if (!staysOpen)
                std::erase_if(m_shown, [&](const auto& one) { return one.first.starts_with(record.path + "/"); });
        }
        for (const FileRecord& record : records) {
            if (record.kind == RecordKind::Whiteout)
                m_shown.erase(record.path);
            else
                m_shown[record.path] = record;
        }
        ++m_layer;
        std::set<std::string> paths;
        for (const auto& [path, record] : before)
            paths.insert(path);
        for (const auto& [path, record] : m_shown)
            paths.insert(path);
        for (const std::string& path : paths)
            tell(path, before, here);
    }

    const std::map<std::string, FileRecord>& shown() const { return m_shown; }
    const std::map<std::string, std::string>& said() const { return m_said; }
    std::uint64_t wasted(const std::string& path) const
    {
        const auto stored = m_stored.find(path);
        const auto shown = m_shown.find(path);
        return (stored == m_stored.end() ? 0 : stored->second) - (shown == m_shown.end() ? 0 : shown->second.size);
    }

private:
    void tell(const std::string& path, const std::map<std::string, FileRecord>& before,
              const std::set<std::string>& here)
    {
        const auto old = before.find(path);
        const auto now = m_shown.find(path);
        char letter = 0;
        if (now == m_shown.end())
            letter = 'D';
        else if (old == before.end())
            letter = 'A';
        else if (!here.contains(path))
            return;
        else if (old->second.kind != now->second.kind || old->second.digest != now->second.digest)
            letter = 'M';
        else if (old->second.mode != now->second.mode)
            letter = 'm';
        else if (now->second.kind != RecordKind::Directory)
            letter = 'c';
        if (letter != 0 && now != m_shown.end())
            m_stored[path] += now->second.size;
        if (letter != 0)
            m_said[path] += (m_said[path].empty() ? "" : " ") + std::string(1, letter) + std::to_string(m_layer);
    }

    std::map<std::string, FileRecord> m_shown;
    std::map<std::string, std::string> m_said;
    std::map<std::string, std::uint64_t> m_stored;
    int m_layer = -1;
};

/// A layer that an extractor could have made: every directory above is there, and nothing is below a file.
std::vector<FileRecord> anyLayer(std::mt19937& random)
{
    const auto upTo = [&random](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
    std::map<std::string, FileRecord> layer;
    for (int count = 1 + upTo(12); count > 0; --count) {
        std::string path;
        for (int depth = 1 + upTo(4); depth > 0; --depth) {
            path += path.empty() ? "" : "/";
            path += "abc"[upTo(3)];
            const auto there = layer.find(path);
            if (there != layer.end() && there->second.kind != RecordKind::Directory)
                break;
            if (depth > 1 && there == layer.end()) {
                layer[path] = directory(path, upTo(5) == 0);
                continue;
            }
            if (depth > 1 || there != layer.end())
                continue;
            const int what = upTo(6);
            layer[path] = what == 0 ? whiteout(path)
                : what == 1         ? directory(path, upTo(2) == 0)
                                    : file(path, static_cast<std::uint64_t>(upTo(100)), upTo(2));
            if (upTo(4) == 0)
                layer[path].mode = 0700;
        }
    }
    std::vector<FileRecord> records;
    for (auto& [path, record] : layer)
        records.push_back(record);
    return records;
}

} // namespace

class LayerTreeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void eachLayerSaysWhatItDoes()
    {
        FileRecord touched = file("etc/touched", 5);
        touched.mtime.tv_sec = 7;
        FileRecord link = file("usr/link", 0);
        link = {.kind = RecordKind::HardLink, .path = "usr/link", .mode = 0644, .link = "usr/new"};
        const auto tree = treeOf({
            {directory("etc"), file("etc/kept", 10), file("etc/changed", 20), file("etc/touched", 5),
             file("etc/again", 7), file("etc/gone", 30), directory("usr"), file("usr/a", 1), file("usr/b", 2)},
            {directory("etc"), file("etc/changed", 21, 2), touched, file("etc/again", 7), whiteout("etc/gone"),
             directory("usr", true), file("usr/new", 4, 9), link},
        });
        const std::map<std::string, std::string> expected{
            {"", ""},
            {"etc", "A0"},
            {"etc/again", "A0 c1"},
            {"etc/changed", "A0 M1"},
            {"etc/gone", "A0 D1"},
            {"etc/kept", "A0"},
            {"etc/touched", "A0 m1"},
            {"usr", "A0"},
            {"usr/a", "A0 D1"},
            {"usr/b", "A0 D1"},
            {"usr/link", "A1"},
            {"usr/new", "A1"},
        };
        QCOMPARE(said(tree), expected);
        QCOMPARE(tree.layers().size(), 2u);
        QCOMPARE(tree.layers()[0].bytes.value, 75u);
        QCOMPARE(tree.layers()[1].bytes.value, 37u);
        QCOMPARE(tree.layers()[1].added, 2u);
        QCOMPARE(tree.layers()[1].changed, 3u);
        QCOMPARE(tree.layers()[1].deleted, 3u);
        QCOMPARE(tree.wasted().value, 20u + 5 + 7 + 30 + 1 + 2);
        QCOMPARE(tree.wasted(*nodeAt(tree, "etc/changed")), 20u);
        QVERIFY(tree.entries(*nodeAt(tree, "usr/a"))[1].implicit);
        QVERIFY(!tree.entries(*nodeAt(tree, "etc/gone"))[1].implicit);
        const TreeEntry* shown = tree.shown(*nodeAt(tree, "usr/link"));
        QVERIFY(shown && shown->hardLink);
        QCOMPARE(shown->link, "usr/new");
        QVERIFY(!tree.shown(*nodeAt(tree, "etc/gone")));
    }

    void nodesStandAsTheContractSays()
    {
        const auto tree = treeOf({{directory("b"), file("b/z", 1), file("b/a", 1), file("a", 1), file("c", 1)}});
        const auto nodes = tree.nodes();
        QCOMPARE(nodes.size(), 6u);
        QCOMPARE(nodes[0].childCount, 3u);
        QCOMPARE(nodes[nodes[0].firstChild].name, "a");
        QCOMPARE(nodes[nodes[0].firstChild + 2].name, "c");
        const auto& b = nodes[nodes[0].firstChild + 1];
        QCOMPARE(b.childCount, 2u);
        QCOMPARE(nodes[b.firstChild].name, "a");
        QCOMPARE(nodes[b.firstChild].parent, nodes[0].firstChild + 1);
    }

    // What dive says of the same layers: its Efficiency() over every path that is a leaf of its layer.
    void efficiencyIsDives_data()
    {
        QTest::addColumn<Layers>("layers");
        QTest::addColumn<double>("efficiency");
        QTest::newRow("nothing") << Layers{} << 1.0;
        QTest::newRow("one layer") << Layers{{file("a", 10)}} << 1.0;
        QTest::newRow("replaced") << Layers{{file("a", 10), file("b", 30)}, {file("a", 20, 2)}} << 40.0 / 60;
        QTest::newRow("removed") << Layers{{file("a", 10), file("b", 30)}, {whiteout("a")}} << 30.0 / 40;
        QTest::newRow("directory removed")
            << Layers{{directory("d"), file("d/a", 10), file("b", 30)}, {whiteout("d")}} << 50.0 / 50;
        QTest::newRow("chmod of all") << Layers{{file("a", 10)}, {file("a", 10)}, {file("a", 10)}} << 10.0 / 30;
        QTest::newRow("removed and back") << Layers{{file("a", 10)}, {whiteout("a")}, {file("a", 10)}} << 0.0;
    }

    void efficiencyIsDives()
    {
        QFETCH(Layers, layers);
        QTEST(treeOf(layers).efficiency(), "efficiency");
    }

    void anyStackIsWhatOverlayShows_data()
    {
        QTest::addColumn<int>("seed");
        for (int seed = 0; seed < 300; ++seed)
            QTest::addRow("seed %d", seed) << seed;
    }

    void anyStackIsWhatOverlayShows()
    {
        QFETCH(int, seed);
        std::mt19937 random(static_cast<unsigned>(seed));
        Layers layers;
        Naive naive;
        for (unsigned count = 1 + random() % 6; count > 0; --count) {
            layers.push_back(anyLayer(random));
            naive.apply(layers.back());
        }
        const auto tree = treeOf(layers);
        auto told = said(tree);
        told.erase("");
        QCOMPARE(told, naive.said());
        for (const auto& [path, text] : told) {
            const auto* node = nodeAt(tree, path);
            const auto expected = naive.shown().find(path);
            QCOMPARE(tree.shown(*node) != nullptr, expected != naive.shown().end());
            QCOMPARE(tree.wasted(*node), naive.wasted(path));
            if (tree.shown(*node))
                QCOMPARE(tree.shown(*node)->bytes, expected->second.size);
        }
    }

    void twoStacksAreCompared()
    {
        const auto one = treeOf({{directory("d"), file("d/a", 1), file("same", 2), file("old", 3)}, {file("m", 4)}});
        FileRecord mode = file("m", 4);
        mode.mode = 0600;
        const auto two = treeOf({{file("same", 2), mode}, {directory("e"), file("e/new", 5)}});
        LayerTreeBuilder builder;
        QVERIFY(builder.addShown(one));
        QVERIFY(builder.endLayer());
        QVERIFY(builder.addShown(two));
        QVERIFY(builder.endLayer());
        const auto both = std::move(builder).finish();
        const std::map<std::string, std::string> expected{
            {"", ""},        {"d", "A0 D1"}, {"d/a", "A0 D1"}, {"e", "A1"},
            {"e/new", "A1"}, {"m", "A0 m1"}, {"old", "A0 D1"}, {"same", "A0 c1"},
        };
        QCOMPARE(said(both), expected);
    }

    void aWritableLayerIsTheTop()
    {
        LayerTreeBuilder builder;
        QVERIFY(builder.addIndex(indexOf({directory("d"), file("d/a", 1), file("d/b", 2)}), {}));
        QVERIFY(builder.endLayer());
        layer::Change change{"/d", ChangeKind::Deleted, FileType::Directory};
        QVERIFY(builder.addChange(change));
        change = {"/log", ChangeKind::Added, FileType::File};
        change.size = 9;
        change.mode = S_IFREG | 0640;
        QVERIFY(builder.addChange(change));
        QVERIFY(builder.endLayer());
        const auto tree = std::move(builder).finish();
        const std::map<std::string, std::string> expected{
            {"", ""}, {"d", "A0 D1"}, {"d/a", "A0 D1"}, {"d/b", "A0 D1"}, {"log", "A1"}};
        QCOMPARE(said(tree), expected);
        QCOMPARE(tree.shown(*nodeAt(tree, "log"))->mode, 0640);
    }

    void whatIsTakenBackIsNotThere()
    {
        const auto memory = os::makeMemfd("index").value();
        layer::IndexWriter writer{memory.borrow()};
        for (const FileRecord& record : {directory("d"), file("d/a", 1), file("d/b", 2), file("e", 3)})
            QVERIFY(writer.add(record));
        QVERIFY(writer.gone("d"));
        QVERIFY(writer.add(file("d", 4)));
        QVERIFY(writer.finish());
        LayerTreeBuilder builder;
        QVERIFY(builder.addIndex(textOf(memory.borrow()), {}));
        QVERIFY(builder.endLayer());
        const auto tree = std::move(builder).finish();
        const std::map<std::string, std::string> expected{{"", ""}, {"d", "A0"}, {"e", "A0"}};
        QCOMPARE(said(tree), expected);
        QCOMPARE(tree.wasted().value, 0u);
    }

    void hostileIndicesAreRefused()
    {
        for (const char* path : {"../a", "a/../b", "a//b", "/a", "a/", "."}) {
            LayerTreeBuilder builder;
            const auto added = builder.addIndex(indexOf({file(path, 1)}), {});
            QVERIFY2(!added, path);
            QCOMPARE(added.error().kind, ErrorKind::InvalidArgument);
        }
        std::vector<FileRecord> many;
        for (int i = 0; i < 20; ++i)
            many.push_back(file(std::to_string(i), 1));
        LayerTreeBuilder builder{10};
        const auto added = builder.addIndex(indexOf(many), {});
        QVERIFY(!added);
        QCOMPARE(added.error().kind, ErrorKind::LimitExceeded);
        std::stop_source stop;
        stop.request_stop();
        LayerTreeBuilder cancelled;
        QCOMPARE(cancelled.addIndex(indexOf(many), stop.get_token()).error().kind, ErrorKind::Cancelled);
    }
};

QTEST_GUILESS_MAIN(LayerTreeTest)
#include "tst_layer_tree.moc"

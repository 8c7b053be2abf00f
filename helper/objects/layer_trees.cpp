// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/layer_trees.h"

#include "engine/layer/changes.h"
#include "engine/layer/layer_tree_builder.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"
#include "helper/dbus/object_tree.h"
#include "helper/objects/answer_reading.h"
#include "helper/objects/container_object.h"
#include "helper/objects/image_object.h"
#include "resources/dbus/layer_tree.h"

#include <QDBusObjectPath>

#include <format>

using namespace Qt::StringLiterals;

namespace lamella::helper {

using layer::LayerTree;
using layer::LayerTreeBuilder;

namespace {

constexpr std::uint64_t kMostTreeBytes = 512u << 20;

Result<LayerTree> readStack(const image::ImageStore& images, const LayerStack& stack, const std::stop_token& stop)
{
    TRY(images.unpack(stack.image, {}, stop));
    LayerTreeBuilder builder;
    for (const image::Layer& one : stack.image.layers) {
        const auto file
            = TRY_WITHIN(std::format("the files of layer {} are not known", one.diffId), images.openIndex(one));
        TRY(builder.addIndex(TRY(layer::indexText(file.borrow())), stop));
        TRY(builder.endLayer());
    }
    if (stack.writable) {
        Result<void> added;
        std::stop_source enough;
        const std::stop_callback stopToo(stop, [&enough] { enough.request_stop(); });
        const auto read = layer::readChanges(
            stack.writable->upper, stack.writable->layers, stack.writable->idBase,
            [&](const layer::Change& change) {
                if (!added)
                    return;
                added = builder.addChange(change);
                if (!added)
                    enough.request_stop();
            },
            enough.get_token());
        TRY(std::move(added));
        TRY(std::move(read));
        TRY(builder.endLayer());
    }
    return std::move(builder).finish();
}

Result<LayerTree> compare(const LayerTree& one, const LayerTree& other)
{
    LayerTreeBuilder builder;
    for (const LayerTree* tree : {&one, &other}) {
        TRY(builder.addShown(*tree));
        TRY(builder.endLayer());
    }
    return std::move(builder).finish();
}

/// Writes the parts of the file one after the other.
class TreeFile {
public:
    Result<void> open()
    {
        m_file = TRY(os::makeMemfd("lamella-layers"));
        return {};
    }

    template <class T>
    Result<void> append(const T& part)
    {
        m_buffer.append(reinterpret_cast<const char*>(&part), sizeof part);
        return flushAt(kFlushTreeAt);
    }

    Result<void> append(std::string_view text)
    {
        m_buffer.append(text);
        return flushAt(kFlushTreeAt);
    }

    Result<UniqueFd> seal()
    {
        TRY(flushAt(0));
        TRY(os::seal(m_file.borrow()));
        return std::move(m_file);
    }

private:
    static constexpr std::size_t kFlushTreeAt = 256u << 10;

    Result<void> flushAt(std::size_t size)
    {
        if (m_buffer.size() < size)
            return {};
        m_total += m_buffer.size();
        if (m_total > kMostTreeBytes)
            return failure(ErrorKind::LimitExceeded, "the layers have more paths than can be shown");
        TRY(os::writeAll(m_file.borrow(), m_buffer, "the tree of layers"));
        m_buffer.clear();
        return {};
    }

    UniqueFd m_file;
    std::string m_buffer;
    std::uint64_t m_total = 0;
};

char changeLetter(layer::ChangeKind kind)
{
    constexpr std::string_view letters = "AMDmc"; // in the order of ChangeKind
    return letters[static_cast<std::size_t>(kind)];
}

char typeLetter(layer::FileType type)
{
    constexpr std::string_view letters = "fdlpscb"; // in the order of FileType
    return letters[static_cast<std::size_t>(type)];
}

dbus::LayerTreeEntry toWire(const layer::TreeEntry& entry, std::uint64_t link)
{
    dbus::LayerTreeEntry wire{};
    wire.bytes = entry.bytes;
    wire.mtimeUsec = std::int64_t{entry.mtime.tv_sec} * 1'000'000 + entry.mtime.tv_nsec / 1000;
    wire.uid = entry.uid;
    wire.gid = entry.gid;
    wire.link = static_cast<std::uint32_t>(link);
    wire.linkBytes = static_cast<std::uint16_t>(entry.link.size());
    wire.mode = entry.mode;
    wire.layer = entry.layer;
    wire.change = changeLetter(entry.kind);
    wire.type = typeLetter(entry.type);
    wire.hardLink = entry.hardLink;
    wire.implicit = entry.implicit;
    return wire;
}

Result<UniqueFd> write(const LayerTree& tree, bool topIsWritable)
{
    std::uint64_t text = 0;
    for (const auto& node : tree.nodes())
        text += node.name.size();
    const std::uint64_t names = text;
    for (const auto& entry : tree.entries())
        text += entry.link.size();
    if (text > kMostTreeBytes)
        return failure(ErrorKind::LimitExceeded, "the layers have more names than can be shown");
    TreeFile file;
    TRY(file.open());
    TRY(file.append(dbus::LayerTreeHeader{
        .magic = dbus::kLayerTreeMagic,
        .layers = static_cast<std::uint32_t>(tree.layers().size()),
        .nodes = static_cast<std::uint32_t>(tree.nodes().size()),
        .entries = static_cast<std::uint32_t>(tree.entries().size()),
        .textBytes = text,
        .wastedBytes = tree.wasted().value,
        .efficiency = tree.efficiency(),
    }));
    for (const auto& one : tree.layers()) {
        const bool writable = topIsWritable && &one == &tree.layers().back();
        TRY(file.append(dbus::LayerTreeLayer{one.bytes.value, one.added, one.changed, one.deleted, writable}));
    }
    std::uint64_t at = 0;
    for (const auto& node : tree.nodes()) {
        TRY(file.append(dbus::LayerTreeNode{node.parent, node.firstChild, node.childCount, node.firstEntry,
                                            node.entryCount, static_cast<std::uint32_t>(at),
                                            static_cast<std::uint32_t>(node.name.size()), 0}));
        at += node.name.size();
    }
    at = names;
    for (const auto& entry : tree.entries()) {
        TRY(file.append(toWire(entry, at)));
        at += entry.link.size();
    }
    for (const auto& node : tree.nodes())
        TRY(file.append(node.name));
    for (const auto& entry : tree.entries())
        TRY(file.append(entry.link));
    return file.seal();
}

/// What the option "compare_with" names; it is the caller's business alone what he may see.
Result<std::optional<LayerStack>> otherStack(Services& services, const QVariantMap& options, uid_t uid)
{
    const QString path = options.value(u"compare_with"_s).value<QDBusObjectPath>().path();
    if (path.isEmpty())
        return std::nullopt;
    auto* object = services.tree.find(path, uid);
    if (object && object->visibleTo(uid)) {
        if (const auto* image = qobject_cast<const ImageObject*>(object))
            return LayerStack{image->image(), {}};
        if (const auto* container = qobject_cast<const ContainerObject*>(object))
            return TRY(container->layerStack());
    }
    return failure(ErrorKind::NotFound, std::format("{} is no image or container of yours", path.toStdString()));
}

} // namespace

Result<UniqueFd> writeLayerTree(const image::ImageStore& images, const LayerStack& stack,
                                const std::optional<LayerStack>& other, std::stop_token stop)
{
    const auto tree = TRY(readStack(images, stack, stop));
    if (!other)
        return write(tree, stack.writable.has_value());
    const auto compared = TRY(compare(tree, TRY(readStack(images, *other, stop))));
    return write(compared, false);
}

void answerLayers(Services& services, const LayerStack& stack, const QVariantMap& options, const Call& call)
{
    auto other = otherStack(services, options, call.caller().uid);
    if (!other)
        return call.fail(other.error());
    answerReading(
        services, services.layerTrees, call,
        [&images = services.images, stack, other = std::move(*other)](const std::stop_source& stop) {
            return writeLayerTree(images, stack, other, stop.get_token());
        },
        [](UniqueFd tree) { return QVariantList{QVariant::fromValue(toDbus(std::move(tree)))}; });
}

} // namespace lamella::helper

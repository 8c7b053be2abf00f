// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/layer_tree/layer_tree_file.h"

#include "resources/dbus/layer_tree.h"

#include <QMap>

#include <fcntl.h>
#include <map>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace lamella::test {

namespace {

struct Part {
    std::map<std::string, Part> children; // by the bytes of their names
    std::vector<dbus::LayerTreeEntry> entries;
    QByteArrayList links;
};

dbus::LayerTreeEntry entryOf(const QByteArray& word)
{
    dbus::LayerTreeEntry entry{};
    entry.change = word.at(0);
    qsizetype at = 1;
    while (at < word.size() && word.at(at) >= '0' && word.at(at) <= '9')
        ++at;
    entry.layer = static_cast<std::uint16_t>(word.sliced(1, at - 1).toUInt());
    entry.type = at < word.size() ? word.at(at) : 'f';
    entry.mode = entry.type == 'd' ? 0755 : 0644;
    entry.bytes = word.sliced(std::min(at + 1, word.size())).toULongLong();
    return entry;
}

template <class T>
void append(QByteArray& file, const T& part)
{
    file.append(reinterpret_cast<const char*>(&part), sizeof part);
}

} // namespace

QByteArray layerTreeFile(int layers, bool writable, const QByteArrayList& lines)
{
    Part root;
    std::vector<dbus::LayerTreeLayer> figures(static_cast<std::size_t>(layers));
    if (writable)
        figures.back().writable = 1;
    for (const QByteArray& line : lines) {
        const QByteArrayList words = line.split(' ');
        Part* at = &root;
        for (const QByteArray& name : words.first().split('/')) {
            if (!name.isEmpty())
                at = &at->children[name.toStdString()];
        }
        for (const QByteArray& word : words.sliced(1)) {
            at->entries.push_back(entryOf(word));
            at->links.append(word.contains('>') ? word.sliced(word.indexOf('>') + 1) : QByteArray());
            auto& layer = figures[at->entries.back().layer];
            layer.bytes += at->entries.back().bytes;
            ++(at->entries.back().change == 'A'       ? layer.added
                   : at->entries.back().change == 'D' ? layer.deleted
                                                      : layer.changed);
        }
    }
    dbus::LayerTreeHeader header{.magic = dbus::kLayerTreeMagic,
                                 .layers = static_cast<std::uint32_t>(layers),
                                 .nodes = 0,
                                 .entries = 0,
                                 .textBytes = 0,
                                 .wastedBytes = 0,
                                 .efficiency = 1};
    std::uint64_t all = 0;
    std::vector<dbus::LayerTreeNode> nodes(1);
    std::vector<dbus::LayerTreeEntry> entries;
    QByteArray text;
    std::vector<Part*> order{&root};
    for (std::size_t i = 0; i < order.size(); ++i) {
        nodes[i].firstChild = static_cast<std::uint32_t>(order.size());
        nodes[i].childCount = static_cast<std::uint32_t>(order[i]->children.size());
        nodes[i].firstEntry = static_cast<std::uint32_t>(entries.size());
        nodes[i].entryCount = static_cast<std::uint32_t>(order[i]->entries.size());
        for (std::size_t e = 0; e < order[i]->entries.size(); ++e) {
            dbus::LayerTreeEntry& entry = order[i]->entries[e];
            entry.link = static_cast<std::uint32_t>(text.size());
            entry.linkBytes = static_cast<std::uint16_t>(order[i]->links.at(qsizetype(e)).size());
            text += order[i]->links.at(qsizetype(e));
            entries.push_back(entry);
            all += entry.bytes;
            const bool shown = e + 1 == order[i]->entries.size() && entry.change != 'D';
            header.wastedBytes += shown ? 0 : entry.bytes;
        }
        for (auto& [name, child] : order[i]->children) {
            dbus::LayerTreeNode& node = nodes.emplace_back();
            node.parent = static_cast<std::uint32_t>(i);
            node.name = static_cast<std::uint32_t>(text.size());
            node.nameBytes = static_cast<std::uint32_t>(name.size());
            text.append(name.data(), qsizetype(name.size()));
            order.push_back(&child);
        }
    }
    header.nodes = static_cast<std::uint32_t>(nodes.size());
    header.entries = static_cast<std::uint32_t>(entries.size());
    header.textBytes = static_cast<std::uint64_t>(text.size());
    header.efficiency = all > 0 ? 1 - static_cast<double>(header.wastedBytes) / static_cast<double>(all) : 1;
    QByteArray file;
    append(file, header);
    for (const auto& layer : figures)
        append(file, layer);
    for (const auto& node : nodes)
        append(file, node);
    for (const auto& entry : entries)
        append(file, entry);
    return file + text;
}

QByteArrayList anyLayerTree()
{
    return {
        "/bin A0d",
        "/bin/busybox A0f1024000",
        "/bin/sh A0l>busybox",
        "/etc A0d",
        "/etc/passwd A0f340 M1f410 M3f450",
        "/etc/group A0f170 M1f180",
        "/etc/motd A0f64 D3f0",
        "/usr A0d",
        "/usr/share A0d",
        "/usr/share/doc A0d",
        "/usr/share/doc/big.txt A0f640000 D2f0",
        "/usr/share/doc/small.txt A0f12000 D2f0",
        "/usr/lib A0d",
        "/usr/lib/libc.so A0f380000 M2f410000",
        "/usr/lib/libm.so A0f120000",
        "/home/user A2d",
        "/home/user/app A2f220000",
        "/home/user/app.conf A2f900 m3f900",
        "/var A0d",
        "/var/log A0d",
        "/var/log/app.log A3f2900000",
        "/var/cache/index A2f64000 c3f64000",
    };
}

int sealedFile(const QByteArray& content)
{
    const int file = ::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0 || ::write(file, content.constData(), std::size_t(content.size())) != content.size())
        return -1;
    ::fcntl(file, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    return file;
}

} // namespace lamella::test

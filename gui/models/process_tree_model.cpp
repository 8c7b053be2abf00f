// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/process_tree_model.h"

#include "gui/format/formats.h"

#include <QHash>
#include <QSet>

#include <algorithm>
#include <array>
#include <pwd.h>

namespace lamella::models {

using client::ProcessInfo;

struct ProcessTreeModel::Node {
    ProcessInfo info;
    double cpu = 0; ///< of one CPU
    bool measured = false; ///< there was a look before
    bool ended = false; ///< it was not in the newest list
    Node* parent = nullptr;
    std::vector<std::unique_ptr<Node>> children;

    int row() const
    {
        const auto& siblings = parent->children;
        const auto at = std::ranges::find_if(siblings, [this](const auto& one) { return one.get() == this; });
        return static_cast<int>(at - siblings.begin());
    }
    bool isShim() const { return info.containerPid == 0; }
};

namespace {

/// The parent as it is shown: 0 is the top. A process whose parent is not in the list hangs below the shim, and nothing
/// hangs below itself.
QHash<quint32, quint32> shownParents(const std::vector<ProcessInfo>& processes)
{
    QSet<quint32> known;
    quint32 shim = 0;
    for (const ProcessInfo& process : processes) {
        known.insert(process.hostPid);
        if (process.containerPid == 0 && shim == 0)
            shim = process.hostPid;
    }
    QHash<quint32, quint32> parents;
    for (const ProcessInfo& process : processes) {
        const bool hasParent = known.contains(process.parentHostPid) && process.parentHostPid != process.hostPid;
        parents.insert(process.hostPid, process.hostPid == shim ? 0 : hasParent ? process.parentHostPid : shim);
    }
    // A list that was read while processes moved may hold a circle: it is opened at the top.
    for (const ProcessInfo& process : processes) {
        quint32 above = parents.value(process.hostPid);
        for (std::size_t steps = 0; above != 0 && steps <= processes.size(); ++steps)
            above = parents.value(above);
        if (above != 0)
            parents.insert(process.hostPid, 0);
    }
    return parents;
}

/// Inside, only root is known by its number alone: the other names are in a file that the container can write.
QString userInside(quint32 uid)
{
    return uid == 0 ? QStringLiteral("root") : QString::number(uid);
}

QString userOutside(quint32 uid)
{
    static QHash<quint32, QString> known;
    const auto at = known.constFind(uid);
    if (at != known.constEnd())
        return *at;
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    const bool named = ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found;
    return *known.insert(uid, named ? QString::fromLocal8Bit(found->pw_name) : QString::number(uid));
}

/// As top(1) writes it, so that the figures line up: minutes, seconds and hundredths.
QString cpuTime(quint64 usec)
{
    const quint64 hundredths = usec / 10'000;
    return QStringLiteral("%1:%2.%3")
        .arg(hundredths / 6000)
        .arg(hundredths / 100 % 60, 2, 10, QLatin1Char('0'))
        .arg(hundredths % 100, 2, 10, QLatin1Char('0'));
}

} // namespace

ProcessTreeModel::ProcessTreeModel(QObject* parent)
    : QAbstractItemModel(parent)
    , m_root(std::make_unique<Node>())
{
}

ProcessTreeModel::~ProcessTreeModel() = default;

ProcessTreeModel::Node* ProcessTreeModel::find(quint32 hostPid) const
{
    return m_nodes.value(hostPid, nullptr);
}

void ProcessTreeModel::update(const std::vector<ProcessInfo>& processes, quint64 timeUsec)
{
    const QHash<quint32, quint32> parents = shownParents(processes);
    // Gone for the second time, or now below another parent (its own ended and the reaper took it over): out, and in
    // again below.
    QList<quint32> known = m_nodes.keys();
    std::ranges::sort(known);
    for (const quint32 pid : known) {
        Node* node = find(pid);
        if (!node)
            continue;
        const bool gone = !parents.contains(pid);
        if (gone && !node->ended)
            fade(node);
        else if (gone || node->parent->info.hostPid != parents.value(pid))
            removeNode(node);
    }
    QSet<quint32> fresh;
    for (const ProcessInfo& process : processes) {
        if (!find(process.hostPid))
            fresh.insert(process.hostPid);
    }
    // Parents first: each turn puts in those whose parent is there.
    for (bool moved = true; moved && !fresh.isEmpty();) {
        moved = false;
        for (const ProcessInfo& process : processes) {
            const quint32 above = parents.value(process.hostPid);
            if (fresh.contains(process.hostPid) && (above == 0 || find(above))) {
                insert(process, above == 0 ? m_root.get() : find(above));
                fresh.remove(process.hostPid);
                moved = true;
            }
        }
    }
    for (const ProcessInfo& process : processes)
        refresh(process, timeUsec);
    m_timeUsec = timeUsec;
}

void ProcessTreeModel::insert(const ProcessInfo& process, Node* parent)
{
    const int row = static_cast<int>(parent->children.size());
    beginInsertRows(indexOf(parent), row, row);
    auto node = std::make_unique<Node>();
    node->info = process;
    node->parent = parent;
    m_nodes.insert(process.hostPid, node.get());
    parent->children.push_back(std::move(node));
    endInsertRows();
}

void ProcessTreeModel::refresh(const ProcessInfo& process, quint64 timeUsec)
{
    Node* node = find(process.hostPid);
    if (!node)
        return;
    double cpu = 0;
    const bool measured = m_timeUsec > 0;
    if (measured && timeUsec > m_timeUsec && process.cpuUsec >= node->info.cpuUsec)
        cpu = static_cast<double>(process.cpuUsec - node->info.cpuUsec) / static_cast<double>(timeUsec - m_timeUsec);
    if (process == node->info && cpu == node->cpu && measured == node->measured && !node->ended)
        return;
    node->info = process;
    node->cpu = cpu;
    node->measured = measured;
    node->ended = false;
    const QModelIndex first = indexOf(node);
    Q_EMIT dataChanged(first, first.siblingAtColumn(ColumnCount - 1));
}

void ProcessTreeModel::fade(Node* node)
{
    node->ended = true;
    node->cpu = 0;
    const QModelIndex first = indexOf(node);
    Q_EMIT dataChanged(first, first.siblingAtColumn(ColumnCount - 1));
}

void ProcessTreeModel::removeNode(Node* node)
{
    const int row = node->row();
    Node* parent = node->parent;
    beginRemoveRows(indexOf(parent), row, row);
    forget(node);
    parent->children.erase(parent->children.begin() + row);
    endRemoveRows();
}

void ProcessTreeModel::forget(const Node* node)
{
    m_nodes.remove(node->info.hostPid);
    for (const auto& child : node->children)
        forget(child.get());
}

void ProcessTreeModel::clear()
{
    // At once: there is no later list.
    while (!m_root->children.empty())
        removeNode(m_root->children.back().get());
    m_timeUsec = 0;
}

int ProcessTreeModel::processCount() const
{
    return static_cast<int>(
        std::ranges::count_if(m_nodes, [](const Node* node) { return !node->isShim() && !node->ended; }));
}

ProcessTreeModel::Node* ProcessTreeModel::nodeOf(const QModelIndex& index) const
{
    return index.isValid() ? static_cast<Node*>(index.internalPointer()) : m_root.get();
}

QModelIndex ProcessTreeModel::indexOf(const Node* node) const
{
    return node == m_root.get() ? QModelIndex() : createIndex(node->row(), 0, node);
}

QModelIndex ProcessTreeModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, nodeOf(parent)->children[static_cast<std::size_t>(row)].get());
}

QModelIndex ProcessTreeModel::parent(const QModelIndex& index) const
{
    return index.isValid() ? indexOf(nodeOf(index)->parent) : QModelIndex();
}

int ProcessTreeModel::rowCount(const QModelIndex& parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent)->children.size());
}

int ProcessTreeModel::columnCount(const QModelIndex&) const
{
    return ColumnCount;
}

QVariant ProcessTreeModel::toolTip(const Node& node, int column) const
{
    switch (column) {
    case CommandColumn:
        return node.info.command;
    case UserInsideColumn:
        return node.isShim() ? QVariant() : tr("User ID %1 inside").arg(node.info.containerUid);
    case UserOutsideColumn:
        return tr("User ID %1 on the host").arg(node.info.hostUid);
    default:
        return tr("%1 of CPU time, %2").arg(cpuTime(node.info.cpuUsec), display(node, StateColumn).toString());
    }
}

Qt::Alignment ProcessTreeModel::alignment(int column)
{
    switch (column) {
    case HostPidColumn:
    case ContainerPidColumn:
    case CpuColumn:
    case CpuTimeColumn:
    case MemoryColumn:
        return Qt::AlignRight | Qt::AlignVCenter;
    default:
        return Qt::AlignLeft | Qt::AlignVCenter;
    }
}

QVariant ProcessTreeModel::display(const Node& node, int column) const
{
    const ProcessInfo& info = node.info;
    switch (column) {
    case CommandColumn:
        return info.command;
    case HostPidColumn:
        return QString::number(info.hostPid);
    case ContainerPidColumn:
        return node.isShim() ? QString() : QString::number(info.containerPid);
    case UserInsideColumn:
        return node.isShim() ? QString() : userInside(info.containerUid);
    case UserOutsideColumn:
        return userOutside(info.hostUid);
    case CpuColumn:
        return node.measured ? format::percent(node.cpu) : QString();
    case CpuTimeColumn:
        return cpuTime(info.cpuUsec);
    case MemoryColumn:
        return format::bytes(info.residentBytes);
    case StateColumn:
        return node.ended ? tr("ended") : format::processState(info.state);
    default:
        return {};
    }
}

QVariant ProcessTreeModel::sortKey(const Node& node, int column) const
{
    switch (column) {
    case HostPidColumn:
        return node.info.hostPid;
    case ContainerPidColumn:
        return node.info.containerPid;
    case UserInsideColumn:
        return node.info.containerUid;
    case UserOutsideColumn:
        return node.info.hostUid;
    case CpuColumn:
        return node.cpu;
    case CpuTimeColumn:
        return node.info.cpuUsec;
    case MemoryColumn:
        return node.info.residentBytes;
    default:
        return display(node, column);
    }
}

QVariant ProcessTreeModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Node& node = *nodeOf(index);
    switch (role) {
    case Qt::DisplayRole:
        return display(node, index.column());
    case SortRole:
        return sortKey(node, index.column());
    case HostPidRole:
        return node.info.hostPid;
    case EndedRole:
        return node.ended;
    case IsShimRole:
        return node.isShim();
    case Qt::ToolTipRole:
        return toolTip(node, index.column());
    case Qt::TextAlignmentRole:
        return QVariant(alignment(index.column()));
    default:
        return {};
    }
}

QVariant ProcessTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return QVariant(alignment(section));
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const bool tip = role == Qt::ToolTipRole;
    switch (section) {
    case CommandColumn:
        return tip ? tr("Command line") : tr("Command");
    case HostPidColumn:
        return tip ? tr("Process ID on the host") : tr("PID");
    case ContainerPidColumn:
        return tip ? tr("Process ID inside the container") : tr("PID inside");
    case UserInsideColumn:
        return tip ? tr("User inside the container") : tr("User inside");
    case UserOutsideColumn:
        return tip ? tr("User on the host") : tr("User outside");
    case CpuColumn:
        return tip ? tr("Use of one CPU since the last look") : tr("CPU");
    case CpuTimeColumn:
        return tip ? tr("CPU time used since it began, minutes and seconds") : tr("CPU time");
    case MemoryColumn:
        return tip ? tr("Resident memory") : tr("Memory");
    case StateColumn:
        return tip ? tr("What the kernel says it does") : tr("State");
    default:
        return {};
    }
}

} // namespace lamella::models

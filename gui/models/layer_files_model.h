// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/layer_tree.h"
#include "gui/client/types.h"

#include <QAbstractItemModel>
#include <QStringList>

#include <vector>

namespace lamella::models {

/// The files of a stack of layers as a tree: as the stack stands up to one layer, with what that layer does, or only
/// what one layer does. Another view of the same tree keeps what is expanded and selected where it is still there.
class LayerFilesModel : public QAbstractItemModel {
    Q_OBJECT

public:
    enum Column { NameColumn, KindColumn, BytesColumn, ModeColumn, OwnerColumn, LayersColumn, ColumnCount };
    enum Role {
        PathRole = Qt::UserRole, ///< QByteArray, as it is in bytes
        KindRole, ///< int of client::ChangeKind; -1 where the layer does nothing itself
        BytesRole, ///< quint64; of a directory all that is below
        TypeRole, ///< int of client::FileType
        NodeRole, ///< quint32: the path's node in the tree
    };
    enum class Scope { UpTo, Only };

    explicit LayerFilesModel(QObject* parent = nullptr);
    ~LayerFilesModel() override;

    /// nullptr: none. All of the topmost layer's stack is shown, without a filter.
    void setTree(client::LayerTreePtr tree);
    const client::LayerTreePtr& tree() const { return m_tree; }
    /// `layer` from the bottom.
    void setView(Scope scope, int layer);
    Scope scope() const { return m_scope; }
    int layer() const { return m_layer; }
    /// Only names (paths, where it has a slash) that hold the text, and what is below them.
    void setText(const QString& text);
    /// Leaves out what a layer stores again as it was: what two stacks have alike.
    void setOnlyDifferent(bool only);
    /// What layers are called, from the bottom, for tool tips.
    void setLayerNames(const QStringList& names) { m_layerNames = names; }

    /// Of all that is shown.
    quint64 totalBytes() const;
    /// Paths that are shown for themselves.
    int count() const { return m_count; }
    /// The row of a node of the tree, where it is shown.
    QModelIndex indexOf(quint32 node, int column = 0) const;
    /// Column and order that rows come in.
    int sortColumn() const { return m_sortColumn; }

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    bool hasChildren(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

private:
    const client::LayerEntry* entryOf(quint32 node) const;
    std::vector<char> matches() const;
    void build();
    void rebuild();
    void sortRows();
    bool isBefore(quint32 a, quint32 b) const;
    QString name(quint32 node) const;
    QString display(quint32 node, int column) const;
    QString layers(quint32 node) const;
    QString toolTip(quint32 node) const;
    quint64 bytes(quint32 node) const;

    client::LayerTreePtr m_tree;
    Scope m_scope = Scope::UpTo;
    int m_layer = 0;
    QString m_text;
    bool m_onlyDifferent = false;
    QStringList m_layerNames;
    int m_sortColumn = NameColumn;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;

    /// Of every node; those of a directory's rows stand one after the other in m_rows.
    std::vector<quint32> m_firstRow;
    std::vector<quint32> m_rowCount;
    std::vector<quint32> m_row;
    std::vector<quint64> m_bytes;
    std::vector<quint32> m_rows;
    int m_count = 0;
};

/// The kind that a letter of the contract stands for.
client::ChangeKind changeKind(const client::LayerEntry& entry);
client::FileType fileType(const client::LayerEntry& entry);
/// "-rwxr-sr-x", as ls(1) writes it.
QString modeText(client::FileType type, quint32 mode);

} // namespace lamella::models

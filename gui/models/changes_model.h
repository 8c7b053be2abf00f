// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"
#include "gui/models/content_differences.h"

#include <QAbstractItemModel>
#include <QHash>

#include <array>
#include <memory>
#include <vector>

namespace lamella::models {

/// What a container has changed against its image: a tree of directories (those that only lead to a change have no
/// letter) or a flat list of paths. A new set is taken by difference, so what is expanded and selected stays. Of what
/// is still there, all can be dragged but directories of the image: most of what is in those is no change.
class ChangesModel : public QAbstractItemModel {
    Q_OBJECT

public:
    enum Column {
        PathColumn,
        KindColumn,
        TypeColumn,
        BytesColumn,
        DiffersColumn,
        TimeColumn,
        WriterColumn,
        LayerColumn,
        ColumnCount,
    };
    enum Role {
        PathRole = Qt::UserRole,
        KindRole, ///< int of client::ChangeKind; -1 for a directory that only leads to changes
        BytesRole,
        SortRole,
        TypeRole, ///< int of client::FileType
        RawPathRole, ///< QByteArray: the path as it is in bytes
        TimeRole, ///< µs since 1970 of the last change, also of what is below; 0: not known
    };

    explicit ChangesModel(QObject* parent = nullptr);
    ~ChangesModel() override;

    void setChanges(client::ChangeSet changes);
    void setFlat(bool flat);
    bool isFlat() const { return m_flat; }
    /// Names of layers ("2: COPY …") for the layer column, by diffID.
    void setLayerNames(const QHash<QString, QString>& names);

    /// What is known of a row; nullptr for a directory that only leads to changes. Valid until the next setChanges().
    const client::ChangeEntry* entry(const QModelIndex& row) const;
    /// Whether the bytes of a row that differ from the image's have to be counted.
    bool isContentDue(const QModelIndex& row) const;
    /// What was counted when the row, which may have gone, was `counted`; nothing: it could not be.
    void setDiffering(const QModelIndex& row, const client::ChangeEntry& counted, std::optional<quint64> bytes);
    /// No more can be counted: until forgetDiffering(), no row is due.
    void giveUpDiffering() { m_differences.giveUp(); }
    /// Forgets what was counted: of another container.
    void forgetDiffering() { m_differences.clear(); }

    /// Some rows and all below them.
    struct Tally {
        std::array<int, client::kChangeKinds> counts{};
        int total = 0; ///< without what was only copied
        quint64 bytes = 0; ///< of what was added
        std::vector<QModelIndex> rows; ///< the rows, without those that lie below another
        int count(client::ChangeKind kind) const { return counts[static_cast<std::size_t>(kind)]; }
    };
    Tally tally(const QModelIndexList& rows) const;

    int count(client::ChangeKind kind) const;
    int count() const { return static_cast<int>(m_set.entries.size()); }
    quint64 totalBytes() const { return m_bytes; }
    /// What is taken by files that only have other attributes, or none.
    quint64 copiedBytes() const { return m_copiedBytes; }
    /// Whether of any it is known who changed it.
    bool hasWriters() const;
    bool isTruncated() const { return m_set.truncated; }

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Node;
    Node* nodeOf(const QModelIndex& index) const;
    QModelIndex indexOf(const Node* node, int column = 0) const;
    static std::unique_ptr<Node> build(const std::vector<client::ChangeEntry>& entries, bool flat);
    void merge(Node* into, Node* from);
    void removeMissing(Node* into, const Node* from);
    void insertNew(Node* into, Node* from);
    void refresh(Node* node, const Node& fresh);
    static void add(const Node& node, Tally& tally);
    static QString typeWord(client::FileType type);
    QVariant display(const Node& node, int column) const;
    QVariant toolTip(const Node& node, int column) const;
    QVariant sortKey(const Node& node, int column) const;

    client::ChangeSet m_set;
    std::unique_ptr<Node> m_root;
    QHash<QString, QString> m_layerNames;
    ContentDifferences m_differences;
    quint64 m_bytes = 0;
    quint64 m_copiedBytes = 0;
    std::array<int, client::kChangeKinds> m_counts{};
    bool m_flat = false;
};

} // namespace lamella::models

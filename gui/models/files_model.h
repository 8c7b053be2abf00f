// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/error.h"
#include "gui/client/types.h"

#include <QAbstractItemModel>
#include <QElapsedTimer>
#include <QPointer>
#include <QSet>

#include <functional>
#include <memory>
#include <vector>

namespace lamella::client {
class FileSource;
}

namespace lamella::models {

/// The files of a container or an image as a tree. A directory is read when it is opened, and read again by refresh(),
/// by difference, so that what is expanded and selected stays. Names and paths are bytes; what of them is no UTF-8
/// appears as U+FFFD.
class FilesModel : public QAbstractItemModel {
    Q_OBJECT

public:
    enum Column { NameColumn, ChangeColumn, SizeColumn, ModeColumn, OwnerColumn, TimeColumn, ColumnCount };
    enum Role {
        PathRole = Qt::UserRole, ///< QByteArray, absolute
        TypeRole, ///< int of client::FileType
        KindRole, ///< int of client::ChangeKind; -1: as in the image
        SortRole,
        LeadsToChangesRole, ///< bool: a directory in which something was changed
        MountedRole, ///< bool
    };
    /// Of one directory; it is said by isCut() where there are more.
    static constexpr std::size_t kMostNames = 50'000;

    explicit FilesModel(QObject* parent = nullptr);
    ~FilesModel() override;

    /// nullptr: none.
    void setSource(client::FileSource* source);
    /// Of the image, from the bottom: what the tool tips of its files speak of.
    void setLayers(const std::vector<client::LayerInfo>& layers) { m_layers = layers; }

    /// Reads every directory that has been opened once more, one after another.
    void refresh();
    /// Whether it is time for that, where nobody asks for it: reading takes a part of the time only, so that large
    /// directories are read less often.
    bool isDue() const;
    /// Reads this one again, if it has been.
    void readAgain(const QByteArray& directory);
    /// A directory that was closed is no longer read by refresh().
    void forget(const QModelIndex& directory);
    /// Opens all directories on the way to `path`, and says where it is by revealed().
    void reveal(const QByteArray& path);
    /// Where something is that has been read.
    QModelIndex find(const QByteArray& path) const;
    /// Nothing for the root.
    const client::FileEntry* entry(const QModelIndex& index) const;
    QByteArray path(const QModelIndex& index) const;
    /// It has more names than are taken.
    bool isCut(const QModelIndex& directory) const;
    bool isRead(const QModelIndex& directory) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    bool hasChildren(const QModelIndex& parent = {}) const override;
    bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    /// A directory has been read, or read again.
    void directoryRead(const QByteArray& path);
    void failed(const QByteArray& path, const lamella::client::ClientError& error);
    /// An invalid index is the root's.
    void revealed(const QByteArray& path, const QModelIndex& index);
    void notRevealed(const QByteArray& path, const lamella::client::ClientError& error);
    /// Somebody has typed another name; the model has it when the directory is read again.
    void renameRequested(const QByteArray& path, const QByteArray& name);

private:
    struct Node;
    struct Reading;
    Node* nodeOf(const QModelIndex& index) const;
    Node* nodeAt(const QByteArray& path) const;
    QModelIndex indexOf(const Node* node, int column = 0) const;
    static QByteArray pathOf(const Node& node);
    void read(const QByteArray& path);
    void readPart(const std::shared_ptr<Reading>& reading);
    void take(Reading& reading);
    void giveUp(const Reading& reading, const client::ClientError& error);
    void merge(Node& into, std::vector<client::FileEntry> entries);
    void removeMissing(Node& into, const std::vector<client::FileEntry>& entries);
    void insertNew(Node& into, std::vector<client::FileEntry>& entries);
    void revealFurther();
    void refreshNext();
    QVariant display(const Node& node, int column) const;
    QVariant sortKey(const Node& node, int column) const;

    QPointer<client::FileSource> m_source;
    quint64 m_generation = 0;
    std::vector<client::LayerInfo> m_layers;
    std::unique_ptr<Node> m_root;
    QByteArray m_wanted; ///< that is being revealed
    int m_links = 0; ///< that were followed for it
    QByteArray m_lookedAgain; ///< the directory that was read once more for it
    QByteArrayList m_again; ///< directories that refresh() has still to read
    QSet<QByteArray> m_stale; ///< directories that were changed while they were being read
    bool m_isRefreshing = false;
    QElapsedTimer m_refreshing; ///< since the last one began
    qint64 m_refreshed = 0; ///< milliseconds that it took
};

} // namespace lamella::models

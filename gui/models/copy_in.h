// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/file_copy.h"
#include "gui/models/local_files.h"

#include <vector>

namespace lamella::client {
class ContainerClient;
}

namespace lamella::models {

/// Copies files and directories of this machine into a directory of a container: files, directories and symlinks (as
/// links), with their modes but without set-id bits; they belong to the container's root.
class CopyIn final : public FileCopy {
    Q_OBJECT
public:
    CopyIn(client::ContainerClient* container, const QStringList& files, const QByteArray& directory, QObject* parent);

protected:
    void copyNext() override;
    void replaceCurrent() override;
    void dropUnfinished() override;

private:
    struct Item {
        QByteArray local;
        QByteArray path;
    };

    void take(LocalFile found);
    void makeDirectory();
    void makeSymlink(bool replace);
    void begin(bool replace);
    void writePiece(qint64 offset, bool replace);
    void wrote(qint64 offset, qsizetype size, bool replace);
    void moveIntoPlace(bool replace);
    QString problemOf(const QString& words) const;

    client::ContainerClient* container() const { return m_container; }

    QPointer<client::ContainerClient> m_container;
    std::vector<Item> m_items;
    Item m_item; ///< that is copied now
    LocalFile m_found;
    QByteArray m_part; ///< what an unfinished large file is called; empty: there is none
};

} // namespace lamella::models

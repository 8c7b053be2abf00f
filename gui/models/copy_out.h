// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"
#include "gui/models/file_copy.h"
#include "gui/models/local_files.h"

#include <optional>
#include <vector>

namespace lamella::models {

/// Copies files and directories of a container or an image into a directory of this machine: files, directories and
/// symlinks (as links, which are not followed), with their modes but without set-id bits. Whatever they say, nothing is
/// written outside of that directory.
class CopyOut final : public FileCopy {
    Q_OBJECT
public:
    struct Source {
        QByteArray path;
        std::optional<client::FileEntry> entry = {}; ///< nothing: it is looked at first
    };
    CopyOut(client::FileSource* source, const std::vector<Source>& files, const QString& directory, QObject* parent);

protected:
    void copyNext() override;
    void replaceCurrent() override;
    void dropUnfinished() override;

private:
    struct Item {
        QByteArray path;
        client::FileEntry entry;
        SharedDescriptor into;
        bool isKnown = true; ///< what it is
    };

    void look();
    void copy(bool replace);
    void makeDirectory();
    void list(const QByteArray& after, const SharedDescriptor& directory);
    void makeSymlink(bool replace);
    void begin(bool replace);
    void readPiece(quint64 offset, bool replace);
    void writePiece(const client::FileVersion& piece, quint64 offset, bool replace);
    QString problemOf(const QString& words) const;

    QString m_target;
    SharedDescriptor m_into; ///< of m_target, when it has been opened
    std::vector<Item> m_items;
    Item m_item; ///< that is copied now
    std::shared_ptr<LocalPart> m_part; ///< of an unfinished file
};

} // namespace lamella::models

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/descriptor.h"

#include <QByteArray>
#include <QCoreApplication>
#include <QString>

#include <expected>
#include <memory>

namespace lamella::models {

/// A file of this machine that somebody else writes. Until it is whole it has a name of its own beside the one that it
/// gets, so that what was there stays; what is not finished vanishes with it.
class SavedFile {
    Q_DECLARE_TR_FUNCTIONS(SavedFile)

public:
    /// Fails with a sentence. A file that is replaced leaves its mode; a new one is its owner's alone, for what is
    /// written may hold secrets.
    static std::expected<std::shared_ptr<SavedFile>, QString> begin(const QString& path);
    ~SavedFile();
    SavedFile(const SavedFile&) = delete;
    SavedFile& operator=(const SavedFile&) = delete;

    /// For whoever writes it.
    client::Descriptor descriptor() const;
    /// Waits until the disk has it, and gives it its name: not for the window's thread. Empty: all is well; otherwise a
    /// sentence. What is whole stays, if under the name that it has until then.
    QString finish();

private:
    SavedFile(client::Descriptor file, QByteArray part, QByteArray path);

    client::Descriptor m_file;
    QByteArray m_part; ///< what it is called for now; empty: it has its name
    QByteArray m_path;
};

} // namespace lamella::models

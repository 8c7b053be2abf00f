// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/container_files.h"
#include "engine/container/trash_records.h"

#include <QThreadPool>
#include <QTimer>

#include <map>
#include <stop_token>

namespace lamella::container {

/// Containers that were removed and can be brought back: their files stay where they are, so that nothing is copied or
/// renamed, and their rows say until when. Once an hour those go whose time is over. A full disk takes nothing away:
/// what a user was promised is not taken for what another one does. ContainerManager's thread only.
class Trash : public QObject {
    Q_OBJECT

public:
    Trash(db::Database& database, image::ImageStore& images, const ContainerFiles& files, TrashSettings settings);
    ~Trash() override;

    /// Reads the rows; those whose directory is lost are forgotten. Errors: of the database.
    Result<void> load();
    /// Goes on with what an earlier helper was at, and begins to look for what has expired. Called once, after what
    /// earlier ones have left was listed: from now on there are new directories that are being removed.
    void begin();

    /// Whether what is removed comes here.
    bool isOn() const { return m_settings.keep.count() > 0; }
    std::vector<std::string> ids() const;
    const Trashed* find(const std::string& id) const;
    /// Where its files lie; with the image's layers.
    layer::OverlayDirectories overlay(const std::string& id) const;

    /// Takes a container over that has ended. What its shim has left is cleaned up and its changes are counted in the
    /// background; `settled` is called then. Errors: of the database; everything is then as it was.
    Result<void> put(const Container& container, Reply<void> settled);
    /// Gives a container back under `name`. Errors: NotFound, Busy (it is being moved here), AlreadyExists (the name).
    Result<Container> take(const std::string& id, const std::string& name);
    /// Removes it for good; the bytes of its writable layer. The answer comes when its files are gone. Errors:
    /// NotFound, Busy (it is being moved here).
    void erase(const std::string& id, Reply<Bytes> reply);

    std::size_t countOf(uid_t owner) const;
    /// Removes a user's oldest ones for good until no more than `count` are left.
    void keepNewest(uid_t owner, std::size_t count);
    /// Removes for good what has expired.
    void sweep();

Q_SIGNALS:
    void added(const std::string& id);
    void changed(const std::string& id);
    void removed(const std::string& id);

private:
    struct Counted {
        std::uint64_t changes = 0;
        Bytes bytes;
    };

    std::chrono::microseconds now() const;
    Result<Trashed*> settledOne(const std::string& id);
    void settle(const std::string& id, Reply<void> settled);
    Result<Counted> settleFiles(const Container& container, const layer::OverlayDirectories& overlay) const;
    void finishSettling(const std::string& id, const Result<Counted>& counted, const Reply<void>& settled);
    void eraseQuietly(const std::string& id, const char* why);
    std::vector<std::string> oldestFirst(uid_t owner) const;
    void keepWithinBytes(uid_t owner);

    db::Database& m_database;
    image::ImageStore& m_images;
    const ContainerFiles& m_files;
    TrashSettings m_settings;
    std::map<std::string, Trashed> m_items;
    std::stop_source m_stop;
    QTimer m_timer;
    QThreadPool m_settling;
    QThreadPool m_erasing; ///< what takes as long as there are files
};

} // namespace lamella::container

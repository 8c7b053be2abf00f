// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <optional>

namespace lamella::client {
class ContainerClient;
struct ClientError;
} // namespace lamella::client

namespace lamella::pages {

/// Reads the two versions of the file that is looked at. What is asked for while it reads is read next; of several only
/// the last.
class ChangeVersions : public QObject {
    Q_OBJECT

public:
    struct File {
        QString path; ///< for people
        QByteArray rawPath;
        quint64 timeUsec = 0; ///< of its last change: another one is read anew

        friend bool operator==(const File&, const File&) = default;
    };

    explicit ChangeVersions(QObject* parent);

    void show(client::ContainerClient* container, const File& file);
    /// Shows nothing any more.
    void clear();

Q_SIGNALS:
    void ready(const QString& path, const lamella::client::FileVersion& image,
               const lamella::client::FileVersion& container);
    void failed(const lamella::client::ClientError& error);

private:
    void read();
    void take();

    QPointer<client::ContainerClient> m_container;
    File m_file;
    QTimer m_soon; ///< who runs through the list with the arrow keys does not ask for each
    quint64 m_generation = 0;
    std::optional<client::FileVersion> m_image;
    std::optional<client::FileVersion> m_changed;
};

} // namespace lamella::pages

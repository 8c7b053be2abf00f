// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/file_source.h"
#include "gui/client/layer_tree.h"
#include "gui/client/pending.h"
#include "gui/client/types.h"

#include <QPointer>
#include <QVariantMap>

namespace lamella::client {

class Bus;
class JobClient;

/// One image. Deleted (later) after Client::imageRemoved.
class ImageClient : public FileSource {
    Q_OBJECT

public:
    ImageClient(Bus* bus, const QString& path, const QVariantMap& properties);

    const QString& path() const { return m_path; }
    const ImageData& data() const { return m_data; }
    /// What a person calls it: its first reference, otherwise the first 12 digits of its ID.
    QString displayName() const;

    Pending<void> remove();
    Pending<void> tag(const QString& reference);
    Pending<void> untag(const QString& reference);
    /// From the first step.
    Pending<std::vector<HistoryStep>> history();
    Pending<ImageDocuments> inspect();
    /// Every path of its layers. `compareWith`: the object path of another image or container, whose files are
    /// compared with this one's; empty: none.
    Pending<LayerTreePtr> openLayers(const QString& compareWith = {});
    Pending<FileListing> listDirectory(const QByteArray& path, const QByteArray& after) override;
    using FileSource::listDirectory;
    Pending<FileVersion> readPart(const QByteArray& path, quint64 offset, quint64 length) override;
    /// The job's result: the digest of the manifest that the registry has then.
    Pending<QPointer<JobClient>> push(const QString& reference, const RegistryOptions& options);

    /// Takes what PropertiesChanged or a new snapshot brought. Called by Client.
    void update(const QVariantMap& properties);

Q_SIGNALS:
    void changed();

private:
    Bus* m_bus;
    QString m_path;
    ImageData m_data;
};

} // namespace lamella::client

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "resources/dbus/api.h"
#include "tests/support/fake_helper/fake_tree.h"
#include "tests/support/layer_tree/layer_tree_file.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVirtualObject>
#include <QHash>
#include <QMap>
#include <QStringList>
#include <QVariantMap>

namespace lamella::test {

/// Speaks the contract (resources/dbus/org.lamella.Lamella1.xml) on a private bus without running anything, for states
/// of the helper that are hard to make with the real one.
class FakeHelper : public QDBusVirtualObject {
    Q_OBJECT

public:
    /// Connects to the bus at `address`; appear() takes the helper's name.
    explicit FakeHelper(const QString& address);
    ~FakeHelper() override;

    bool appear();
    void vanish();

    quint32 apiVersion = dbus::kApiVersion;
    quint32 trashDays = 7;
    /// What UndoChanges was asked for last.
    QByteArrayList undone;
    /// Answers of ListChanges.
    QByteArray changes;
    /// Answers of CompareContent, by path; of others it is not known. A call answers for this many.
    QHash<QByteArray, quint64> differing;
    qsizetype comparedAtOnce = 256;
    /// Whether WatchChanges is answered; otherwise it is refused (Unsupported).
    bool tellsChanges = false;
    QString tellsNoChanges = QStringLiteral("Unsupported"); ///< the error of WatchChanges otherwise
    /// Tells the last one who called WatchChanges; `kinds` of resources/dbus/live_changes.h.
    void tell(const QByteArray& path, quint32 kinds, const QByteArray& writer, quint32 containerPid,
              const QByteArray& from = {});
    /// As when the container ends.
    void endStream();
    bool isWatched() const { return m_stream >= 0; }
    /// The files of every container.
    FakeTree tree;
    /// The files of every image.
    FakeTree imageTree;

    /// Answers of OpenLayers, as layerTreeFile() takes them; compared ones are two layers.
    QByteArrayList layerTree = anyLayerTree();
    int layerCount = 4;

    /// Returns its id.
    QString addContainer(const QString& name, const QString& state);
    QString addImage(const QString& reference, const QString& platform = QStringLiteral("linux/amd64"));
    void removeImage(const QString& id);
    void changeImage(const QString& id, const QVariantMap& properties);
    void removeContainer(const QString& id);
    /// A container in the trash; its id.
    QString addTrashed(const QString& name, const QVariantMap& properties = {});
    void changeContainer(const QString& id, const QVariantMap& properties);
    /// The newest job, which Stop, PullImage and their like begin; it runs until it is ended here, or by Cancel.
    /// `error` empty: it succeeds.
    void changeJob(const QVariantMap& properties);
    void endJob(const QString& error, const QString& kind = QStringLiteral("Failed"), const QStringList& result = {});
    /// The layers of that job: name, bytes done, bytes altogether.
    struct Part {
        QString name;
        quint64 done;
        quint64 total;
    };
    void changeParts(const QList<Part>& parts);
    /// The helper has forgotten that job.
    void forgetJob();
    /// The next call of `method` fails: `kind` as in the contract ("AlreadyExists"), or a whole error name.
    void failNext(const QString& method, const QString& kind, const QString& sentence);

    /// The methods that were called, with those of the contract only.
    QStringList calls;
    /// What CreateContainer was called with last.
    QVariantList lastCreate;
    /// What a method was called with last; a map of options is one, a descriptor is what could be read from it, or
    /// whether it could be written.
    QHash<QString, QVariantList> lastCall;
    /// Answers of PruneImages: object paths without, and with `all`.
    QStringList nameless;
    QStringList unused;
    /// What Inspect says of the containers of every image: "config" of its configuration.
    QByteArray imageConfig = "{\"Cmd\":[\"sh\"]}";
    /// Answers of GetHistory, from the first step: created by, empty.
    QList<QPair<QString, bool>> history;

    bool handleMessage(const QDBusMessage& message, const QDBusConnection& connection) override;
    QString introspect(const QString& path) const override;

private:
    using Interfaces = QMap<QString, QVariantMap>;

    QByteArray firstChanges() const;
    void summarize(const QDBusMessage& message);
    void compareContent(const QDBusMessage& message);
    void openLayers(const QDBusMessage& message, bool writable);
    void watch(const QDBusMessage& message);
    bool handleContainer(const QDBusMessage& message);
    void create(const QDBusMessage& message);
    bool handleManager(const QDBusMessage& message);
    void removeToTrash(const QDBusMessage& message);
    bool handleTrashed(const QDBusMessage& message);
    void emptyTrash(const QDBusMessage& message);
    bool handleImage(const QDBusMessage& message);
    void beginJob(const QDBusMessage& message, const QString& operation, const QStringList& items);
    void answerWaiting(const QString& job, const QString& error, const QString& kind, const QStringList& result);
    void noteCall(const QDBusMessage& message);
    bool handleJob(const QDBusMessage& message);
    void change(const QString& path, const QString& interface, const QVariantMap& properties);
    void reply(const QDBusMessage& message, const QVariantList& values = {});
    bool failed(const QDBusMessage& message);
    void add(const QString& path, const QString& interface, const QVariantMap& properties);
    void remove(const QString& path);
    QVariantMap managerProperties() const;

    QDBusConnection m_connection;
    QMap<QString, Interfaces> m_objects;
    QHash<QString, QPair<QString, QString>> m_failures;
    QString m_job; ///< the path of the newest
    QHash<QString, QList<QDBusMessage>> m_waiting; ///< by job: what is answered when it ends
    int m_number = 0;
    int m_stream = -1; ///< our end
};

} // namespace lamella::test

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusObjectPath>
#include <QDBusUnixFileDescriptor>
#include <QJsonObject>
#include <QList>
#include <QObject>
#include <QSet>
#include <QString>
#include <QVariantMap>

#include <sys/types.h>

/// What the D-Bus tests share: users on the bus of resources/dev/inside/session.sh and what they call.
namespace lamella::test {

using InterfaceMap = QMap<QString, QVariantMap>;
using ManagedObjects = QMap<QDBusObjectPath, InterfaceMap>;

/// A signal as it came.
struct Signal {
    QString path;
    QString interface;
    QString member;
    QVariantList arguments;
};

/// One user's connection to the bus, made with his effective uid (the test itself is root).
class Client : public QObject {
    Q_OBJECT

public:
    explicit Client(uid_t uid);
    ~Client() override;

    QDBusMessage call(const QString& path, const QString& interface, const QString& member,
                      const QVariantList& arguments = {});
    /// Like call(), with `interface` short ("Container") and an options map put at the end.
    QDBusMessage lamella(const QString& path, const QString& interface, const QString& member,
                         QVariantList arguments = {}, const QVariantMap& options = {});
    /// Calls lamella() and fails the test unless it was answered; the first out argument.
    QVariant ask(const QString& path, const QString& interface, const QString& member,
                 const QVariantList& arguments = {}, const QVariantMap& options = {});

    QVariant get(const QString& path, const QString& interface, const QString& property);
    /// GetManagedObjects; from then on signals arrive.
    ManagedObjects objects();
    const QList<Signal>& received() const { return m_signals; }
    void forgetSignals() { m_signals.clear(); }

    /// Loads the starter image and waits; the image's ID.
    QString loadStarter();
    /// Creates a container of the starter image; its path.
    QString create(const QString& name, const QStringList& command, const QVariantMap& options = {});
    QString run(const QString& name, const QStringList& command, QVariantMap options = {});
    /// Removes a container for good, also one that runs; fails the test where it is still there. One that has gone is
    /// well.
    void discard(const QString& container);
    /// Waits until the container has the state.
    bool waitForState(const QString& container, const QString& state);
    QString log(const QString& container);
    QList<QJsonObject> changes(const QString& container);

    QDBusConnection bus() const { return m_bus; }

    /// "Container.Start", "Container.Pid": what has been called and read so far, by all clients of this process.
    static QSet<QString>& used();

private Q_SLOTS:
    void receive(const QDBusMessage& message);

private:
    QString m_name;
    QDBusConnection m_bus;
    QList<Signal> m_signals;
};

extern const QString kRoot;
QString errorName(const QString& kind);
/// The descriptor of the starter image's layout; the caller closes it.
int openStarter();
QByteArray readAll(int descriptor);
QByteArray readFile(const QString& path);

/// Sends a signal to each lamella-worker that there is; whether there was any.
bool signalWorkers(int signal);

/// Kills the session's helper with SIGKILL, or starts one, with these arguments beside the usual, and waits for its name.
/// They own the helper from the first call.
void killHelper();
void startHelper(const QByteArrayList& arguments = {});
pid_t helperPid();

} // namespace lamella::test

// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/dbus/publisher.h"

#include "resources/dbus/api.h"
#include "resources/dbus/types.h"

#include <QDBusMessage>
#include <QDBusMetaType>

#include <chrono>

using namespace Qt::StringLiterals;

namespace lamella::helper {

namespace {

/// PropertiesChanged comes at no more than 10 Hz for an object.
constexpr std::chrono::milliseconds kInterval{100};

/// dbus-daemon(1), max_message_size of the system bus is 32 MiB. Texts are what makes a message long.
constexpr qsizetype kMaxTextBytes = 24 << 20;

qsizetype bytesOf(const QString& text)
{
    return text.toUtf8().size() + 8; // its length, its end and what aligns it
}

qsizetype textBytesOf(const QVariant& value)
{
    qsizetype bytes = 0;
    if (value.metaType() == QMetaType::fromType<QString>()) {
        bytes = bytesOf(value.toString());
    } else if (value.metaType() == QMetaType::fromType<QStringList>()) {
        for (const QString& text : value.toStringList())
            bytes += bytesOf(text);
    } else if (value.metaType() == QMetaType::fromType<dbus::LayerList>()) {
        for (const dbus::Layer& layer : value.value<dbus::LayerList>())
            bytes += bytesOf(layer.diffId) + bytesOf(layer.chainId) + bytesOf(layer.createdBy);
    }
    return bytes;
}

} // namespace

Publisher::Publisher(const QDBusConnection& connection, const Contract& contract, ObjectTree& tree, Peers& peers)
    : m_connection(connection)
    , m_contract(contract)
    , m_tree(tree)
{
    qDBusRegisterMetaType<InterfaceMap>();
    qDBusRegisterMetaType<ManagedObjects>();
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &Publisher::flush);
    connect(&tree, &ObjectTree::added, this, &Publisher::added);
    connect(&tree, &ObjectTree::removed, this, &Publisher::removed);
    connect(&tree, &ObjectTree::touched, this, &Publisher::touched);
    connect(&peers, &Peers::left, this, [this](const QString& busName) { m_subscribers.remove(busName); });
}

QVariantMap Publisher::read(const Object& object) const
{
    const InterfaceContract* contract = m_contract.interface(object.interfaceName());
    return contract ? object.properties(*contract) : QVariantMap{};
}

Result<ManagedObjects> Publisher::subscribe(const Caller& caller)
{
    ManagedObjects objects;
    qsizetype bytes = 0;
    // As they were last published, not as they are now: a change that is yet to be sent must find the old value there,
    // or one that goes back before it is sent would never arrive.
    for (Object* object : m_tree.visible(caller.uid)) {
        const QVariantMap properties = m_published.value(object).sent;
        for (const QVariant& value : properties)
            bytes += textBytesOf(value);
        if (bytes > kMaxTextBytes)
            return failure(ErrorKind::LimitExceeded, "there are more containers and images than one message can list");
        objects.insert(QDBusObjectPath(object->path()), {{object->interfaceName(), properties}});
    }
    m_subscribers.insert(caller.busName, caller.uid);
    return objects;
}

void Publisher::send(const Object& object, const QString& path, const QString& interface, const QString& member,
                     const QVariantList& arguments)
{
    for (auto it = m_subscribers.cbegin(); it != m_subscribers.cend(); ++it) {
        // Where two users have an object at one path, root sees one of them only.
        const Object* seen = m_tree.find(object.path(), it.value());
        if (!object.visibleTo(it.value()) || (seen && seen != &object))
            continue;
        QDBusMessage message = QDBusMessage::createTargetedSignal(it.key(), path, interface, member);
        message.setArguments(arguments);
        m_connection.send(message);
    }
}

void Publisher::added(Object* object)
{
    Published& published = m_published[object];
    published.sent = read(*object);
    published.due = QDeadlineTimer(kInterval);
    const InterfaceMap interfaces{{object->interfaceName(), published.sent}};
    send(*object, QLatin1StringView(dbus::kRootPath), kObjectManager, u"InterfacesAdded"_s,
         {QVariant::fromValue(QDBusObjectPath(object->path())), QVariant::fromValue(interfaces)});
}

void Publisher::removed(Object* object)
{
    // A last change (a job's end) must not be lost because the object went at once.
    if (const auto published = m_published.find(object); published != m_published.end() && published->dirty)
        sendChanges(object, *published);
    m_published.remove(object);
    send(*object, QLatin1StringView(dbus::kRootPath), kObjectManager, u"InterfacesRemoved"_s,
         {QVariant::fromValue(QDBusObjectPath(object->path())), QStringList{object->interfaceName()}});
}

void Publisher::touched(Object* object)
{
    Published& published = m_published[object];
    if (std::exchange(published.dirty, true))
        return;
    const auto wait = std::chrono::milliseconds(published.due.remainingTime());
    if (!m_timer.isActive() || m_timer.remainingTimeAsDuration() > wait)
        m_timer.start(wait);
}

void Publisher::flush()
{
    qint64 next = -1;
    for (auto it = m_published.begin(); it != m_published.end(); ++it) {
        if (!it->dirty)
            continue;
        if (const qint64 wait = it->due.remainingTime(); wait > 0)
            next = next < 0 ? wait : std::min(next, wait);
        else
            sendChanges(it.key(), *it);
    }
    if (next >= 0)
        m_timer.start(std::chrono::milliseconds(next));
}

void Publisher::sendChanges(Object* object, Published& published)
{
    published.dirty = false;
    published.due = QDeadlineTimer(kInterval);
    const QVariantMap now = read(*object);
    QVariantMap changed;
    for (auto it = now.cbegin(); it != now.cend(); ++it) {
        if (published.sent.value(it.key()) != it.value())
            changed.insert(it.key(), it.value());
    }
    if (changed.isEmpty())
        return;
    published.sent = now;
    send(*object, object->path(), kProperties, u"PropertiesChanged"_s,
         {object->interfaceName(), changed, QStringList{}});
}

} // namespace lamella::helper

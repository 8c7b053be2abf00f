// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/dbus/dispatcher.h"

#include "engine/base/log.h"
#include "helper/dbus/invocation.h"
#include "resources/dbus/api.h"

#include <QDBusArgument>
#include <QDBusVariant>

#include <set>

using namespace Qt::StringLiterals;

namespace lamella::helper {

namespace {

const QString kRootPath = QLatin1StringView(dbus::kRootPath);
const QString kIntrospectable = u"org.freedesktop.DBus.Introspectable"_s;
const QString kRead = u"org.lamella.read"_s;
const QString kManageOthers = u"org.lamella.manage-others"_s;

const QString kUnknownMethod = u"org.freedesktop.DBus.Error.UnknownMethod"_s;
const QString kUnknownInterface = u"org.freedesktop.DBus.Error.UnknownInterface"_s;
const QString kUnknownProperty = u"org.freedesktop.DBus.Error.UnknownProperty"_s;
const QString kReadOnly = u"org.freedesktop.DBus.Error.PropertyReadOnly"_s;

/// Calls of one user that may wait for an answer (Job.Wait, a password prompt). Beyond it he is refused, others are
/// not.
constexpr int kMaxPendingCalls = 256;

void refuseMethod(const Call& call)
{
    call.failWith(
        kUnknownMethod,
        u"There is no method %1 with the arguments (%2)"_s.arg(call.message().member(), call.message().signature()));
}

} // namespace

Dispatcher::Dispatcher(const Contract& contract, OptionTable options, ObjectTree& tree, Peers& peers,
                       Publisher& publisher, Authorizer& authorizer)
    : m_contract(contract)
    , m_options(std::move(options))
    , m_tree(tree)
    , m_peers(peers)
    , m_publisher(publisher)
    , m_authorizer(authorizer)
{
    connect(&peers, &Peers::left, this, [this](const QString& busName) { m_authorizer.callerLeft(busName); });
}

bool Dispatcher::attach(QDBusConnection connection)
{
    return connection.registerVirtualObject(kRootPath, this, QDBusConnection::SubPath);
}

/// Never asked: handleMessage() answers Introspect itself, because QtDBus does not say for whom it asks.
QString Dispatcher::introspect(const QString&) const
{
    return {};
}

bool Dispatcher::handleMessage(const QDBusMessage& message, const QDBusConnection& connection)
{
    if (message.type() != QDBusMessage::MethodCallMessage)
        return false;
    m_peers.identify(message.service(), [this, message, connection](const Caller& caller) {
        int& pending = m_pending[caller.uid];
        ++pending;
        const Call call(connection, message, caller, [self = QPointer(this), uid = caller.uid] {
            if (self && --self->m_pending[uid] == 0)
                self->m_pending.remove(uid);
        });
        if (pending > kMaxPendingCalls)
            return call.fail(ErrorKind::LimitExceeded, "too many calls of yours wait for an answer");
        route(call);
    });
    return true;
}

void Dispatcher::route(const Call& call)
{
    const QString interface = call.message().interface();
    if (interface == kIntrospectable)
        handleIntrospection(call);
    else if (interface == kObjectManager)
        handleObjectManager(call);
    else if (interface == kProperties)
        handleProperties(call);
    else
        handleMethod(call);
}

Object* Dispatcher::target(const Call& call)
{
    Object* object = m_tree.find(call.message().path(), call.caller().uid);
    if (!object)
        call.fail(ErrorKind::NotFound, std::format("there is no object {}", call.message().path().toStdString()));
    return object;
}

void Dispatcher::authorize(const Call& call, Object* object, const QString& action, std::function<void(Object*)> then)
{
    AuthorizationRequest request;
    request.caller = call.caller();
    request.action = object && !object->ownedBy(request.caller.uid) ? kManageOthers : action;
    request.interactive = call.message().isInteractiveAuthorizationAllowed();
    if (object)
        request.details = object->authorizationDetails();
    m_authorizer.check(request,
                       [call, object = QPointer(object), hadObject = object != nullptr,
                        then = std::move(then)](const Result<void>& granted) {
                           if (!granted)
                               call.fail(granted.error());
                           else if (hadObject && !object)
                               call.fail(ErrorKind::NotFound, "the object has gone meanwhile");
                           else
                               then(object);
                       });
}

void Dispatcher::handleIntrospection(const Call& call)
{
    if (call.message().member() != "Introspect"_L1 || !call.message().signature().isEmpty())
        return refuseMethod(call);
    call.reply({describe(call.message().path(), call.caller().uid)});
}

QString Dispatcher::describe(const QString& path, uid_t uid) const
{
    static const QString standard
        = u"<interface name=\"org.freedesktop.DBus.Properties\">"
          "<method name=\"Get\"><arg type=\"s\"/><arg type=\"s\"/><arg type=\"v\" direction=\"out\"/></method>"
          "<method name=\"GetAll\"><arg type=\"s\"/><arg type=\"a{sv}\" direction=\"out\"/></method>"
          "<signal name=\"PropertiesChanged\"><arg type=\"s\"/><arg type=\"a{sv}\"/><arg type=\"as\"/></signal>"
          "</interface>"_s;
    static const QString manager
        = u"<interface name=\"org.freedesktop.DBus.ObjectManager\">"
          "<method name=\"GetManagedObjects\"><arg type=\"a{oa{sa{sv}}}\" direction=\"out\"/></method>"
          "<signal name=\"InterfacesAdded\"><arg type=\"o\"/><arg type=\"a{sa{sv}}\"/></signal>"
          "<signal name=\"InterfacesRemoved\"><arg type=\"o\"/><arg type=\"as\"/></signal></interface>"_s;
    QString text = u"<node>"_s;
    std::set<QString> children;
    for (const Object* object : m_tree.visible(uid)) {
        if (object->path() == path) {
            if (const InterfaceContract* interface = m_contract.interface(object->interfaceName()))
                text += interface->xml + standard;
        } else if (object->path().startsWith(path + u'/')) {
            children.insert(object->path().mid(path.size() + 1).section(u'/', 0, 0));
        }
    }
    if (path == kRootPath)
        text += manager;
    for (const QString& child : children)
        text += u"<node name=\"%1\"/>"_s.arg(child);
    return text + u"</node>"_s;
}

void Dispatcher::handleObjectManager(const Call& call)
{
    const QDBusMessage& message = call.message();
    if (message.path() != kRootPath || message.member() != "GetManagedObjects"_L1 || !message.signature().isEmpty())
        return refuseMethod(call);
    authorize(call, nullptr, kRead, [this, call](Object*) {
        // Who left while polkit was asked must not stay a subscriber for ever.
        if (!m_peers.present(call.caller().busName))
            return;
        const auto objects = m_publisher.subscribe(call.caller());
        if (!objects)
            return call.fail(objects.error());
        call.reply({QVariant::fromValue(*objects)});
    });
}

void Dispatcher::handleProperties(const Call& call)
{
    const QDBusMessage& message = call.message();
    const QString signature = message.signature();
    if (message.member() == "Set"_L1 && signature == "ssv"_L1)
        return call.failWith(kReadOnly, u"No property of Lamella can be set"_s);
    const bool all = message.member() == "GetAll"_L1 && signature == "s"_L1;
    if (!all && !(message.member() == "Get"_L1 && signature == "ss"_L1))
        return refuseMethod(call);
    Object* object = target(call);
    if (!object)
        return;
    const QString wanted = message.arguments().at(0).toString();
    const InterfaceContract* interface = m_contract.interface(object->interfaceName());
    if (!interface || (!wanted.isEmpty() && wanted != interface->name))
        return call.failWith(kUnknownInterface, u"%1 has no properties of that interface"_s.arg(object->path()));
    if (!all && !interface->properties.contains(message.arguments().at(1).toString()))
        return call.failWith(kUnknownProperty, u"%1 has no such property"_s.arg(interface->name));
    authorize(call, object, interface->action, [this, call, all](Object* granted) {
        if (all)
            getAll(call, *granted);
        else
            get(call, *granted);
    });
}

void Dispatcher::get(const Call& call, Object& object)
{
    const QString name = call.message().arguments().at(1).toString();
    call.reply({QVariant::fromValue(QDBusVariant(object.property(name.toLatin1().constData())))});
}

void Dispatcher::getAll(const Call& call, Object& object)
{
    call.reply({object.properties(*m_contract.interface(object.interfaceName()))});
}

Result<void> Dispatcher::checkArguments(const InterfaceContract& interface, const MethodContract& method,
                                        const QDBusMessage& message) const
{
    if (message.signature() != method.inSignature)
        return failure(ErrorKind::InvalidArgument,
                       std::format("{} takes the arguments ({}), not ({})", method.name.toStdString(),
                                   method.inSignature.toStdString(), message.signature().left(64).toStdString()));
    if (!method.inSignature.endsWith("a{sv}"_L1))
        return {};
    const QVariantMap options = qdbus_cast<QVariantMap>(message.arguments().constLast());
    TRY_WITHIN(method.name.toStdString(), checkOptions(m_options.value(interface.name + u'.' + method.name), options));
    return {};
}

void Dispatcher::handleMethod(const Call& call)
{
    const QDBusMessage& message = call.message();
    Object* object = target(call);
    if (!object)
        return;
    const InterfaceContract* interface = m_contract.interface(object->interfaceName());
    if (!interface || (!message.interface().isEmpty() && message.interface() != interface->name))
        return call.failWith(kUnknownInterface, u"%1 has no interface of that name"_s.arg(message.path()));
    const auto method = interface->methods.constFind(message.member());
    if (method == interface->methods.cend())
        return refuseMethod(call);
    if (method->action.isEmpty())
        return call.fail(ErrorKind::NotAuthorized, "the contract names no action for this method");
    if (const auto checked = checkArguments(*interface, *method, message); !checked)
        return call.fail(checked.error());
    authorize(call, object, method->action, [call, method = *method](Object* granted) {
        auto invocation = Invocation::prepare(*granted, method, call.message().arguments());
        if (!invocation)
            return call.fail(invocation.error());
        log::debug("{} on {} by uid {}", method.name.toStdString(), granted->path().toStdString(), call.caller().uid);
        invocation->run(call);
    });
}

} // namespace lamella::helper

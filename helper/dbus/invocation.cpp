// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/dbus/invocation.h"

#include <QDBusArgument>
#include <QDBusMetaType>
#include <QPointer>

namespace lamella::helper {

namespace {

/// The slot of that name; the contract has no overloads.
QMetaMethod findSlot(const QObject& adaptor, const QString& name)
{
    const QMetaObject* meta = adaptor.metaObject();
    const QByteArray wanted = name.toLatin1();
    for (int i = meta->methodOffset(); i < meta->methodCount(); ++i) {
        if (meta->method(i).methodType() == QMetaMethod::Slot && meta->method(i).name() == wanted)
            return meta->method(i);
    }
    return {};
}

/// A value's type, for out arguments without the reference.
QMetaType valueType(const QMetaMethod& slot, int index)
{
    QByteArray name = slot.parameterTypeName(index);
    if (!name.endsWith('&'))
        return slot.parameterMetaType(index);
    name.chop(1);
    return QMetaType::fromName(name);
}

bool assign(QVariant& target, const QVariant& argument)
{
    if (argument.metaType() == QMetaType::fromType<QDBusArgument>())
        return QDBusMetaType::demarshall(qvariant_cast<QDBusArgument>(argument), target.metaType(), target.data());
    if (argument.metaType() != target.metaType())
        return false;
    target = argument;
    return true;
}

} // namespace

Result<Invocation> Invocation::prepare(Object& object, const MethodContract& method, const QVariantList& arguments)
{
    const QMetaMethod slot = object.adaptor() ? findSlot(*object.adaptor(), method.name) : QMetaMethod{};
    if (!slot.isValid())
        return failure(ErrorKind::Unsupported, std::format("{} is not there", method.name.toStdString()));
    Invocation invocation(object, slot);
    TRY_WITHIN(method.name.toStdString(), invocation.convert(arguments));
    return invocation;
}

Result<void> Invocation::convert(const QVariantList& arguments)
{
    m_inCount = arguments.size();
    const int count = m_slot.parameterCount();
    m_values.reserve(std::size_t(count));
    for (int i = 0; i < count; ++i) {
        QVariant& value = m_values.emplace_back(valueType(m_slot, i));
        if (i < m_inCount && !assign(value, arguments.at(i)))
            return failure(ErrorKind::InvalidArgument, std::format("argument {} has another type", i + 1));
    }
    return {};
}

void Invocation::run(const Call& call)
{
    QVariant returned(m_slot.returnMetaType());
    std::vector<void*> pointers{returned.data()};
    for (QVariant& value : m_values)
        pointers.push_back(value.data());

    const QPointer<Object> object = m_object;
    m_object->m_call = call;
    m_object->m_caller = &call.caller();
    QMetaObject::metacall(m_object->adaptor(), QMetaObject::InvokeMetaMethod, m_slot.methodIndex(), pointers.data());
    if (!object)
        return;
    m_object->m_caller = nullptr;
    if (!std::exchange(m_object->m_call, std::nullopt))
        return;
    QVariantList results;
    if (returned.isValid())
        results.append(returned);
    results.append(QVariantList(m_values.begin() + m_inCount, m_values.end()));
    call.reply(results);
}

} // namespace lamella::helper

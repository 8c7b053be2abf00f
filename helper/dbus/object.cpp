// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/dbus/object.h"

namespace lamella::helper {

Object::Object(QString path, QString interface, std::optional<uid_t> owner)
    : m_path(std::move(path))
    , m_interface(std::move(interface))
    , m_owner(owner)
{
}

QVariantMap Object::properties(const InterfaceContract& contract) const
{
    QVariantMap values;
    for (auto it = contract.properties.cbegin(); it != contract.properties.cend(); ++it)
        values.insert(it.key(), property(it.key().toLatin1().constData()));
    return values;
}

Call Object::takeCall()
{
    Q_ASSERT_X(m_call, "Object::takeCall", "no method runs, or its call has been taken");
    Call call = *m_call;
    m_call.reset();
    return call;
}

const Caller& Object::caller() const
{
    return *m_caller;
}

} // namespace lamella::helper

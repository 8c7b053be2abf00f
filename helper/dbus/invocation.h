// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/dbus/object.h"

#include <QMetaMethod>

#include <vector>

namespace lamella::helper {

/// Calls one method of an object's adaptor with a message's arguments.
class Invocation {
public:
    /// Finds the slot and converts the arguments, whose signature has been checked against the contract.
    /// Errors: Unsupported (the adaptor has no such slot), InvalidArgument.
    static Result<Invocation> prepare(Object& object, const MethodContract& method, const QVariantList& arguments);

    /// Runs it. When the method has not taken the call, what it returns is the answer.
    void run(const Call& call);

private:
    Invocation(Object& object, const QMetaMethod& slot)
        : m_object(&object)
        , m_slot(slot)
    {
    }

    Result<void> convert(const QVariantList& arguments);

    Object* m_object;
    QMetaMethod m_slot;
    std::vector<QVariant> m_values; ///< in, then out
    qsizetype m_inCount = 0;
};

} // namespace lamella::helper

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <QByteArray>
#include <QHash>
#include <QMap>
#include <QString>

namespace lamella::helper {

/// One method as the contract has it.
struct MethodContract {
    QString name;
    QString inSignature;
    QString outSignature;
    /// The polkit action that it needs on one's own object, "org.lamella.manage"; a method without one is refused.
    QString action;
};

struct InterfaceContract {
    QString name;
    QString action; ///< of its properties, and of methods that name none
    QMap<QString, MethodContract> methods;
    QMap<QString, QString> properties; ///< name, signature
    QString xml; ///< its element, for introspection
};

/// What resources/dbus/org.lamella.Lamella1.xml says, read from the copy inside the program: the dispatcher takes
/// signatures and polkit actions from it, so that the documented contract is the enforced one.
class Contract {
public:
    /// Errors: InvalidArgument (no XML, or an interface or member twice).
    static Result<Contract> parse(const QByteArray& xml);
    /// The contract of this program.
    static Result<Contract> load();

    /// The interface of that name, or null.
    const InterfaceContract* interface(const QString& name) const;
    const QMap<QString, InterfaceContract>& interfaces() const { return m_interfaces; }

private:
    QMap<QString, InterfaceContract> m_interfaces;
};

} // namespace lamella::helper

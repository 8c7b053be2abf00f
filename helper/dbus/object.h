// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/dbus/call.h"
#include "helper/dbus/contract.h"

#include <QMap>
#include <QObject>
#include <QVariantMap>

#include <optional>
#include <sys/types.h>

namespace lamella::helper {

/// One object of the D-Bus tree: a path, one interface of the contract, and who owns it. Its properties are the
/// Q_PROPERTYs of the subclass; its methods are called through the adaptor that qdbusxml2cpp made from the contract.
/// Main thread only.
class Object : public QObject {
    Q_OBJECT

public:
    /// `owner`: none where everybody may see it.
    Object(QString path, QString interface, std::optional<uid_t> owner);

    const QString& path() const { return m_path; }
    const QString& interfaceName() const { return m_interface; }
    std::optional<uid_t> objectOwner() const { return m_owner; }
    bool ownedBy(uid_t uid) const { return !m_owner || *m_owner == uid; }
    bool visibleTo(uid_t uid) const { return uid == 0 || ownedBy(uid); }

    /// The properties that the contract lists, as they are now.
    QVariantMap properties(const InterfaceContract& contract) const;

    /// What polkit may tell the person who is asked for a password.
    virtual QMap<QString, QString> authorizationDetails() const { return {}; }

    /// What has the contract's methods; a child of this object.
    QObject* adaptor() const { return m_adaptor; }

Q_SIGNALS:
    /// Properties may have changed; what did is found out when PropertiesChanged is sent.
    void touched();

protected:
    void setAdaptor(QObject* adaptor) { m_adaptor = adaptor; }

    /// The call that the running method answers. Taking it makes the answer the taker's business; otherwise what the
    /// method returns is the answer.
    Call takeCall();
    const Caller& caller() const;
    /// Answers the running method's call with an error; what the method returns then counts for nothing.
    void refuse(const Error& error) { takeCall().fail(error); }
    void refuse(ErrorKind kind, std::string message) { takeCall().fail(kind, std::move(message)); }

private:
    friend class Invocation;

    QString m_path;
    QString m_interface;
    std::optional<uid_t> m_owner;
    QObject* m_adaptor = nullptr;
    std::optional<Call> m_call;
    const Caller* m_caller = nullptr;
};

} // namespace lamella::helper

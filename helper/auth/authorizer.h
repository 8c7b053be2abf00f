// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "helper/dbus/caller.h"

#include <QMap>
#include <QObject>

#include <functional>

namespace lamella::helper {

/// May this caller do that? Asked for each call anew: no answer is kept.
struct AuthorizationRequest {
    Caller caller;
    QString action; ///< "org.lamella.manage"
    QMap<QString, QString> details; ///< what the prompt may name, for example the container
    bool interactive = false; ///< the caller's message allows that a person is asked for a password
};

/// Who decides: polkit in the product, a table in the tests. Main thread only.
class Authorizer : public QObject {
public:
    /// Empty: granted. Errors: NotAuthorized; Cancelled where the person closed the prompt.
    using Answer = std::function<void(const Result<void>&)>;

    /// Calls `answer` once, at once or later.
    virtual void check(const AuthorizationRequest& request, Answer answer) = 0;

    /// The caller has left the bus: open questions of his are withdrawn.
    virtual void callerLeft(const QString& busName) = 0;
};

} // namespace lamella::helper

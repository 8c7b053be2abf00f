// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "helper/auth/authorizer.h"
#include "helper/options.h"

#include <QDBusConnection>

#include <memory>

namespace lamella::helper {

/// The whole helper: the engine, the D-Bus tree on top of it, and the order in which they come up.
class Helper {
public:
    Helper();
    ~Helper();

    /// Takes the state's lock, finds again what an earlier helper left, puts the tree on the bus and takes the bus name
    /// last, so that nobody sees half of it. Errors: Busy (another helper), Failed, those of the engine.
    Result<void> start(const Options& options, const QDBusConnection& bus, std::unique_ptr<Authorizer> authorizer);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace lamella::helper

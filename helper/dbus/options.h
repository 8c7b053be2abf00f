// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <QHash>
#include <QList>
#include <QMetaType>
#include <QString>
#include <QVariantMap>

namespace lamella::helper {

/// An option that a method takes.
struct Option {
    QString name;
    QMetaType type;
};

/// "org.lamella.Lamella1.Container.Exec" and what it takes. A method that is not listed takes none.
using OptionTable = QHash<QString, QList<Option>>;

/// Refuses an option that is unknown or of another type, naming it. Errors: InvalidArgument.
Result<void> checkOptions(const QList<Option>& known, const QVariantMap& given);

} // namespace lamella::helper

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QString>

namespace lamella::models {

/// "nginx (42)" with the PID inside, "Lamella" for an undo; empty where nobody is known.
QString writerText(const client::Writer& writer);

/// A sentence with all that is known of him.
QString writerDetails(const client::Writer& writer);

} // namespace lamella::models

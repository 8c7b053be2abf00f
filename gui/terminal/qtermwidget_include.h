// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// QTermWidget's headers use Qt's keywords, which the project's code is built without.
#include <QObject>

#define signals Q_SIGNALS
#define slots Q_SLOTS
#include <qtermwidget6/qtermwidget.h>
#undef signals
#undef slots

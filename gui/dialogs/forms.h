// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>

class QDialog;
class QFormLayout;
class QProgressBar;
class QWidget;

namespace lamella::dialogs {

/// Lays out a form as all dialogs have it.
QFormLayout* formIn(QWidget* parent);

/// Gives the labels of the forms that these widgets have as their layouts one width, so that the fields of a dialog
/// that is made of several forms begin at one line.
void alignForms(const QList<QWidget*>& forms);

/// Lays out a dialog that asks somebody over the network before it closes: `progress`, hidden at first, is shown while
/// it waits.
void layOutAsking(QDialog* dialog, QWidget* banner, QWidget* content, QProgressBar* progress, QWidget* buttons);

/// From now on the dialog becomes higher when what is in it does: a layout asks no window how high a text is that
/// wraps, and would press the others together.
void growWithContent(QDialog* dialog);

} // namespace lamella::dialogs

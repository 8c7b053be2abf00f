// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

class QPixmap;
class QWidget;

namespace lamella::client {
class Client;
}

namespace lamella::app {

/// The window as it is now, with the dialogs that lie over it.
QPixmap pictureOf(QWidget* window);

/// Waits until the window shows what there is (or why it cannot), saves a picture of it and leaves the event loop: with
/// 0, or with 1 and a sentence on standard error.
void saveWhenSettled(client::Client* client, QWidget* window, const QString& file);

} // namespace lamella::app

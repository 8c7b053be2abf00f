// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QToolButton>

namespace lamella::client {
class Client;
}

namespace lamella::app {

/// The way to the trash below the list of containers: how many are in it and what they take. Not there while it is
/// empty.
class TrashButton : public QToolButton {
    Q_OBJECT

public:
    /// `open`: what shows the trash.
    TrashButton(client::Client* client, QAction* open, QWidget* parent = nullptr);

private:
    void showCount();

    client::Client* m_client;
};

} // namespace lamella::app

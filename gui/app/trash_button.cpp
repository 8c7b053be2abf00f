// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/trash_button.h"

#include "gui/client/client.h"
#include "gui/format/formats.h"
#include "gui/widgets/icons.h"

#include <QAction>

namespace lamella::app {

TrashButton::TrashButton(client::Client* client, QAction* open, QWidget* parent)
    : QToolButton(parent)
    , m_client(client)
{
    setObjectName(QStringLiteral("trashButton"));
    setIcon(widgets::icon(u"remove"));
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setAutoRaise(true);
    setFocusPolicy(Qt::TabFocus);
    setToolTip(open->toolTip());
    connect(this, &QToolButton::clicked, open, &QAction::trigger);
    const auto follow = [this](client::TrashedClient* one) {
        connect(one, &client::TrashedClient::changed, this, &TrashButton::showCount);
        showCount();
    };
    const QList<client::TrashedClient*> all = client->trash();
    for (client::TrashedClient* one : all)
        follow(one);
    connect(client, &client::Client::trashedAdded, this, follow);
    connect(client, &client::Client::trashedRemoved, this, &TrashButton::showCount);
    showCount();
}

void TrashButton::showCount()
{
    quint64 bytes = 0;
    const QList<client::TrashedClient*> all = m_client->trash();
    for (const client::TrashedClient* one : all)
        bytes += one->data().sizeBytes;
    setText(tr("%n container(s) in the trash, %1", nullptr, static_cast<int>(all.size())).arg(format::bytes(bytes)));
    setVisible(!all.isEmpty());
}

} // namespace lamella::app

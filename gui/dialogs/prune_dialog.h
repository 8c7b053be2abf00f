// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QDialog>
#include <QPointer>

class QCheckBox;
class QLabel;
class QListWidget;
class QPushButton;

namespace lamella::client {
class Client;
}

namespace lamella::dialogs {

/// Shows which images would go, and how many bytes come free, before any does. Deletes itself when closed.
class PruneDialog : public QDialog {
    Q_OBJECT

public:
    /// What would go: of those without a name, and of all.
    PruneDialog(client::Client* client, client::Pruned nameless, client::Pruned all, QWidget* parent = nullptr);

Q_SIGNALS:
    /// What was shown, `all`: of those with a name, too.
    void chosen(const QStringList& images, bool all);

private:
    void showList();
    QString nameOf(const QString& path) const;

    QPointer<client::Client> m_client;
    client::Pruned m_nameless;
    client::Pruned m_all;
    QLabel* m_summary;
    QListWidget* m_list;
    QCheckBox* m_named;
    QPushButton* m_deed;
};

} // namespace lamella::dialogs

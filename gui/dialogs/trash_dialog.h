// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/error.h"

#include <QDialog>
#include <QPointer>

class QLabel;
class QPushButton;
class QStackedWidget;
class QTreeView;

namespace lamella::client {
class Client;
class TrashedClient;
} // namespace lamella::client

namespace lamella::models {
class TrashModel;
}

namespace lamella::widgets {
class Banner;
class Confirmation;
class EmptyState;
} // namespace lamella::widgets

namespace lamella::dialogs {

/// The containers that were removed and can be brought back, one or several at once, and deleted for good. Deletes
/// itself when closed.
class TrashDialog : public QDialog {
    Q_OBJECT

public:
    explicit TrashDialog(client::Client* client, QWidget* parent = nullptr);

Q_SIGNALS:
    /// The container `id` is there again.
    void restored(const QString& id);

private:
    using Trashed = QList<QPointer<client::TrashedClient>>;

    void buildTable();
    QWidget* buildButtons();
    void showState();
    Trashed chosen() const;
    Trashed own() const;
    void restore();
    void restoreOne(client::TrashedClient* one);
    void askErase();
    void erase(const Trashed& all);
    void askEmpty();
    void empty();
    /// Says in the question what is lost with them, and more of it as soon as that is known.
    static void sayLossOf(const Trashed& all, widgets::Confirmation* question);

    QPointer<client::Client> m_client;
    models::TrashModel* m_model;
    widgets::Banner* m_banner;
    QLabel* m_note;
    QTreeView* m_view;
    widgets::EmptyState* m_emptyState;
    QStackedWidget* m_stack;
    QPushButton* m_restore = nullptr;
    QPushButton* m_erase = nullptr;
    QPushButton* m_emptyButton = nullptr;
};

} // namespace lamella::dialogs

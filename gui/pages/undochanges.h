// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/changes_model.h"

#include <QObject>

class QWidget;

namespace lamella::client {
class ContainerClient;
struct ClientError;
} // namespace lamella::client

namespace lamella::pages {

/// Asks whether changes shall be undone, by saying what that does, and has it done.
class UndoChanges : public QObject {
    Q_OBJECT

public:
    /// `window`: that the question stands on.
    explicit UndoChanges(QWidget* window);

    /// The chosen rows of the model, with all below them. Everything: no rows.
    void ask(client::ContainerClient* container, const models::ChangesModel& model, const QModelIndexList& rows);

Q_SIGNALS:
    /// A job that does it has ended.
    void done();
    /// `retry` asks for the same again, without a question.
    void failed(const lamella::client::ClientError& error, const std::function<void()>& retry);

private:
    void undo(client::ContainerClient* container, const QByteArrayList& paths);
    static QString consequence(const client::ContainerClient& container, const models::ChangesModel::Tally& tally);

    QWidget* m_window;
};

} // namespace lamella::pages

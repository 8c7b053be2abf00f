// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QDialog>
#include <QPointer>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace lamella::client {
class Client;
class ContainerClient;
} // namespace lamella::client

namespace lamella::dialogs {

class ImageSettings;

/// What an image that is made here gets: of a container (commit), or of a file system (import). Deletes itself when
/// closed.
class NewImageDialog : public QDialog {
    Q_OBJECT

public:
    /// Of a container: what it runs is shown where nothing is changed.
    NewImageDialog(client::Client* client, client::ContainerClient* container, QWidget* parent = nullptr);
    /// Of a root file system in an archive.
    NewImageDialog(client::Client* client, const QString& archive, QWidget* parent = nullptr);

    client::NewImage image() const;
    bool shallPause() const;

public Q_SLOTS:
    void accept() override;

Q_SIGNALS:
    void chosen(const lamella::client::NewImage& image, bool pause);

private:
    explicit NewImageDialog(client::Client* client, QWidget* parent);
    void showProblem(const QString& text);
    void validate();
    void fitHeight();

    QPointer<client::Client> m_client;
    QLineEdit* m_reference;
    QLabel* m_problem;
    QLabel* m_note;
    QLineEdit* m_author;
    QLineEdit* m_message;
    QCheckBox* m_pause;
    ImageSettings* m_settings;
    QPushButton* m_ok;
};

} // namespace lamella::dialogs

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/error.h"
#include "gui/client/types.h"

#include <QDialog>
#include <QPointer>
#include <QTimer>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace lamella::client {
class Client;
class ImageClient;
} // namespace lamella::client

namespace lamella::widgets {
class Banner;
class FoldOut;
} // namespace lamella::widgets

namespace lamella::dialogs {

class EnvironmentTable;
class LimitsGroup;

/// Makes a container and starts it in one call, so that one that does not start leaves nothing behind. What the helper
/// refuses is said in the dialog with what to do, and everything typed stays. Deletes itself when closed.
class RunDialog : public QDialog {
    Q_OBJECT

public:
    /// `imageId` is chosen at first; empty: the first.
    RunDialog(client::Client* client, const QString& imageId, QWidget* parent = nullptr);

    /// What the fields say.
    client::CreateOptions options() const;

public Q_SLOTS:
    void accept() override;

Q_SIGNALS:
    /// It runs.
    void created(const QString& containerId);

private:
    void buildFields();
    QWidget* buildAdvanced();
    QWidget* buildButtons();
    QWidget* withProblem(QWidget* field, QLabel** problem);
    void fillImages(const QString& imageId);
    void imageChosen();
    void validate();
    void setRunning(bool running);
    void showFailure(const client::ClientError& error);
    QString advice(const client::ClientError& error) const;
    QWidget* fieldOf(client::ErrorKind kind) const;
    client::ImageClient* chosenImage() const;

    QPointer<client::Client> m_client;
    widgets::Banner* m_banner;
    QFormLayout* m_form;
    QComboBox* m_image;
    QLineEdit* m_name;
    QLineEdit* m_command;
    QCheckBox* m_terminal;
    QCheckBox* m_init;
    EnvironmentTable* m_environment;
    LimitsGroup* m_limits;
    widgets::FoldOut* m_advanced;
    QLineEdit* m_user;
    QLineEdit* m_workingDir;
    QLineEdit* m_hostname;
    QLabel* m_nameProblem = nullptr;
    QLabel* m_commandProblem = nullptr;
    QLabel* m_environmentProblem = nullptr;
    QLabel* m_limitsProblem = nullptr;
    QLabel* m_workingDirProblem = nullptr;
    QWidget* m_fields;
    QProgressBar* m_progress;
    QPushButton* m_run = nullptr;
    QTimer m_patience;
};

} // namespace lamella::dialogs

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/registry_settings.h"

#include <QDialog>
#include <QPointer>

class QLineEdit;
class QPushButton;

namespace lamella::widgets {
class Banner;
}

namespace lamella::dialogs {

class RegistryFields;

/// Asks how a registry is reached, and remembers it. Deletes itself when closed.
class EditRegistryDialog : public QDialog {
    Q_OBJECT

public:
    /// `registry`: empty: a person types one.
    EditRegistryDialog(client::RegistrySettings* registries, const QString& registry, QWidget* parent);

public Q_SLOTS:
    void accept() override;

private:
    void build(const QString& registry);
    QWidget* buildButtons(bool add);
    void registryEdited();
    void say(const QString& sentence);

    QPointer<client::RegistrySettings> m_registries;
    widgets::Banner* m_banner;
    QLineEdit* m_registry;
    RegistryFields* m_fields;
    QPushButton* m_ok = nullptr;
};

} // namespace lamella::dialogs

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QPointer>

class QPushButton;
class QStackedWidget;
class QTreeWidget;
class QTreeWidgetItem;

namespace lamella::client {
class RegistrySettings;
}

namespace lamella::dialogs {

/// The registries that are reached in another way than the usual one, to see, change and forget it. Deletes itself when
/// closed.
class RegistriesDialog : public QDialog {
    Q_OBJECT

public:
    explicit RegistriesDialog(client::RegistrySettings* registries, QWidget* parent = nullptr);

private:
    void buildTable();
    QWidget* buildButtons();
    void showRegistries();
    void fill(QTreeWidgetItem* item, const QString& registry) const;
    void showButtons();
    QString current() const;
    void edit(const QString& registry);
    void askRemove();

    QPointer<client::RegistrySettings> m_registries;
    QTreeWidget* m_table;
    QStackedWidget* m_stack;
    QPushButton* m_edit = nullptr;
    QPushButton* m_remove = nullptr;
};

} // namespace lamella::dialogs

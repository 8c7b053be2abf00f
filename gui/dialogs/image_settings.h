// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"
#include "gui/models/image_config.h"

#include <QWidget>

class QLineEdit;

namespace lamella::widgets {
class FoldOut;
}

namespace lamella::dialogs {

class EnvironmentTable;

/// What an image that is made says of the containers that are made from it, in two sections that are folded away at
/// first. What is left empty is as its image has it.
class ImageSettings : public QWidget {
    Q_OBJECT

public:
    explicit ImageSettings(QWidget* parent = nullptr);

    /// What its image has; `environment`: KEY=value.
    void setInherited(const models::ImageConfig& config);
    void setEnvironment(const QStringList& environment);

    /// For alignForms().
    QList<QWidget*> forms() const { return m_forms; }

    /// What is wrong with what was typed; empty: nothing.
    QString problem() const;
    void addTo(client::NewImage& image) const;

Q_SIGNALS:
    void changed();
    void unfolded();

private:
    QWidget* buildRun();
    QWidget* buildOffers();
    widgets::FoldOut* fold(const QString& name, const QString& title, QWidget* content);
    void showInherited();
    /// Of variables: those that are other than before, and the names that are not there any more.
    QStringList changedVariables() const;
    QStringList removedVariables() const;

    QList<QWidget*> m_forms;
    QLineEdit* m_entrypoint = nullptr;
    QLineEdit* m_command = nullptr;
    EnvironmentTable* m_environment = nullptr;
    QLineEdit* m_workingDir = nullptr;
    QLineEdit* m_user = nullptr;
    QLineEdit* m_stopSignal = nullptr;
    QLineEdit* m_ports = nullptr;
    QLineEdit* m_volumes = nullptr;
    QLineEdit* m_labels = nullptr;
    models::ImageConfig m_inherited;
    QStringList m_oldEnvironment; ///< what its image has
};

} // namespace lamella::dialogs

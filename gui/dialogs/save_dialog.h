// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QDialog>

class QComboBox;

namespace lamella::dialogs {

/// As what images are saved, and then where. Deletes itself when closed.
class SaveDialog : public QDialog {
    Q_OBJECT

public:
    /// `names`: of the images, for people.
    explicit SaveDialog(const QStringList& names, QWidget* parent = nullptr);

    client::SaveOptions options() const;

public Q_SLOTS:
    void accept() override;

Q_SIGNALS:
    void chosen(const QString& file, const lamella::client::SaveOptions& options);

private:
    QString suffix() const;
    QString proposedName() const;

    QStringList m_names;
    QComboBox* m_compression;
};

} // namespace lamella::dialogs

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/pending.h"

#include <QDialog>

#include <functional>

class QLabel;
class QLineEdit;
class QPushButton;

namespace lamella::dialogs {

/// Asks for one line and does something with it; what is refused is said in the dialog, and what was typed stays.
/// Deletes itself when closed.
class LineDialog : public QDialog {
    Q_OBJECT

public:
    struct Texts {
        QString title;
        QString label; ///< with its mnemonic
        QString deed; ///< what the button says
    };
    using Deed = std::function<client::Pending<void>(const QString&)>;

    LineDialog(const Texts& texts, Deed deed, QWidget* parent);

    void setText(const QString& text);
    void setPlaceholder(const QString& text);

public Q_SLOTS:
    void accept() override;

private:
    Deed m_deed;
    QLineEdit* m_line;
    QLabel* m_problem;
    QPushButton* m_ok;
};

} // namespace lamella::dialogs

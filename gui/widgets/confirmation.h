// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMessageBox>

#include <functional>

class QPushButton;

namespace lamella::widgets {

/// Asks before something is lost: the question, what will be lost, and a button named after the deed. The safe button
/// is the default. Deletes itself when closed.
class Confirmation : public QMessageBox {
    Q_OBJECT

public:
    /// `deed`: what the button says ("Remove").
    Confirmation(QWidget* parent, const QString& question, const QString& deed);

    /// What will be lost; may be set again while the question is open.
    void setConsequence(const QString& sentence);
    /// Opens the question and returns; `then` runs when the deed was chosen.
    void ask(std::function<void()> then);

private:
    void widen();

    QPushButton* m_deed;
};

} // namespace lamella::widgets

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>

class QTimer;

namespace lamella::widgets {

/// A line for filtering or searching: a magnifier, a clear button, Escape empties it (and a second one gives the focus
/// away), and `searched` comes once typing pauses.
class SearchField final : public QLineEdit {
    Q_OBJECT
public:
    explicit SearchField(const QString& placeholder, QWidget* parent = nullptr);

Q_SIGNALS:
    void searched(const QString& text);
    /// Return and Shift+Return.
    void nextRequested();
    void previousRequested();
    /// Escape in an empty field.
    void left();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QTimer* m_pause;
    QAction* m_magnifier;
};

} // namespace lamella::widgets

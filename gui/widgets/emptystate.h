// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace lamella::widgets {

/// What an empty page shows: an icon, one sentence that says what the page is for, and a button for the first step.
class EmptyState final : public QWidget {
    Q_OBJECT
public:
    explicit EmptyState(QWidget* parent = nullptr);

    /// `action` empty: no button. The button's objectName is "emptyStateAction".
    void setContent(QStringView iconName, const QString& sentence, const QString& action = {});
    QString sentence() const;

Q_SIGNALS:
    void actionTriggered();

protected:
    void changeEvent(QEvent* event) override;

private:
    void updateLook();

    QString m_iconName;
    QLabel* m_icon;
    QLabel* m_sentence;
    QPushButton* m_action;
};

} // namespace lamella::widgets

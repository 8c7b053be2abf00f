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

    /// `action` and `second` empty: no button. The buttons' objectNames are "emptyStateAction" and "emptyStateSecond".
    void setContent(QStringView iconName, const QString& sentence, const QString& action = {},
                    const QString& second = {});
    QString sentence() const;

Q_SIGNALS:
    void actionTriggered();
    void secondTriggered();

protected:
    void changeEvent(QEvent* event) override;

private:
    void updateLook();

    QString m_iconName;
    QLabel* m_icon;
    QLabel* m_sentence;
    QPushButton* m_action;
    QPushButton* m_second;
};

} // namespace lamella::widgets

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QLabel;
class QPushButton;
class QToolButton;

namespace lamella::widgets {

/// One sentence across the top of a page: what went wrong, or what one should know, with a button that helps and a way
/// to put it away. Hidden until show…() is called.
class Banner final : public QFrame {
    Q_OBJECT
public:
    enum class Kind { Info, Warning, Error };

    explicit Banner(QWidget* parent = nullptr);

    /// `action` empty: no button. The buttons' objectNames are "bannerAction" and "bannerDismiss".
    void showMessage(Kind kind, const QString& text, const QString& action = {});
    QString text() const;

public Q_SLOTS:
    void dismiss();

Q_SIGNALS:
    void actionTriggered();
    void dismissed();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void updateLook();

    Kind m_kind = Kind::Info;
    QLabel* m_icon;
    QLabel* m_text;
    QPushButton* m_action;
    QToolButton* m_dismiss;
};

} // namespace lamella::widgets

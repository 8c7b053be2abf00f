// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QToolButton;

namespace lamella::widgets {

/// A section with a strong title that folds its content away.
class FoldOut final : public QWidget {
    Q_OBJECT
public:
    explicit FoldOut(const QString& title, QWidget* parent = nullptr);

    /// Takes ownership.
    void setContent(QWidget* content);
    bool isOpen() const { return m_open; }
    void setOpen(bool open);

Q_SIGNALS:
    void toggled(bool open);

private:
    QToolButton* m_title;
    QWidget* m_content = nullptr;
    bool m_open = true;
};

} // namespace lamella::widgets

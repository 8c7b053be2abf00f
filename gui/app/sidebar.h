// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QListWidget>

namespace lamella::app {

/// The sections of the window, each with the count of what it holds.
class Sidebar : public QListWidget {
    Q_OBJECT

public:
    explicit Sidebar(QWidget* parent = nullptr);

    void addSection(const QString& name, QStringView icon, const QString& key);
    void setCount(int section, int count);

protected:
    void changeEvent(QEvent* event) override;
};

} // namespace lamella::app

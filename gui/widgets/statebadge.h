// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/widgets/stateshape.h"

#include <QWidget>

namespace lamella::widgets {

/// The state's shape and word in the state's colour, with a detail behind it ("running 2 h").
class StateBadge final : public QWidget {
    Q_OBJECT
public:
    explicit StateBadge(QWidget* parent = nullptr);

    void setState(format::ShownState state, const QString& detail = {});
    QString text() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    format::ShownState m_state = format::ShownState::Created;
    QString m_detail;
};

} // namespace lamella::widgets

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/toggle.h"

#include "gui/widgets/colors.h"

#include <QAbstractButton>
#include <QApplication>
#include <QStyleHints>

namespace lamella::widgets {

void makeToggle(QAbstractButton* button)
{
    button->setCheckable(true);
    const auto show = [button] {
        QPalette own;
        const QPalette usual = QApplication::palette();
        if (button->isChecked())
            own.setColor(QPalette::Button, mixed(usual.color(QPalette::Highlight), usual.color(QPalette::Button), 0.6));
        button->setPalette(own);
    };
    QObject::connect(button, &QAbstractButton::toggled, button, show);
    QObject::connect(QGuiApplication::styleHints(), &QStyleHints::colorSchemeChanged, button, show);
}

} // namespace lamella::widgets

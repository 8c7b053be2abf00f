// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/splitter.h"

#include "gui/widgets/colors.h"

#include <QPainter>

namespace lamella::app {

namespace {

constexpr int kHandleWidth = 5;

class Handle : public QSplitterHandle {
public:
    using QSplitterHandle::QSplitterHandle;

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        const QRect line
            = orientation() == Qt::Horizontal ? QRect(width() / 2, 0, 1, height()) : QRect(0, height() / 2, width(), 1);
        painter.fillRect(line, widgets::hairline(palette()));
    }
};

} // namespace

Splitter::Splitter(QWidget* parent)
    : QSplitter(Qt::Horizontal, parent)
{
    setHandleWidth(kHandleWidth);
    setChildrenCollapsible(false);
}

QSplitterHandle* Splitter::createHandle()
{
    return new Handle(orientation(), this);
}

} // namespace lamella::app

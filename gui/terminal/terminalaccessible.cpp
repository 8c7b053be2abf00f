// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/terminal/terminalaccessible.h"

#include "gui/terminal/terminalview.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QPointer>

namespace lamella::terminal {
namespace {

/// The text of the screen and its scrollback. Read-only: typing goes through the keyboard.
class AccessibleTerminal final : public QAccessibleWidget, public QAccessibleTextInterface {
public:
    AccessibleTerminal(QWidget* display, TerminalView* view)
        : QAccessibleWidget(display, QAccessible::Terminal, TerminalView::tr("Terminal"))
        , m_view(view)
    {
    }

    void* interface_cast(QAccessible::InterfaceType type) override
    {
        return type == QAccessible::TextInterface ? static_cast<QAccessibleTextInterface*>(this)
                                                  : QAccessibleWidget::interface_cast(type);
    }

    QString text(QAccessible::Text which) const override { return QAccessibleWidget::text(which); }
    QString text(int start, int end) const override { return content().mid(start, end < 0 ? -1 : end - start); }
    int characterCount() const override { return static_cast<int>(content().size()); }
    int cursorPosition() const override { return characterCount(); }
    void setCursorPosition(int) override { }

    int selectionCount() const override { return 0; }
    void selection(int, int* start, int* end) const override { *start = *end = 0; }
    void addSelection(int, int) override { }
    void removeSelection(int) override { }
    void setSelection(int, int, int) override { }

    QRect characterRect(int) const override { return {}; }
    int offsetAtPoint(const QPoint&) const override { return -1; }
    void scrollToSubstring(int, int) override { }
    QString attributes(int, int* start, int* end) const override
    {
        *start = 0;
        *end = characterCount();
        return {};
    }

private:
    QString content() const { return m_view ? m_view->screenText() : QString(); }

    QPointer<TerminalView> m_view;
};

QAccessibleInterface* createTerminal(const QString& className, QObject* object)
{
    if (className != QLatin1StringView("Konsole::TerminalDisplay") || !object || !object->isWidgetType())
        return nullptr;
    for (QObject* parent = object->parent(); parent; parent = parent->parent())
        if (auto* view = qobject_cast<TerminalView*>(parent))
            return new AccessibleTerminal(static_cast<QWidget*>(object), view);
    return nullptr;
}

} // namespace

void installTerminalAccessibility()
{
    static const bool once = (QAccessible::installFactory(createTerminal), true);
    static_cast<void>(once);
}

} // namespace lamella::terminal

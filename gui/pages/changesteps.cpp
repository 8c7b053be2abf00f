// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/changesteps.h"

#include "gui/pages/changeview.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"
#include "gui/widgets/toggle.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include <algorithm>

namespace lamella::pages {

ChangeSteps::ChangeSteps(QWidget* parent)
    : QWidget(parent)
    , m_summary(new QLabel(this))
    , m_place(new QLabel(this))
    , m_whole(new QToolButton(this))
{
    setObjectName(QStringLiteral("changeSteps"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGrid);
    m_summary->setObjectName(QStringLiteral("changeSummary"));
    m_place->setObjectName(QStringLiteral("changePlace"));
    m_place->setFont(widgets::tabularFont(font()));
    m_whole->setObjectName(QStringLiteral("changeWhole"));
    m_whole->setText(tr("&Unchanged lines"));
    m_whole->setToolTip(tr("Show the lines that did not change, too"));
    widgets::makeToggle(m_whole);
    connect(m_whole, &QToolButton::toggled, this, &ChangeSteps::wholeWanted);
    layout->addWidget(m_summary);
    layout->addStretch();
    layout->addWidget(m_whole);
    layout->addSpacing(widgets::kSpacing);
    layout->addWidget(m_place);
    m_previous = addStep(QStringLiteral("changePrevious"), u"up", tr("Previous change"),
                         tr("Previous change (Shift+F7 or Alt+Up)"));
    m_next = addStep(QStringLiteral("changeNext"), u"down", tr("Next change"), tr("Next change (F7 or Alt+Down)"));
    connect(m_previous, &QToolButton::clicked, this, &ChangeSteps::previous);
    connect(m_next, &QToolButton::clicked, this, &ChangeSteps::next);
    addKeys(parent);
    updateSteps();
}

QToolButton* ChangeSteps::addStep(const QString& name, QStringView icon, const QString& words, const QString& toolTip)
{
    auto* button = new QToolButton(this);
    button->setObjectName(name);
    button->setIcon(widgets::icon(icon));
    button->setAccessibleName(words);
    button->setToolTip(toolTip);
    layout()->addWidget(button);
    return button;
}

void ChangeSteps::addKeys(QWidget* around)
{
    const auto add = [&](const QString& name, const QList<QKeySequence>& keys, void (ChangeSteps::*go)()) {
        auto* action = new QAction(around);
        action->setObjectName(name);
        action->setShortcuts(keys);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        connect(action, &QAction::triggered, this, go);
        around->addAction(action);
    };
    add(QStringLiteral("goToNextChange"), {QKeySequence(Qt::Key_F7), QKeySequence(Qt::ALT | Qt::Key_Down)},
        &ChangeSteps::next);
    add(QStringLiteral("goToPreviousChange"),
        {QKeySequence(Qt::SHIFT | Qt::Key_F7), QKeySequence(Qt::ALT | Qt::Key_Up)}, &ChangeSteps::previous);
}

void ChangeSteps::setView(ChangeView* view)
{
    if (m_view)
        m_view->disconnect(this);
    m_view = view;
    if (view)
        connect(view, &ChangeView::currentChangeChanged, this, &ChangeSteps::updateSteps);
    updateSteps();
}

void ChangeSteps::setSummary(const QString& summary)
{
    m_summary->setText(summary);
}

void ChangeSteps::setFolding(bool isFolding)
{
    m_whole->setVisible(isFolding);
}

void ChangeSteps::next()
{
    step(1);
}

void ChangeSteps::previous()
{
    step(-1);
}

void ChangeSteps::step(int by)
{
    if (m_view && m_view->changeCount() > 0)
        m_view->goToChange(std::clamp(m_view->currentChange() + by, 0, m_view->changeCount() - 1));
}

void ChangeSteps::updateSteps()
{
    const int count = m_view ? m_view->changeCount() : 0;
    const int current = m_view ? m_view->currentChange() : -1;
    m_place->setText(count > 0 ? tr("%1 of %2").arg(current + 1).arg(count) : QString());
    m_place->setAccessibleName(count > 0 ? tr("Change %1 of %2").arg(current + 1).arg(count) : QString());
    m_previous->setEnabled(current > 0);
    m_next->setEnabled(current + 1 < count);
}

} // namespace lamella::pages

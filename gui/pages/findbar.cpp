// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/findbar.h"

#include "gui/models/difference_search.h"
#include "gui/pages/differencetext.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"
#include "gui/widgets/searchfield.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QToolButton>

namespace lamella::pages {

namespace {

constexpr int kFieldWidth = 260;

} // namespace

FindBar::FindBar(DifferenceText* view, QWidget* around)
    : QWidget(around)
    , m_view(view)
    , m_field(new widgets::SearchField(tr("Find in the text"), this))
    , m_place(new QLabel(this))
{
    setObjectName(QStringLiteral("findBar"));
    m_field->setObjectName(QStringLiteral("findField"));
    m_field->setMaximumWidth(kFieldWidth);
    m_field->setToolTip(tr("Return and Shift+Return, or F3 and Shift+F3, go on; Escape closes"));
    m_place->setObjectName(QStringLiteral("findPlace"));
    m_place->setFont(widgets::tabularFont(font()));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGrid);
    layout->addStretch();
    layout->addWidget(m_place);
    layout->addSpacing(widgets::kGrid);
    layout->addWidget(m_field, 1);
    connect(addButton(QStringLiteral("findPrevious"), u"up", tr("The match before"), tr("The match before (Shift+F3)")),
            &QToolButton::clicked, this, &FindBar::previous);
    connect(addButton(QStringLiteral("findNext"), u"down", tr("The next match"), tr("The next match (F3)")),
            &QToolButton::clicked, this, &FindBar::next);
    connect(addButton(QStringLiteral("findClose"), u"close", tr("Close"), tr("Look for nothing any more (Escape)")),
            &QToolButton::clicked, this, &FindBar::close);
    connect(m_field, &widgets::SearchField::searched, view, &DifferenceText::find);
    connect(m_field, &widgets::SearchField::nextRequested, this, &FindBar::next);
    connect(m_field, &widgets::SearchField::previousRequested, this, &FindBar::previous);
    connect(m_field, &widgets::SearchField::left, this, &FindBar::close);
    connect(view, &DifferenceText::hitsChanged, this, &FindBar::showPlace);
    connect(view, &DifferenceText::findWanted, this, &FindBar::open);
    addKeys(around);
    hide();
}

QToolButton* FindBar::addButton(const QString& name, QStringView icon, const QString& words, const QString& toolTip)
{
    auto* button = new QToolButton(this);
    button->setObjectName(name);
    button->setIcon(widgets::icon(icon));
    button->setAccessibleName(words);
    button->setToolTip(toolTip);
    layout()->addWidget(button);
    return button;
}

void FindBar::addKeys(QWidget* around)
{
    const auto add = [&](const QString& name, const QKeySequence& key, void (FindBar::*act)()) {
        auto* action = new QAction(around);
        action->setObjectName(name);
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        connect(action, &QAction::triggered, this, act);
        around->addAction(action);
    };
    add(QStringLiteral("findInText"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F), &FindBar::open);
    add(QStringLiteral("findNextInText"), QKeySequence(Qt::Key_F3), &FindBar::next);
    add(QStringLiteral("findPreviousInText"), QKeySequence(Qt::SHIFT | Qt::Key_F3), &FindBar::previous);
}

void FindBar::setUsable(bool isUsable)
{
    m_isUsable = isUsable;
    setVisible(isUsable && m_isOpen);
}

void FindBar::open()
{
    if (!m_isUsable)
        return;
    m_isOpen = true;
    show();
    m_field->setFocus();
    m_field->selectAll();
}

void FindBar::close()
{
    m_isOpen = false;
    m_field->clear();
    m_view->find({});
    hide();
    m_view->setFocus();
}

void FindBar::step(int by)
{
    const int count = m_view->hitCount();
    if (!m_isUsable || m_field->text().isEmpty())
        open();
    else if (m_view->currentHit() < 0)
        m_view->goToHit(by > 0 ? 0 : count - 1);
    else
        m_view->goToHit((m_view->currentHit() + by + count) % count);
}

void FindBar::showPlace()
{
    const int count = m_view->hitCount();
    const QLocale locale;
    if (m_view->sought().isEmpty())
        m_place->clear();
    else if (count == 0)
        m_place->setText(tr("not found"));
    else if (static_cast<std::size_t>(count) < models::kMostHits)
        m_place->setText(tr("%1 of %2").arg(locale.toString(m_view->currentHit() + 1), locale.toString(count)));
    else
        m_place->setText(
            tr("%1 of the first %2").arg(locale.toString(m_view->currentHit() + 1), locale.toString(count)));
}

} // namespace lamella::pages

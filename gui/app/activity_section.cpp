// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/activity_section.h"

#include "gui/app/job_card.h"
#include "gui/models/jobs_model.h"
#include "gui/widgets/emptystate.h"
#include "gui/widgets/fonts.h"

#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace lamella::app {

using models::JobsModel;

ActivitySection::ActivitySection(JobsModel* model, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
    , m_stack(new QStackedWidget(this))
    , m_list(new QWidget)
    , m_layout(new QVBoxLayout(m_list))
{
    setObjectName(QStringLiteral("activitySection"));
    auto* area = new QScrollArea(this);
    area->setObjectName(QStringLiteral("activityList"));
    area->setAccessibleName(tr("Jobs"));
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setWidget(m_list);
    m_layout->setContentsMargins(widgets::kSpacing, widgets::kSpacing, widgets::kSpacing, widgets::kSpacing);
    m_layout->setSpacing(widgets::kSpacing);
    m_layout->addStretch();
    auto* empty = new widgets::EmptyState(this);
    empty->setObjectName(QStringLiteral("activityEmpty"));
    empty->setContent(u"activity",
                      tr("Nothing is under way. Pulls, loads and saves appear here while they run, and what failed "
                         "stays to be tried again."));
    m_stack->addWidget(area);
    m_stack->addWidget(empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);

    connect(model, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex&, int first, int last) { addCards(first, last); });
    connect(model, &QAbstractItemModel::rowsRemoved, this, &ActivitySection::removeCards);
    connect(model, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex& first, const QModelIndex& last) { updateCards(first.row(), last.row()); });
    if (model->rowCount() > 0)
        addCards(0, model->rowCount() - 1);
    showRightPage();
}

QList<JobCard*> ActivitySection::cards() const
{
    return m_list->findChildren<JobCard*>(Qt::FindDirectChildrenOnly);
}

void ActivitySection::addCards(int first, int last)
{
    for (int row = first; row <= last; ++row)
        m_layout->insertWidget(0, new JobCard(m_model, m_model->index(row), m_list));
    showRightPage();
}

void ActivitySection::updateCards(int first, int last)
{
    for (JobCard* card : cards()) {
        if (card->index().row() >= first && card->index().row() <= last)
            card->refresh();
    }
}

void ActivitySection::removeCards()
{
    for (JobCard* card : cards()) {
        if (!card->index().isValid()) {
            card->hide();
            card->setParent(nullptr);
            card->deleteLater();
        }
    }
    showRightPage();
}

void ActivitySection::showRightPage()
{
    m_stack->setCurrentIndex(m_model->rowCount() > 0 ? 0 : 1);
}

} // namespace lamella::app

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/job_card.h"

#include "gui/models/jobs_model.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/elidedlabel.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace lamella::app {

using models::JobsModel;

namespace {

QProgressBar* thinBar(QWidget* parent)
{
    auto* bar = new QProgressBar(parent);
    bar->setTextVisible(false);
    bar->setMaximumHeight(10);
    return bar;
}

/// On a card the trough would have the card's own colour.
void showTrough(QProgressBar* bar, QPalette colors)
{
    colors.setColor(QPalette::Base, widgets::mixed(colors.color(QPalette::Base), colors.color(QPalette::Text), 0.12));
    bar->setPalette(colors);
}

void setProgress(QProgressBar* bar, double progress)
{
    // A maximum of 0 shows that it works without saying how far it is.
    bar->setRange(0, progress < 0 ? 0 : 1000);
    bar->setValue(static_cast<int>(progress * 1000));
}

} // namespace

JobCard::JobCard(JobsModel* model, const QModelIndex& index, QWidget* parent)
    : QFrame(parent)
    , m_model(model)
    , m_index(index)
    , m_title(new widgets::ElidedLabel(this))
    , m_progress(thinBar(this))
    , m_figures(new QLabel(this))
    , m_parts(new QGridLayout)
{
    setObjectName(QStringLiteral("jobCard"));
    m_title->setObjectName(QStringLiteral("jobTitle"));
    m_title->setFont(widgets::sectionFont(font()));
    m_progress->setObjectName(QStringLiteral("cardProgress"));
    m_figures->setObjectName(QStringLiteral("jobFigures"));
    m_figures->setTextFormat(Qt::PlainText);
    m_figures->setWordWrap(true);
    m_figures->setFont(widgets::tabularFont(font()));
    m_figures->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_cancel = button(QStringLiteral("cardCancel"), u"close", tr("Cancel"));
    m_retry = button(QStringLiteral("cardRetry"), u"refresh", tr("Try again"));
    m_dismiss = button(QStringLiteral("cardDismiss"), u"close", {});
    m_dismiss->setToolTip(tr("Take this out of the list"));
    m_dismiss->setAccessibleName(tr("Take this out of the list"));
    connect(m_cancel, &QToolButton::clicked, this, [this] { m_model->cancel(m_index); });
    // The card goes with its row: not from within its own click.
    const auto later = [this](auto deed) {
        QMetaObject::invokeMethod(
            m_model, [jobs = m_model, at = m_index, deed] { (jobs->*deed)(at); }, Qt::QueuedConnection);
    };
    connect(m_retry, &QToolButton::clicked, this, [later] { later(&JobsModel::retry); });
    connect(m_dismiss, &QToolButton::clicked, this, [later] { later(&JobsModel::dismiss); });

    auto* head = new QHBoxLayout;
    head->setSpacing(widgets::kSpacing);
    head->addWidget(m_title, 1);
    for (QToolButton* one : {m_retry, m_cancel, m_dismiss})
        head->addWidget(one);
    m_parts->setHorizontalSpacing(widgets::kSpacing);
    m_parts->setVerticalSpacing(widgets::kGrid);
    m_parts->setColumnStretch(1, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kSpacing, widgets::kSpacing, widgets::kGroupSpacing);
    layout->setSpacing(widgets::kSpacing);
    layout->addLayout(head);
    layout->addWidget(m_progress);
    layout->addWidget(m_figures);
    layout->addLayout(m_parts);
    refresh();
}

QToolButton* JobCard::button(const QString& name, QStringView icon, const QString& text)
{
    auto* made = new QToolButton(this);
    made->setObjectName(name);
    made->setIcon(widgets::icon(icon));
    made->setText(text);
    made->setAutoRaise(true);
    if (!text.isEmpty())
        made->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    return made;
}

void JobCard::refresh()
{
    if (!m_index.isValid())
        return;
    const bool running = m_index.data(JobsModel::RunningRole).toBool();
    const bool failed = m_index.data(JobsModel::FailedRole).toBool();
    m_title->setText(m_index.data(JobsModel::TitleRole).toString());
    m_figures->setText(m_index.data(JobsModel::FiguresRole).toString());
    QPalette figures = palette();
    figures.setColor(QPalette::WindowText,
                     failed ? widgets::meaningColor(widgets::Meaning::Bad, palette())
                            : widgets::secondaryText(palette()));
    m_figures->setPalette(figures);
    showTrough(m_progress, palette());
    m_progress->setVisible(running);
    m_progress->setAccessibleName(m_title->text());
    setProgress(m_progress, m_index.data(JobsModel::ProgressRole).toDouble());
    m_cancel->setVisible(m_index.data(JobsModel::CancelableRole).toBool());
    m_retry->setVisible(m_index.data(JobsModel::RetryRole).toBool());
    m_dismiss->setVisible(!running);
    updateParts();
}

void JobCard::updateParts()
{
    // What has ended needs no more than its sentence.
    const auto parts
        = m_index.data(JobsModel::RunningRole).toBool() ? m_model->parts(m_index) : std::vector<JobsModel::Part>();
    while (m_rows.size() < parts.size()) {
        PartRow row{new QLabel(this), thinBar(this), new QLabel(this)};
        row.name->setFont(widgets::monospaceFont(font()));
        row.figures->setFont(widgets::tabularFont(font()));
        row.figures->setForegroundRole(QPalette::PlaceholderText);
        row.progress->setObjectName(QStringLiteral("partProgress"));
        row.figures->setObjectName(QStringLiteral("partFigures"));
        const int place = static_cast<int>(m_rows.size());
        m_parts->addWidget(row.name, place, 0);
        m_parts->addWidget(row.progress, place, 1);
        m_parts->addWidget(row.figures, place, 2);
        m_rows.push_back(row);
    }
    for (std::size_t place = 0; place < m_rows.size(); ++place) {
        const bool used = place < parts.size();
        const PartRow& row = m_rows[place];
        for (QWidget* widget : std::initializer_list<QWidget*>{row.name, row.progress, row.figures})
            widget->setVisible(used);
        if (!used)
            continue;
        row.name->setText(parts[place].name);
        row.figures->setText(parts[place].figures);
        showTrough(row.progress, palette());
        row.progress->setAccessibleName(parts[place].name);
        setProgress(row.progress, parts[place].progress);
    }
}

void JobCard::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        refresh();
}

void JobCard::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(widgets::hairline(palette()));
    painter.setBrush(palette().color(QPalette::Base));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
}

} // namespace lamella::app

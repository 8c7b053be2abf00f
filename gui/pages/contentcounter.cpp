// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/contentcounter.h"

#include "gui/client/container_client.h"
#include "gui/models/changes_model.h"
#include "gui/models/content_differences.h"
#include "gui/pages/changesfilter.h"

#include <QEvent>
#include <QHeaderView>
#include <QScrollBar>
#include <QTreeView>

#include <algorithm>

namespace lamella::pages {

using namespace std::chrono_literals;
using models::ChangesModel;

namespace {

/// Who scrolls through the list does not ask for each row.
constexpr std::chrono::milliseconds kCalm = 100ms;
/// Until it is tried again after a refusal that may not last.
constexpr std::chrono::milliseconds kAfterRefusal = 5s;
/// It pauses so many times as long as a call took, and so takes a fifth of the time: a large file that changes all the
/// time is not read all the time.
constexpr int kPauses = 4;
constexpr std::size_t kFilesAtOnce = 64;

bool mayPass(const client::ClientError& error)
{
    switch (error.kind) {
    case client::ErrorKind::LimitExceeded:
    case client::ErrorKind::Busy:
    case client::ErrorKind::Cancelled:
    case client::ErrorKind::TimedOut:
        return true;
    default:
        return false;
    }
}

} // namespace

ContentCounter::ContentCounter(ChangesModel* model, ChangesFilter* filter, QTreeView* view)
    : QObject(view)
    , m_model(model)
    , m_filter(filter)
    , m_view(view)
{
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &ContentCounter::count);
    connect(view->verticalScrollBar(), &QAbstractSlider::valueChanged, this, &ContentCounter::countSoon);
    connect(view->header(), &QHeaderView::sortIndicatorChanged, this, &ContentCounter::countSoon);
    connect(view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ContentCounter::countSoon);
    connect(view, &QTreeView::expanded, this, &ContentCounter::countSoon);
    connect(view, &QTreeView::collapsed, this, &ContentCounter::countSoon);
    connect(filter, &QAbstractItemModel::dataChanged, this, &ContentCounter::countSoon);
    connect(filter, &QAbstractItemModel::rowsInserted, this, &ContentCounter::countSoon);
    connect(filter, &QAbstractItemModel::rowsRemoved, this, &ContentCounter::countSoon);
    connect(filter, &QAbstractItemModel::layoutChanged, this, &ContentCounter::countSoon);
    connect(filter, &QAbstractItemModel::modelReset, this, &ContentCounter::countSoon);
    view->viewport()->installEventFilter(this);
}

bool ContentCounter::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize || event->type() == QEvent::Show)
        countSoon();
    return QObject::eventFilter(watched, event);
}

void ContentCounter::setContainer(client::ContainerClient* container)
{
    ++m_generation;
    m_container = container;
    m_isAsking = false;
    m_soon.stop();
}

void ContentCounter::countSoon()
{
    if (!m_isAsking && !m_soon.isActive())
        m_soon.start(kCalm);
}

void ContentCounter::count()
{
    if (m_isAsking || !m_container || !m_view->isVisible())
        return;
    auto asked = due();
    if (asked.empty())
        return;
    QByteArrayList paths;
    for (const Asked& one : asked)
        paths.append(models::bytesOfPath(one.entry));
    m_isAsking = true;
    m_elapsed.start();
    m_container->compareContent(paths).then(
        this, [this, asked = std::move(asked), generation = m_generation](const auto& answers) {
            if (generation != m_generation)
                return;
            m_isAsking = false;
            if (answers)
                take(asked, *answers);
            else if (!mayPass(answers.error()))
                m_model->giveUpDiffering();
            const std::chrono::milliseconds elapsed{m_elapsed.elapsed()};
            m_soon.start(answers ? std::max(kCalm, elapsed * kPauses) : kAfterRefusal);
            // What is said of the others is not the same where no more are counted.
            m_view->viewport()->update();
        });
}

void ContentCounter::take(const std::vector<Asked>& asked, const std::vector<std::optional<quint64>>& answers)
{
    // Those without an answer are asked for again, where they are still in sight.
    for (std::size_t at = 0; at < std::min(asked.size(), answers.size()); ++at)
        m_model->setDiffering(asked[at].row, asked[at].entry, answers[at]);
}

std::vector<ContentCounter::Asked> ContentCounter::due() const
{
    std::vector<Asked> asked;
    if (m_view->isColumnHidden(ChangesModel::DiffersColumn)) {
        const QModelIndexList selected = m_view->selectionModel()->selectedRows();
        for (const QModelIndex& row : selected.first(std::min(selected.size(), qsizetype{kFilesAtOnce})))
            addDue(row, asked);
        return asked;
    }
    addInSight(asked);
    if (m_view->header()->sortIndicatorSection() == ChangesModel::DiffersColumn)
        addBelow({}, asked);
    return asked;
}

void ContentCounter::addInSight(std::vector<Asked>& asked) const
{
    const int bottom = m_view->viewport()->height();
    for (QModelIndex row = m_view->indexAt({0, 0}); row.isValid() && m_view->visualRect(row).top() < bottom;
         row = m_view->indexBelow(row))
        addDue(row, asked);
}

void ContentCounter::addBelow(const QModelIndex& parent, std::vector<Asked>& asked) const
{
    for (int row = 0; row < m_filter->rowCount(parent) && asked.size() < kFilesAtOnce; ++row) {
        const QModelIndex shown = m_filter->index(row, 0, parent);
        addDue(shown, asked);
        addBelow(shown, asked);
    }
}

void ContentCounter::addDue(const QModelIndex& shown, std::vector<Asked>& asked) const
{
    const QModelIndex row = m_filter->mapToSource(shown.siblingAtColumn(0));
    if (asked.size() < kFilesAtOnce && m_model->isContentDue(row)
        && std::ranges::none_of(asked, [&row](const Asked& one) { return one.row == row; }))
        asked.push_back({row, *m_model->entry(row)});
}

} // namespace lamella::pages

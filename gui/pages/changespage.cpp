// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/changespage.h"

#include "gui/client/client.h"
#include "gui/client/container_client.h"
#include "gui/format/formats.h"
#include "gui/models/changes_model.h"
#include "gui/pages/changedelegate.h"
#include "gui/pages/changesfilter.h"
#include "gui/pages/changesteps.h"
#include "gui/pages/changestree.h"
#include "gui/pages/changeversions.h"
#include "gui/pages/contentcounter.h"
#include "gui/pages/copybar.h"
#include "gui/pages/differenceview.h"
#include "gui/pages/findbar.h"
#include "gui/pages/livefollower.h"
#include "gui/pages/temporarycopies.h"
#include "gui/pages/undochanges.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"
#include "gui/widgets/searchfield.h"
#include "gui/widgets/toggle.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSettings>
#include <QShortcut>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

namespace lamella::pages {

using namespace std::chrono_literals;
using client::ChangeKind;
using models::ChangesModel;

namespace {

constexpr auto kInterval = 2s;
/// While it is told what changes, for what is not told.
constexpr auto kLiveInterval = 15s;
/// So many are shown at once, before all have been read.
constexpr quint64 kFirstChanges = 500;
/// Reading the changes may take this part of the time; a long list is read less often.
constexpr int kShareOfTime = 10;
constexpr int kListHeight = 260;
constexpr int kDifferenceHeight = 320;
constexpr int kLeastDifference = 140;

} // namespace

ChangesPage::ChangesPage(client::Client* client, QWidget* parent)
    : Page(client, parent)
    , m_model(new ChangesModel(this))
    , m_filter(new ChangesFilter(this))
    , m_view(new ChangesTree(m_model, m_filter, this))
    , m_totals(new QLabel(this))
    , m_splitter(new QSplitter(Qt::Vertical, this))
    , m_difference(new DifferenceView(this))
    , m_versions(new ChangeVersions(this))
    , m_counter(new ContentCounter(m_model, m_filter, m_view))
    , m_copies(new CopyBar(this))
    , m_temporary(new TemporaryCopies(m_copies, this))
    , m_undo(new UndoChanges(this))
    , m_live(new LiveFollower(this))
    , m_liveMark(new QLabel(this))
{
    m_totals->setObjectName(QStringLiteral("changesTotals"));
    m_totals->setWordWrap(true);
    connectView();
    createActions();
    createDifference();
    QVBoxLayout* layout = createContent(widgets::kGroupSpacing);
    layout->addWidget(createSummary());
    layout->addWidget(createControls());
    layout->addWidget(m_splitter, 1);
    layout->addWidget(m_copies);
    setRefreshInterval(kInterval);
}

QWidget* ChangesPage::createSummary()
{
    auto* bar = new QWidget(this);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGroupSpacing);
    layout->addWidget(m_totals, 1);
    layout->addWidget(m_liveMark, 0, Qt::AlignTop);
    m_liveMark->setObjectName(QStringLiteral("changesLive"));
    connect(m_live, &LiveFollower::stateChanged, this, [this] {
        if (m_live->state() != LiveFollower::State::Live)
            setRefreshInterval(kInterval);
        showLive();
    });
    connect(m_live, &LiveFollower::outdated, this, [this] {
        m_isOutdated = m_asking;
        showLast();
        refresh();
    });
    return bar;
}

QWidget* ChangesPage::createControls()
{
    auto* bar = new QWidget(this);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGrid);
    addKindButton(bar, ChangeKind::Added, QStringLiteral("A"));
    addKindButton(bar, ChangeKind::Modified, QStringLiteral("M"));
    addKindButton(bar, ChangeKind::Deleted, QStringLiteral("D"));
    addKindButton(bar, ChangeKind::Attributes, QStringLiteral("m"));
    addKindButton(bar, ChangeKind::Copied, QStringLiteral("c"));
    layout->addStretch();
    auto* flat = new QToolButton(bar);
    flat->setObjectName(QStringLiteral("changesFlat"));
    flat->setText(tr("As a &list"));
    widgets::makeToggle(flat);
    flat->setToolTip(tr("Whole paths in one list instead of a tree"));
    connect(flat, &QToolButton::toggled, this, [this](bool on) {
        m_model->setFlat(on);
        m_view->setRootIsDecorated(!on);
    });
    auto* search = new widgets::SearchField(tr("Filter paths"), bar);
    search->setObjectName(QStringLiteral("changesFilter"));
    search->setMaximumWidth(260);
    connect(search, &widgets::SearchField::searched, m_filter, &ChangesFilter::setText);
    auto* again = new QToolButton(bar);
    again->setObjectName(QStringLiteral("changesRefresh"));
    again->setIcon(widgets::icon(u"refresh"));
    again->setAccessibleName(tr("Refresh"));
    again->setToolTip(tr("Read the changes again (F5)"));
    connect(again, &QToolButton::clicked, this, &ChangesPage::refresh);
    auto* undo = new QToolButton(bar);
    undo->setObjectName(QStringLiteral("changesUndo"));
    undo->setDefaultAction(m_undoSelected);
    layout->addWidget(undo);
    layout->addWidget(flat);
    layout->addWidget(search);
    m_pause = createPause(bar);
    layout->addWidget(m_pause);
    layout->addWidget(again);
    return bar;
}

QToolButton* ChangesPage::createPause(QWidget* bar)
{
    auto* pause = new QToolButton(bar);
    pause->setObjectName(QStringLiteral("changesPause"));
    pause->setIcon(widgets::icon(u"pause"));
    widgets::makeToggle(pause);
    pause->setAccessibleName(tr("Pause"));
    pause->setToolTip(tr("Keep the list as it is while the container runs on"));
    connect(pause, &QToolButton::toggled, this, [this](bool on) {
        if (on)
            m_live->leave();
        else
            refresh();
        showLive();
    });
    return pause;
}

void ChangesPage::addKindButton(QWidget* bar, ChangeKind kind, const QString& letter)
{
    auto* button = new QToolButton(bar);
    button->setObjectName(QStringLiteral("changesShow") + letter);
    button->setText(QStringLiteral("%1 %2").arg(letter, changeWord(kind)));
    widgets::makeToggle(button);
    button->setChecked(true);
    button->setToolTip(tr("Show what was %1").arg(changeWord(kind)));
    connect(button, &QToolButton::toggled, m_filter, [this, kind](bool on) { m_filter->setKindShown(kind, on); });
    bar->layout()->addWidget(button);
}

void ChangesPage::connectView()
{
    connect(m_view, &QTreeView::customContextMenuRequested, this, &ChangesPage::showMenu);
    m_view->setFetch([this] { return m_temporary->copyNow(container(), sources()); });
    const auto tell = [this](const QString& sentence) {
        if (!sentence.isEmpty())
            showNotice(sentence, {}, {});
    };
    connect(m_copies, &CopyBar::ended, this, tell);
    connect(m_temporary, &TemporaryCopies::failed, this, tell);
}

void ChangesPage::containerSet()
{
    ++m_generation;
    m_asking = m_known = m_isOutdated = false;
    m_live->leave();
    m_pause->setChecked(false);
    m_pause->setVisible(isAlive());
    m_versions->clear();
    m_difference->hide();
    m_counter->setContainer(container());
    m_model->forgetDiffering();
    m_model->setChanges({});
    m_totals->setText(tr("Reading what has changed…"));
    if (container())
        showContent();
    else
        showEmpty(u"changes", tr("Here is what a container has changed against its image."));
}

void ChangesPage::containerChanged()
{
    m_pause->setVisible(isAlive());
    // When it runs again it is another one that is followed.
    if (!isAlive())
        m_live->leave();
    showLive();
    // What it wrote last is read once more when it has ended.
    if (isVisible() && m_known && !isAlive())
        refresh();
}

void ChangesPage::tick()
{
    // A container that does not run changes nothing.
    if ((isAlive() && !m_pause->isChecked()) || !m_known)
        refresh();
}

void ChangesPage::refresh()
{
    if (m_asking || !container())
        return;
    follow();
    nameLayers();
    m_asking = true;
    m_asked.start();
    ask(m_known ? 0 : kFirstChanges);
}

/// Where there are more than `most`, shows them and asks for all.
void ChangesPage::ask(quint64 most)
{
    const quint64 generation = m_generation;
    container()->listChanges(most).then(this, [this, generation, most](client::Outcome<client::ChangeSet> answer) {
        if (generation != m_generation)
            return;
        const bool isPart = most > 0 && answer && answer->truncated;
        if (answer) {
            clearError();
            take(std::move(*answer));
        } else {
            showError(tr("The changes could not be read"), answer.error());
        }
        if (isPart && container())
            return ask(0);
        m_asking = false;
        noteRead();
    });
}

/// To show the list takes its time as well as to read it.
void ChangesPage::noteRead()
{
    const std::chrono::milliseconds elapsed{m_asked.elapsed()};
    m_live->noteRead(elapsed, std::exchange(m_isOutdated, false));
    const auto interval = m_live->state() == LiveFollower::State::Live ? kLiveInterval : kInterval;
    setRefreshInterval(std::max<std::chrono::milliseconds>(interval, elapsed * kShareOfTime));
}

void ChangesPage::take(client::ChangeSet changes)
{
    m_known = true;
    m_model->setChanges(std::move(changes));
    m_view->fitColumns();
    showTotals();
    showDifference();
    if (m_model->count() > 0)
        showContent();
    else
        showEmpty(u"changes", tr("This container has changed nothing yet: its writable layer is empty."));
}

/// Before the list is read: what comes after it is told.
void ChangesPage::follow()
{
    if (isAlive() && isVisible() && !m_pause->isChecked())
        m_live->follow(container());
}

void ChangesPage::hideEvent(QHideEvent* event)
{
    m_live->leave();
    Page::hideEvent(event);
}

void ChangesPage::save(QSettings& settings) const
{
    m_view->save(settings);
    settings.setValue(QStringLiteral("changes/splitter"), m_splitter->saveState());
}

void ChangesPage::restore(const QSettings& settings)
{
    m_view->restore(settings);
    m_splitter->restoreState(settings.value(QStringLiteral("changes/splitter")).toByteArray());
}

/// How new the list is.
void ChangesPage::showLive()
{
    QString text;
    QColor color = widgets::secondaryText(palette());
    if (isAlive() && m_pause->isChecked()) {
        text = tr("‖ Paused");
    } else if (m_live->state() == LiveFollower::State::Live) {
        text = tr("● Live");
        color = widgets::meaningColor(widgets::Meaning::Good, palette());
    } else if (isAlive() && m_live->state() == LiveFollower::State::Refused) {
        text = tr("○ Every 2 s");
    }
    m_liveMark->setVisible(!text.isEmpty());
    m_liveMark->setText(text);
    showLast();
    // To set a palette styles the label anew, also where it is the same.
    QPalette colors = m_liveMark->palette();
    if (colors.color(QPalette::WindowText) == color)
        return;
    colors.setColor(QPalette::WindowText, color);
    m_liveMark->setPalette(colors);
}

/// What has happened last, or why that is not known.
void ChangesPage::showLast()
{
    QString reason;
    if (isAlive() && !m_pause->isChecked() && m_live->state() == LiveFollower::State::Live) {
        const client::LiveChange& last = m_live->last();
        reason = last.path.isEmpty() ? tr("Changes are shown as they happen") : tr("Last: %1").arg(liveSentence(last));
    } else if (isAlive() && !m_pause->isChecked() && m_live->state() == LiveFollower::State::Refused) {
        reason = tr("Changes cannot be shown as they happen: %1").arg(m_live->reason());
    }
    m_liveMark->setToolTip(reason);
}

void ChangesPage::nameLayers()
{
    const client::ImageClient* image = client() ? client()->image(container()->data().imageId) : nullptr;
    if (!image)
        return;
    QHash<QString, QString> names;
    int number = 0;
    for (const client::LayerInfo& layer : image->data().layers) {
        ++number;
        const QString command = layer.createdBy.simplified();
        names.insert(layer.diffId,
                     command.isEmpty() ? tr("layer %1").arg(number) : tr("%1: %2").arg(number).arg(command));
    }
    m_model->setLayerNames(names);
}

void ChangesPage::showTotals()
{
    // A word that most never need.
    findChild<QToolButton*>(QStringLiteral("changesShowc"))->setVisible(m_model->count(ChangeKind::Copied) > 0);
    const int count = m_model->count();
    QString text = count == 1 ? tr("1 path changed") : tr("%n paths changed", nullptr, count);
    text += tr(", %1 in the writable layer").arg(format::bytes(m_model->totalBytes()));
    if (m_model->copiedBytes() > 0)
        text += tr("; %1 of it copied only to change mode, owner or times").arg(format::bytes(m_model->copiedBytes()));
    QStringList kinds;
    for (const ChangeKind kind :
         {ChangeKind::Added, ChangeKind::Modified, ChangeKind::Deleted, ChangeKind::Attributes, ChangeKind::Copied})
        if (m_model->count(kind) > 0)
            kinds.append(QStringLiteral("%1 %2").arg(m_model->count(kind)).arg(changeWord(kind)));
    if (kinds.size() > 1)
        text += QStringLiteral(": ") + kinds.join(QStringLiteral(", "));
    if (m_model->isTruncated())
        text += tr(". There are more; these are the first.");
    m_totals->setText(text);
}

void ChangesPage::createActions()
{
    const auto make = [this](const QString& name, QStringView icon, const QString& text, const QKeySequence& key) {
        auto* action = new QAction(widgets::icon(icon), text, this);
        action->setObjectName(name);
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        addAction(action);
        return action;
    };
    m_open = make(QStringLiteral("changesOpen"), u"file", tr("&Open a Copy"), Qt::Key_Return);
    m_open->setToolTip(tr("With the desktop's program; what is written to the copy does not reach the container"));
    m_copyPaths = make(QStringLiteral("changesCopyPath"), u"copy", tr("&Copy Path"),
                       QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C));
    m_save = make(QStringLiteral("changesSave"), u"save", tr("&Save to an Archive…"), {});
    m_keep = make(QStringLiteral("changesKeep"), u"save", tr("Save to a &Directory…"),
                  QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D));
    m_keep->setToolTip(tr("As files of yours: without owners, attributes, set-id bits, deletions, devices and pipes"));
    m_commit = make(QStringLiteral("changesCommit"), u"image", tr("Make an &Image of It…"), {});
    connect(m_save, &QAction::triggered, this, [this] { Q_EMIT saveRequested(selectedPaths()); });
    connect(m_keep, &QAction::triggered, this, [this] { Q_EMIT keepRequested(selectedPaths()); });
    connect(m_commit, &QAction::triggered, this, [this] { Q_EMIT commitRequested(selectedPaths()); });
    m_undoSelected = make(QStringLiteral("changesUndoSelected"), u"undo", tr("&Undo…"), QKeySequence::Undo);
    m_undoSelected->setToolTip(tr("Give what is selected back the image's version (%1)")
                                   .arg(m_undoSelected->shortcut().toString(QKeySequence::NativeText)));
    m_undoAll = make(QStringLiteral("changesUndoAll"), u"undo", tr("Undo &Everything…"), {});
    // Elsewhere on the page these keys mean something else.
    for (QAction* action : {m_open, m_copyPaths, m_keep}) {
        action->setShortcutContext(Qt::WidgetShortcut);
        m_view->addAction(action);
    }
    connect(m_open, &QAction::triggered, this, &ChangesPage::openSelected);
    connect(m_copyPaths, &QAction::triggered, this, &ChangesPage::copyPaths);
    connect(m_undoSelected, &QAction::triggered, this,
            [this] { m_undo->ask(container(), *m_model, m_view->chosen()); });
    connect(m_undoAll, &QAction::triggered, this, [this] { m_undo->ask(container(), *m_model, {}); });
    connect(m_undo, &UndoChanges::done, this, &ChangesPage::refresh);
    connect(m_undo, &UndoChanges::failed, this,
            [this](const client::ClientError& error, const std::function<void()>& retry) {
                showNotice(tr("The changes were not undone: %1").arg(error.sentence), tr("Try Again"), retry);
            });
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ChangesPage::updateActions);
    updateActions();
}

void ChangesPage::updateActions()
{
    const bool any = m_view->selectionModel()->hasSelection();
    const QModelIndexList rows = m_view->chosen();
    const auto is = [&rows](int role, int value) { return rows.first().data(role).toInt() == value; };
    m_open->setEnabled(rows.size() == 1 && is(ChangesModel::TypeRole, static_cast<int>(client::FileType::File))
                       && !is(ChangesModel::KindRole, static_cast<int>(ChangeKind::Deleted)));
    m_undoSelected->setEnabled(any);
    m_copyPaths->setEnabled(any);
    m_save->setEnabled(any);
    m_keep->setEnabled(any);
    m_commit->setEnabled(any);
    showDifference();
}

void ChangesPage::createDifference()
{
    m_splitter->setObjectName(QStringLiteral("changesSplitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_view);
    m_splitter->addWidget(m_difference);
    m_splitter->setSizes({kListHeight, kDifferenceHeight});
    m_difference->setObjectName(QStringLiteral("changesDifference"));
    m_difference->setMinimumHeight(kLeastDifference);
    m_difference->hide();
    // The keys of the difference, from the list as well.
    auto* steps = m_difference->findChild<ChangeSteps*>();
    const auto onKey = [this](const QKeySequence& key, auto act) {
        auto* shortcut = new QShortcut(key, m_view);
        shortcut->setContext(Qt::WidgetShortcut);
        connect(shortcut, &QShortcut::activated, m_difference, act);
    };
    onKey(Qt::Key_F7, [steps] { steps->next(); });
    onKey(Qt::SHIFT | Qt::Key_F7, [steps] { steps->previous(); });
    auto* find = m_difference->findChild<FindBar*>();
    onKey(Qt::CTRL | Qt::SHIFT | Qt::Key_F, [find] { find->open(); });
    onKey(Qt::Key_F3, [find] { find->next(); });
    onKey(Qt::SHIFT | Qt::Key_F3, [find] { find->previous(); });
    connect(m_model, &QAbstractItemModel::dataChanged, this, [this](const QModelIndex& first) {
        // What else is another comes with a whole list, after which the difference is shown anew.
        if (first.column() == ChangesModel::DiffersColumn)
            sayWhatDiffers();
    });
    connect(m_versions, &ChangeVersions::ready, this,
            [this](const QString& path, const client::FileVersion& image, const client::FileVersion& changed) {
                m_difference->setVersions(path, image, changed);
                m_difference->show();
            });
    connect(m_versions, &ChangeVersions::failed, this, [this](const client::ClientError& error) {
        showNotice(tr("The file could not be read: %1").arg(error.sentence), tr("Try Again"),
                   [this] { showDifference(); });
    });
}

/// How much of the one file that is chosen.
void ChangesPage::sayWhatDiffers()
{
    const QModelIndexList rows = m_view->chosen();
    const bool isCounted = rows.size() == 1 && !m_model->isContentDue(rows.first())
        && rows.first().data(ChangesModel::KindRole).toInt() == static_cast<int>(ChangeKind::Modified);
    m_difference->setRemark(
        isCounted ? rows.first().siblingAtColumn(ChangesModel::DiffersColumn).data(Qt::ToolTipRole).toString()
                  : QString());
}

/// Of the one file that is chosen.
void ChangesPage::showDifference()
{
    sayWhatDiffers();
    const QModelIndexList rows = m_view->chosen();
    const bool isFile = rows.size() == 1 && rows.first().data(ChangesModel::KindRole).toInt() >= 0
        && rows.first().data(ChangesModel::TypeRole).toInt() != static_cast<int>(client::FileType::Directory);
    if (!isFile || !container()) {
        m_versions->clear();
        m_difference->hide();
        return;
    }
    const QModelIndex& row = rows.first();
    m_versions->show(container(),
                     {row.data(ChangesModel::PathRole).toString(), row.data(ChangesModel::RawPathRole).toByteArray(),
                      row.data(ChangesModel::TimeRole).toULongLong()});
}

QByteArrayList ChangesPage::selectedPaths() const
{
    QByteArrayList paths;
    for (const QModelIndex& row : m_model->tally(m_view->chosen()).rows)
        paths.append(row.data(ChangesModel::RawPathRole).toByteArray());
    return paths;
}

std::vector<models::CopyOut::Source> ChangesPage::sources() const
{
    QModelIndexList rows = m_view->chosen();
    rows.removeIf([](const QModelIndex& row) { return !row.flags().testFlag(Qt::ItemIsDragEnabled); });
    std::vector<models::CopyOut::Source> files;
    for (const QModelIndex& row : m_model->tally(rows).rows)
        files.push_back({row.data(ChangesModel::RawPathRole).toByteArray()});
    return files;
}

void ChangesPage::openSelected()
{
    const auto files = sources();
    if (files.size() == 1)
        m_temporary->open(container(), files.front());
}

void ChangesPage::copyPaths()
{
    QStringList paths;
    for (const QModelIndex& row : m_view->chosen())
        paths.append(row.data(ChangesModel::PathRole).toString());
    QGuiApplication::clipboard()->setText(paths.join(u'\n'));
}

void ChangesPage::showMenu(const QPoint& position)
{
    if (m_model->count() == 0)
        return;
    const auto chosen = static_cast<int>(m_view->chosen().size());
    m_copyPaths->setText(chosen > 1 ? tr("&Copy %n Paths", nullptr, chosen) : tr("&Copy Path"));
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setToolTipsVisible(true);
    menu->addActions({m_open, m_copyPaths});
    menu->addSeparator();
    menu->addActions({m_save, m_keep, m_commit});
    menu->addSeparator();
    menu->addActions({m_undoSelected, m_undoAll});
    menu->addSeparator();
    connect(menu->addAction(tr("E&xpand All")), &QAction::triggered, m_view, &QTreeView::expandAll);
    connect(menu->addAction(tr("&Fold All")), &QAction::triggered, m_view, &QTreeView::collapseAll);
    menu->popup(m_view->viewport()->mapToGlobal(position));
}

} // namespace lamella::pages

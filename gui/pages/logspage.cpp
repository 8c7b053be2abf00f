// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/logspage.h"

#include "gui/client/container_client.h"
#include "gui/client/log_reader.h"
#include "gui/format/formats.h"
#include "gui/models/log_file.h"
#include "gui/models/log_model.h"
#include "gui/pages/logsearch.h"
#include "gui/pages/logview.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"
#include "gui/widgets/searchfield.h"
#include "gui/widgets/toggle.h"

#include <QAction>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QThread>
#include <QToolButton>
#include <QVBoxLayout>

namespace lamella::pages {

LogsPage::LogsPage(client::Client* client, QWidget* parent)
    : Page(client, parent)
    , m_model(new models::LogModel(this))
    , m_view(new LogView(m_model, this))
{
    m_view->setObjectName(QStringLiteral("logText"));
    m_view->setAccessibleName(tr("Log"));
    QVBoxLayout* layout = createContent(widgets::kGroupSpacing);
    layout->addWidget(createControls());
    layout->addWidget(m_view, 1);
    connect(m_model, &QAbstractItemModel::rowsInserted, this, &LogsPage::updateState);
}

LogsPage::~LogsPage() = default;

QToolButton* LogsPage::addToggle(QWidget* bar, const char* name, QStringView icon, const QString& text,
                                 const QString& tip)
{
    auto* button = new QToolButton(bar);
    button->setObjectName(QLatin1StringView(name));
    button->setIcon(widgets::icon(icon));
    button->setText(text);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    widgets::makeToggle(button);
    button->setToolTip(tip);
    bar->layout()->addWidget(button);
    return button;
}

QWidget* LogsPage::createControls()
{
    auto* bar = new QWidget(this);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGrid);
    QToolButton* follow = addToggle(bar, "logFollow", u"follow", tr("F&ollow"), tr("Keep the newest line in sight"));
    follow->setChecked(true);
    connect(follow, &QToolButton::toggled, m_view, &LogView::setFollowing);
    connect(m_view, &LogView::followingChanged, follow, &QToolButton::setChecked);
    connect(addToggle(bar, "logTimes", u"clock", tr("&Times"), tr("Show when each line was written")),
            &QToolButton::toggled, m_view, &LogView::setTimesShown);
    connect(addToggle(bar, "logWrap", u"wrap", tr("&Wrap"), tr("Break long lines")), &QToolButton::toggled, m_view,
            &LogView::setWrapping);
    layout->addStretch();

    auto* count = new QLabel(bar);
    count->setObjectName(QStringLiteral("logMatches"));
    m_field = new widgets::SearchField(tr("Find in the log"), bar);
    m_field->setObjectName(QStringLiteral("logSearch"));
    m_field->setMaximumWidth(260);
    m_field->setToolTip(tr("Find (Ctrl+Shift+F); Return and Shift+Return go on"));
    m_search = new LogSearch(m_view, count, this);
    connect(m_field, &widgets::SearchField::searched, m_search, &LogSearch::setText);
    connect(m_field, &widgets::SearchField::nextRequested, m_search, &LogSearch::next);
    connect(m_field, &widgets::SearchField::previousRequested, m_search, &LogSearch::previous);
    connect(m_field, &widgets::SearchField::left, m_view, qOverload<>(&QWidget::setFocus));
    auto* find = new QAction(this);
    find->setObjectName(QStringLiteral("logFind"));
    find->setShortcut(QKeySequence(QStringLiteral("Ctrl+Shift+F")));
    find->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(find);
    connect(find, &QAction::triggered, m_field, qOverload<>(&QWidget::setFocus));

    layout->addWidget(count);
    layout->addWidget(m_field);
    const auto addButton = [&](const char* name, QStringView icon, const QString& tip) {
        auto* button = new QToolButton(bar);
        button->setObjectName(QLatin1StringView(name));
        button->setIcon(widgets::icon(icon));
        button->setAccessibleName(tip);
        button->setToolTip(tip);
        layout->addWidget(button);
        return button;
    };
    connect(addButton("logPrevious", u"up", tr("The match before (Shift+Return)")), &QToolButton::clicked, m_search,
            &LogSearch::previous);
    connect(addButton("logNext", u"down", tr("The next match (Return)")), &QToolButton::clicked, m_search,
            &LogSearch::next);
    connect(addButton("logSave", u"save", tr("Save the whole log as…")), &QToolButton::clicked, this, &LogsPage::save);
    return bar;
}

bool LogsPage::hasRun() const
{
    return container() && container()->data().startedUsec > 0;
}

void LogsPage::containerSet()
{
    m_reader.reset();
    m_model->clear();
    m_view->setFollowing(true);
    if (!container())
        return;
    m_reader = std::make_unique<client::LogReader>(container());
    connect(m_reader.get(), &client::LogReader::linesRead, m_model, &models::LogModel::append);
    connect(m_reader.get(), &client::LogReader::earlierRead, m_model, &models::LogModel::prepend);
    connect(m_reader.get(), &client::LogReader::beginningSkipped, this, &LogsPage::showSkipped);
    connect(m_reader.get(), &client::LogReader::earlierDone, this, &LogsPage::showSkipped);
    connect(m_reader.get(), &client::LogReader::failed, this,
            [this](const client::ClientError& error) { showError(tr("The log could not be read"), error); });
}

void LogsPage::showSkipped()
{
    const qint64 skipped = m_reader ? m_reader->skippedBytes() : 0;
    if (skipped == 0) {
        clearNotice();
        return;
    }
    showNotice(tr("The log is long: its first %1 are not loaded.").arg(format::bytes(static_cast<quint64>(skipped))),
               tr("Load Earlier Lines"), [this] {
                   // Who asks for what was earlier does not want to be taken to the end.
                   m_view->setFollowing(false);
                   if (m_reader)
                       m_reader->loadEarlier();
               });
}

void LogsPage::containerChanged()
{
    updateState();
    // It may have run for the first time just now.
    if (m_reader && isVisible() && hasRun())
        m_reader->start();
}

void LogsPage::refresh()
{
    if (m_reader && hasRun()) {
        clearError();
        m_reader->start();
    }
}

void LogsPage::hideEvent(QHideEvent* event)
{
    Page::hideEvent(event);
    if (m_reader)
        m_reader->stop();
}

void LogsPage::updateState()
{
    if (m_model->rowCount() > 0)
        showContent();
    else if (!container() || isAlive())
        showEmpty(u"logs", tr("The program has written nothing yet."));
    else if (hasRun())
        showEmpty(u"logs", tr("The program wrote nothing."));
    else
        showNotRunning(u"logs", tr("Here is what the container's program writes once it runs."));
}

void LogsPage::save()
{
    auto* dialog = new QFileDialog(this, tr("Save the Log"));
    dialog->setObjectName(QStringLiteral("logSaver"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("log"));
    dialog->selectFile((container() ? container()->data().name : QStringLiteral("container")) + QStringLiteral(".log"));
    connect(dialog, &QFileDialog::fileSelected, this, &LogsPage::saveTo);
    dialog->open();
}

void LogsPage::saveTo(const QString& path)
{
    if (!container())
        return;
    // All of it, also what the page has not loaded.
    container()->openLog().then(this, [this, path](client::Outcome<client::Descriptor> log) {
        if (!log) {
            showNotice(tr("The log could not be saved: %1").arg(log.error().sentence), {}, {});
            return;
        }
        const auto saved = std::make_shared<std::expected<void, QString>>();
        QThread* writer
            = QThread::create([path, saved, source = std::make_shared<client::Descriptor>(std::move(*log))] {
                  *saved = models::saveLog(*source, path);
              });
        connect(writer, &QThread::finished, writer, &QObject::deleteLater);
        connect(writer, &QThread::finished, this, [this, path, saved] {
            showNotice(*saved ? tr("The whole log is saved in %1.").arg(path)
                              : tr("The log could not be saved in %1: %2").arg(path, saved->error()),
                       {}, {});
        });
        writer->start();
    });
}

} // namespace lamella::pages

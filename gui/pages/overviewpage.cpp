// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/overviewpage.h"

#include "gui/client/container_client.h"
#include "gui/client/stats_feed.h"
#include "gui/format/formats.h"
#include "gui/format/image_text.h"
#include "gui/models/state_words.h"
#include "gui/pages/overviewtexts.h"
#include "gui/pages/statsseries.h"
#include "gui/widgets/foldout.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/historygraph.h"
#include "gui/widgets/keyvalue.h"
#include "gui/widgets/statebadge.h"
#include "gui/widgets/timelinebars.h"

#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

namespace lamella::pages {

using namespace std::chrono_literals;
using widgets::KeyValue;

namespace {

/// From this width on, facts and graphs stand side by side.
constexpr int kTwoColumns = 720;
/// More of a command than this would push everything else off the page; the tool tip has all of it.
constexpr int kLongCommand = 160;

} // namespace

OverviewPage::OverviewPage(client::Client* client, QWidget* parent)
    : Page(client, parent)
{
    auto* scroll = new QScrollArea(this);
    scroll->setObjectName(QStringLiteral("overviewScroll"));
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(createBody());
    // The window's ground, not that of lists.
    scroll->viewport()->setAutoFillBackground(false);
    scroll->widget()->setAutoFillBackground(false);
    createContent(0)->addWidget(scroll);
    setRefreshInterval(1s);
}

QWidget* OverviewPage::createBody()
{
    auto* body = new QWidget(this);
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kPageMargin);
    layout->setSpacing(widgets::kGroupSpacing);
    m_state = new widgets::StateBadge(body);
    m_state->setObjectName(QStringLiteral("overviewState"));
    layout->addWidget(m_state);

    m_columns = new QBoxLayout(QBoxLayout::TopToBottom);
    m_columns->setSpacing(widgets::kPageMargin);
    auto* facts = new QVBoxLayout;
    facts->setSpacing(widgets::kSpacing);
    createProgram(facts);
    createIsolation(facts);
    KeyValue::alignNames({m_program, m_limits, m_isolation});
    facts->addStretch();
    m_columns->addLayout(facts, 1);
    m_columns->addWidget(createGraphs(), 1);
    layout->addLayout(m_columns);
    layout->addStretch();
    return body;
}

KeyValue* OverviewPage::addGroup(QBoxLayout* layout, const QString& title)
{
    if (layout->count() > 0)
        layout->addSpacing(widgets::kSpacing);
    auto* label = new QLabel(title, this);
    label->setFont(widgets::sectionFont(font()));
    auto* values = new KeyValue(this);
    layout->addWidget(label);
    layout->addWidget(values);
    return values;
}

void OverviewPage::createProgram(QBoxLayout* layout)
{
    using enum KeyValue::Style;
    m_program = addGroup(layout, tr("Program"));
    m_program->addRow(QStringLiteral("image"), tr("Image"));
    m_program->addRow(QStringLiteral("command"), tr("Command"), Monospace);
    m_program->addRow(QStringLiteral("workingDir"), tr("Directory"), Monospace);
    m_program->addRow(QStringLiteral("user"), tr("User"));
    m_program->addRow(QStringLiteral("hostname"), tr("Host name"), Monospace);
    m_program->addRow(QStringLiteral("streams"), tr("Streams"));
    m_program->addRow(QStringLiteral("created"), tr("Created"));
    m_program->addRow(QStringLiteral("id"), tr("ID"), Line);
    m_limits = addGroup(layout, tr("Limits"));
    m_limits->addRow(QStringLiteral("cpuLimit"), tr("CPU"));
    m_limits->addRow(QStringLiteral("memoryLimit"), tr("Memory"));
    m_limits->addRow(QStringLiteral("pidsLimit"), tr("Processes"));
}

void OverviewPage::createIsolation(QBoxLayout* layout)
{
    using enum KeyValue::Style;
    m_isolation = addGroup(layout, tr("Isolation"));
    m_isolation->addRow(QStringLiteral("users"), tr("Users"));
    m_isolation->addRow(QStringLiteral("namespaces"), tr("Namespaces"));
    m_isolation->addRow(QStringLiteral("pids"), tr("PIDs outside"));
    m_isolation->addRow(QStringLiteral("cgroup"), tr("cgroup"), Line);
}

QWidget* OverviewPage::createGraphs()
{
    auto* side = new QWidget(this);
    auto* layout = new QVBoxLayout(side);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGroupSpacing);
    const auto addGraph = [&](const char* name, const QString& title) {
        auto* graph = new widgets::HistoryGraph(side);
        graph->setObjectName(QLatin1StringView(name));
        graph->setTitle(title);
        graph->setMinimumHeight(128);
        graph->setMaximumHeight(180);
        layout->addWidget(graph);
        return graph;
    };
    m_cpu = addGraph("overviewCpu", tr("CPU"));
    m_memory = addGraph("overviewMemory", tr("Memory"));
    m_memory->setUnit(widgets::GraphUnit::Bytes);

    m_timeline = new widgets::FoldOut(tr("How it started"), side);
    m_timeline->setObjectName(QStringLiteral("startTimeline"));
    auto* inside = new QWidget(m_timeline);
    auto* lines = new QVBoxLayout(inside);
    lines->setContentsMargins(0, 0, 0, 0);
    m_stepsText = new QLabel(inside);
    m_stepsText->setObjectName(QStringLiteral("startTimelineText"));
    m_stepsText->setTextFormat(Qt::PlainText);
    m_stepsText->setWordWrap(true);
    m_stepsText->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_steps = new widgets::TimelineBars(inside);
    m_steps->setObjectName(QStringLiteral("startTimelineBars"));
    m_steps->setAccessibleName(tr("Steps of the start"));
    lines->addWidget(m_stepsText);
    lines->addWidget(m_steps);
    m_timeline->setContent(inside);
    layout->addWidget(m_timeline);
    layout->addStretch();
    return side;
}

void OverviewPage::containerChanged()
{
    if (!container()) {
        showEmpty(u"container", tr("Select a container to see what it is and what it does."));
        return;
    }
    showProgram();
    showIsolation();
    showTimeline();
    showGraphs();
    showContent();
    const QString& error = container()->data().lastError;
    if (!error.isEmpty() && error != m_shownError)
        showNotice(tr("The last start failed: %1").arg(error), {}, {});
    m_shownError = error;
}

void OverviewPage::refresh()
{
    if (!container())
        return;
    const client::ContainerData& shown = container()->data();
    m_state->setState(models::shownStateOf(shown), stateSentence(shown, format::nowUsec()));
    showGraphs();
}

void OverviewPage::showProgram()
{
    const client::ContainerData& shown = container()->data();
    m_state->setState(models::shownStateOf(shown), stateSentence(shown, format::nowUsec()));
    const QString shortImage = format::shortId(shown.imageId);
    m_program->setValue(QStringLiteral("image"),
                        shown.imageName.isEmpty()
                            ? shortImage
                            : QStringLiteral("%1 (%2)").arg(format::shortReference(shown.imageName), shortImage),
                        shown.imageId);
    const QString command = format::shellCommand(shown.command);
    m_program->setValue(QStringLiteral("command"),
                        command.size() > kLongCommand ? command.left(kLongCommand - 1) + u'\u2026' : command,
                        command.size() > kLongCommand ? command : QString());
    m_program->setValue(QStringLiteral("workingDir"), shown.workingDir);
    m_program->setValue(QStringLiteral("user"), shown.user.isEmpty() ? tr("root (inside)") : shown.user);
    m_program->setValue(QStringLiteral("hostname"), shown.hostname);
    QString streams = shown.terminal ? tr("a terminal") : tr("pipes");
    if (shown.init)
        streams += tr("; lamella-init is PID 1 and reaps orphans");
    m_program->setValue(QStringLiteral("streams"), streams);
    m_program->setValue(QStringLiteral("created"), format::timeOfDay(shown.createdUsec));
    m_program->setValue(QStringLiteral("id"), shown.id);
    m_limits->setValue(QStringLiteral("cpuLimit"), cpuLimitText(shown));
    m_limits->setValue(QStringLiteral("memoryLimit"), memoryLimitText(shown));
    m_limits->setValue(QStringLiteral("pidsLimit"),
                       shown.pidsMax > 0 ? tr("at most %1").arg(shown.pidsMax) : tr("no limit"));
}

void OverviewPage::showIsolation()
{
    const client::ContainerData& shown = container()->data();
    m_isolation->setValue(QStringLiteral("users"), userMapSentence(shown));
    m_isolation->setValue(QStringLiteral("namespaces"),
                          shown.hostUidCount > 0
                              ? tr("its own processes, mounts, host name, network, IPC, cgroup and users")
                              : tr("its own processes, mounts, host name, network, IPC and cgroup"));
    m_isolation->setValue(QStringLiteral("pids"),
                          isAlive() ? tr("%1 is PID 1 inside; its shim is %2").arg(shown.pid).arg(shown.shimPid)
                                    : QString());
    m_isolation->setValue(QStringLiteral("cgroup"), shown.cgroupPath);
}

void OverviewPage::showTimeline()
{
    const client::ContainerData& shown = container()->data();
    QList<widgets::TimelineBars::Step> steps;
    for (const client::TimelineStep& step : shown.startTimeline)
        steps.append({step.step, step.usec});
    m_steps->setSteps(steps);
    m_stepsText->setText(timelineSentence(shown));
    m_timeline->setVisible(!steps.isEmpty());
}

void OverviewPage::showGraphs()
{
    const client::ContainerData& shown = container()->data();
    const std::vector<client::StatsSample> samples = container()->stats()->history();
    const quint64 now = format::nowUsec();
    const std::chrono::minutes span = fittingSpan(samples, now, {1min, 2min, 5min});
    const QString idle = isAlive() ? QString() : tr("not running");
    for (widgets::HistoryGraph* graph : {m_cpu, m_memory}) {
        graph->setSpan(span);
        graph->setIdle(idle);
    }
    m_cpu->setPoints(cpuPoints(samples), now);
    m_cpu->setLimit(shown.cpuQuota,
                    tr("limit %1").arg(widgets::graphTickText(shown.cpuQuota, widgets::GraphUnit::Ratio)));
    m_memory->setPoints(memoryPoints(samples), now);
    m_memory->setLimit(static_cast<double>(shown.memoryLimitBytes), tr("limit %1").arg(memoryLimitText(shown)));
}

void OverviewPage::resizeEvent(QResizeEvent* event)
{
    Page::resizeEvent(event);
    m_columns->setDirection(width() >= kTwoColumns ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

} // namespace lamella::pages

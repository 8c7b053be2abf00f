// SPDX-License-Identifier: GPL-3.0-or-later
// Paints every widget into pictures, in light and dark: lamella-gallery DIRECTORY. Run with QT_SCALE_FACTOR=2 for 2x.
#include "gui/widgets/banner.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/containerdelegate.h"
#include "gui/widgets/emptystate.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/historygraph.h"
#include "gui/widgets/icons.h"
#include "gui/widgets/keyvalue.h"
#include "gui/widgets/stackedbar.h"
#include "gui/widgets/statebadge.h"
#include "gui/widgets/timelinebars.h"
#include "tests/gui/widgets/schemes.h"

#include <QApplication>
#include <QDir>
#include <QGridLayout>
#include <QLabel>
#include <QListView>
#include <QStringListModel>
#include <QTextStream>
#include <QVBoxLayout>

#include <cmath>
#include <numbers>

using namespace lamella::format;
using namespace lamella::widgets;

namespace {

constexpr quint64 kNow = 1'800'000'000'000'000;

QList<GraphPoint> wave(double base, double swing, int seconds, double spike)
{
    QList<GraphPoint> points;
    for (int i = 0; i < seconds; ++i) {
        if (i > seconds / 2 && i < seconds / 2 + 40)
            continue;
        const double value
            = base + swing * std::sin(i * std::numbers::pi / 37) * std::cos(i * 0.9) + (i % 97 == 0 ? spike : 0);
        points.append({kNow - static_cast<quint64>(seconds - 1 - i) * 1'000'000, std::max(0.0, value)});
    }
    return points;
}

void save(QWidget* widget, const QString& directory, const QString& name, QSize size)
{
    widget->resize(size);
    widget->show();
    QCoreApplication::processEvents();
    QCoreApplication::processEvents();
    widget->grab().save(QDir(directory).filePath(name));
}

QWidget* icons()
{
    auto* page = new QWidget;
    auto* grid = new QGridLayout(page);
    const QStringList names = QDir(QStringLiteral(":/lamella/icons/24")).entryList();
    for (int i = 0; i < names.size(); ++i) {
        const QString name = names[i].chopped(4);
        auto* row = new QHBoxLayout;
        for (const int side : {16, 24}) {
            auto* label = new QLabel;
            label->setPixmap(icon(name).pixmap(QSize(side, side), label->devicePixelRatioF()));
            row->addWidget(label);
        }
        auto* off = new QLabel;
        off->setPixmap(icon(name).pixmap(QSize(24, 24), off->devicePixelRatioF(), QIcon::Disabled));
        row->addWidget(off);
        row->addWidget(new QLabel(name), 1);
        grid->addLayout(row, i / 5, i % 5);
    }
    auto* program = new QLabel;
    program->setPixmap(applicationIcon().pixmap(QSize(64, 64), program->devicePixelRatioF()));
    grid->addWidget(program, grid->rowCount(), 0);
    return page;
}

QWidget* graphs()
{
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    auto* cpu = new HistoryGraph;
    cpu->setTitle(QStringLiteral("CPU"));
    cpu->setPoints(wave(0.2, 0.12, 300, 0.2), kNow);
    cpu->setLimit(0.5, QStringLiteral("limit 50 %"));
    auto* memory = new HistoryGraph;
    memory->setTitle(QStringLiteral("Memory"));
    memory->setUnit(GraphUnit::Bytes);
    memory->setSpan(std::chrono::minutes(20));
    memory->setPoints(wave(30e6, 8e6, 1200, 20e6), kNow);
    memory->setLimit(64.0 * 1024 * 1024, QStringLiteral("limit 64 MB"));
    auto* small = new HistoryGraph;
    small->setCompact(true);
    small->setPoints(wave(0.02, 0.01, 60, 0), kNow);
    small->setSpan(std::chrono::minutes(1));
    small->setMaximumHeight(110);
    auto* parts = new StackedBar;
    parts->setParts({{QStringLiteral("anonymous"), 12e6, QStringLiteral("11.4 MB")},
                     {QStringLiteral("files"), 5e6, QStringLiteral("4.8 MB")},
                     {QStringLiteral("kernel"), 1e6, QStringLiteral("977 kB")}},
                    64e6);
    auto* steps = new TimelineBars;
    steps->setSteps({{QStringLiteral("bundle"), 310},
                     {QStringLiteral("clone3"), 1400},
                     {QStringLiteral("cgroup"), 1700},
                     {QStringLiteral("overlay"), 2200},
                     {QStringLiteral("pivot_root"), 2400},
                     {QStringLiteral("seccomp"), 3900},
                     {QStringLiteral("exec"), 4300}});
    for (QWidget* widget : std::initializer_list<QWidget*>{cpu, memory, small, parts, steps})
        layout->addWidget(widget);
    return page;
}

QWidget* list()
{
    auto* view = new QListView;
    view->setModel(new QStringListModel(
        {QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c"), QStringLiteral("d"), QStringLiteral("e")},
        view));
    view->setItemDelegate(new ContainerDelegate(
        [](const QModelIndex& index) {
            ContainerRow row;
            row.state = static_cast<ShownState>((index.row() + 1) % 5);
            row.name
                = QStringList{QStringLiteral("web-1"), QStringLiteral("database"), QStringLiteral("job-7"),
                              QStringLiteral("a-rather-long-name-of-a-container"), QStringLiteral("new")}[index.row()];
            row.image = QStringLiteral("starter:latest");
            row.hasFigures = index.row() < 2;
            row.note = row.hasFigures ? QString() : QStringLiteral("exited 1, 5 min ago");
            row.cpu = 0.041 * (index.row() + 1);
            row.memoryBytes = 212'000'000;
            for (int i = 0; i < 60; ++i)
                row.cpuHistory.append(0.5 + 0.4 * std::sin(i * 0.3 + index.row()));
            return row;
        },
        view));
    view->setCurrentIndex(view->model()->index(1, 0));
    return view;
}

QWidget* parts()
{
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    for (const auto state : {ShownState::Running, ShownState::Paused, ShownState::Stopped, ShownState::Failed}) {
        auto* badge = new StateBadge;
        badge->setState(state, QStringLiteral("2 h 5 min"));
        layout->addWidget(badge);
    }
    auto* error = new Banner;
    error->showMessage(Banner::Kind::Error,
                       QStringLiteral("The list of processes could not be read: the helper does not answer."),
                       QStringLiteral("Try Again"));
    auto* info = new Banner;
    info->showMessage(Banner::Kind::Info, QStringLiteral("The beginning of the log is not shown."));
    auto* values = new KeyValue;
    values->addRow(QStringLiteral("image"), QStringLiteral("Image"));
    values->addRow(QStringLiteral("command"), QStringLiteral("Command"), KeyValue::Style::Monospace);
    values->setValue(QStringLiteral("image"), QStringLiteral("starter:latest"));
    values->setValue(QStringLiteral("command"), QStringLiteral("/bin/sh -c 'while true; do date; sleep 1; done'"));
    auto* empty = new EmptyState;
    empty->setContent(u"container", QStringLiteral("Containers run programs apart from the rest of the machine."),
                      QStringLiteral("Run a Container…"));
    for (QWidget* widget : std::initializer_list<QWidget*>{error, info, values, empty})
        layout->addWidget(widget);
    return page;
}

} // namespace

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    const QString directory = application.arguments().value(1, QStringLiteral("."));
    QDir().mkpath(directory);
    for (const bool dark : {false, true}) {
        useScheme(dark);
        const QString suffix = QStringLiteral("-%1-%2x.png")
                                   .arg(dark ? QStringLiteral("dark") : QStringLiteral("light"))
                                   .arg(application.devicePixelRatio());
        save(icons(), directory, QStringLiteral("icons") + suffix, {760, 420});
        save(graphs(), directory, QStringLiteral("graphs") + suffix, {760, 760});
        save(graphs(), directory, QStringLiteral("graphs-small") + suffix, {320, 640});
        save(list(), directory, QStringLiteral("list") + suffix, {420, 260});
        save(parts(), directory, QStringLiteral("parts") + suffix, {620, 560});
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/pages.h"

#include "gui/pages/changespage.h"
#include "gui/pages/filespage.h"
#include "gui/pages/layerspage.h"
#include "gui/pages/logspage.h"
#include "gui/pages/overviewpage.h"
#include "gui/pages/processespage.h"
#include "gui/pages/statspage.h"
#include "gui/pages/terminalpage.h"

#include <QCoreApplication>

#include <array>

namespace lamella::pages {
namespace {

template <class T>
Page* create(client::Client* client, QWidget* parent)
{
    return new T(client, parent);
}

constexpr std::array kPages{
    PageInfo{"overview", QT_TRANSLATE_NOOP("Pages", "Overview"), u"overview", create<OverviewPage>},
    PageInfo{"processes", QT_TRANSLATE_NOOP("Pages", "Processes"), u"processes", create<ProcessesPage>},
    PageInfo{"changes", QT_TRANSLATE_NOOP("Pages", "Changes"), u"changes", create<ChangesPage>},
    PageInfo{"layers", QT_TRANSLATE_NOOP("Pages", "Layers"), u"layers", create<LayersPage>},
    PageInfo{"files", QT_TRANSLATE_NOOP("Pages", "Files"), u"directory", create<FilesPage>},
    PageInfo{"stats", QT_TRANSLATE_NOOP("Pages", "Stats"), u"graph", create<StatsPage>},
    PageInfo{"logs", QT_TRANSLATE_NOOP("Pages", "Logs"), u"logs", create<LogsPage>},
    PageInfo{"terminal", QT_TRANSLATE_NOOP("Pages", "Terminal"), u"terminal", create<TerminalPage>},
};

} // namespace

QString PageInfo::title() const
{
    return QCoreApplication::translate("Pages", name);
}

std::span<const PageInfo> containerPages()
{
    return kPages;
}

} // namespace lamella::pages

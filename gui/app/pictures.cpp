// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/pictures.h"

#include "gui/client/client.h"
#include "gui/client/stats_feed.h"

#include <QApplication>
#include <QDialog>
#include <QElapsedTimer>
#include <QPainter>
#include <QPixmap>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace lamella::app {

using namespace std::chrono_literals;

namespace {

constexpr auto kLook = 100ms;
constexpr auto kQuiet = 800ms; ///< pages have asked and painted
constexpr auto kPatience = 20'000; ///< ms

bool isSettled(const client::Client& client)
{
    if (client.state() == client::Client::State::Connecting)
        return false;
    const QList<client::ContainerClient*> containers = client.containers();
    return !client.isReady() || std::ranges::all_of(containers, [](const client::ContainerClient* container) {
        return !container->isRunning() || container->stats()->recent().size() > 2;
    });
}

/// The dialogs that are open, each after the one that it was opened from.
QWidgetList openDialogs()
{
    QWidgetList dialogs = QApplication::topLevelWidgets();
    dialogs.removeIf([](QWidget* one) { return !one->isVisible() || !qobject_cast<QDialog*>(one); });
    const auto depth = [](const QWidget* one) {
        int above = 0;
        while ((one = one->parentWidget()))
            ++above;
        return above;
    };
    std::ranges::stable_sort(dialogs, {}, depth);
    return dialogs;
}

} // namespace

QPixmap pictureOf(QWidget* window)
{
    QPixmap picture = window->grab();
    QPainter painter(&picture);
    const QWidgetList dialogs = openDialogs();
    for (QWidget* dialog : dialogs) {
        painter.fillRect(window->rect(), QColor(0, 0, 0, 64));
        const QPoint place = window->rect().center() - dialog->rect().center();
        painter.drawPixmap(place, dialog->grab());
    }
    return picture;
}

void saveWhenSettled(client::Client* client, QWidget* window, const QString& file)
{
    auto* look = new QTimer(window);
    auto asked = std::make_shared<QElapsedTimer>();
    auto settled = std::make_shared<QElapsedTimer>();
    asked->start();
    QObject::connect(look, &QTimer::timeout, window, [=] {
        if (!isSettled(*client))
            settled->invalidate();
        else if (!settled->isValid())
            settled->start();
        const bool isQuiet = settled->isValid() && settled->durationElapsed() >= kQuiet;
        if (!isQuiet && !asked->hasExpired(kPatience))
            return;
        look->stop();
        const bool saved = pictureOf(window).save(file);
        if (!saved)
            std::fprintf(stderr, "lamella: the picture cannot be saved as %s\n", qPrintable(file));
        else if (!isQuiet)
            std::fprintf(stderr, "lamella: the window did not settle within %d s\n", kPatience / 1000);
        QCoreApplication::exit(saved && isQuiet ? 0 : 1);
    });
    look->start(kLook);
}

} // namespace lamella::app

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/demo.h"

#include "gui/app/main_window.h"
#include "gui/app/pictures.h"
#include "gui/client/client.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDir>
#include <QKeyEvent>
#include <QPixmap>

#include <cstdio>

namespace lamella::app {

using namespace std::chrono_literals;

namespace {

constexpr auto kPainting = 300ms;

int keyOf(QChar character)
{
    if (character == u'\n')
        return Qt::Key_Return;
    return character == u'\x1b' ? int(Qt::Key_Escape) : character.toUpper().unicode();
}

} // namespace

bool nothing()
{
    return true;
}

bool press(const QString& objectName)
{
    const QWidgetList windows = QApplication::topLevelWidgets();
    for (QWidget* window : windows) {
        const QList<QAbstractButton*> buttons = window->findChildren<QAbstractButton*>(objectName);
        for (QAbstractButton* button : buttons) {
            if (button->isVisible() && button->isEnabled()) {
                button->click();
                return true;
            }
        }
    }
    return false;
}

void type(QWidget* into, const QString& text)
{
    while (into->focusProxy())
        into = into->focusProxy();
    for (const QChar character : text) {
        const int key = keyOf(character);
        const QString typed = character == u'\n' ? QStringLiteral("\r") : QString(character);
        QKeyEvent press(QEvent::KeyPress, key, Qt::NoModifier, typed);
        QCoreApplication::sendEvent(into, &press);
        QKeyEvent release(QEvent::KeyRelease, key, Qt::NoModifier, typed);
        QCoreApplication::sendEvent(into, &release);
    }
}

Demo::Demo(client::Client* client, MainWindow* window, const QString& pictures, const QString& pull)
    : QObject(window)
    , m_client(client)
    , m_window(window)
    , m_pictures(pictures)
    , m_name(QStringLiteral("first-look"))
{
    addBeginning();
    addTabs();
    addTerminal();
    addStop();
    addCommit();
    if (!pull.isEmpty())
        addPull(pull);
    addImages();
    addEnd();
    addImageEnd();
    m_look.setInterval(50ms);
    connect(&m_look, &QTimer::timeout, this, &Demo::look);
}

void Demo::start()
{
    std::printf("lamella: pictures go to %s\n", qPrintable(m_pictures));
    m_look.start();
}

void Demo::add(const QString& what, std::function<bool()> act, std::function<bool()> done, const QString& picture,
               std::chrono::seconds within)
{
    m_steps.push_back({what, std::move(act), std::move(done), picture, within});
}

void Demo::look()
{
    if (m_current == m_steps.size()) {
        finish({});
        return;
    }
    const Step& step = m_steps[m_current];
    if (!m_acted) {
        m_acted = true;
        m_done.invalidate();
        m_since.start();
        if (!step.act()) {
            finish(QStringLiteral("what leads to it could not be done: %1").arg(step.what));
            return;
        }
    }
    if (!step.done()) {
        if (m_since.durationElapsed() > step.within)
            finish(QStringLiteral("it did not come about within %1 s: %2").arg(step.within.count()).arg(step.what));
        return;
    }
    // The models know it: the widgets paint it a little later.
    if (!m_done.isValid())
        m_done.start();
    if (!step.picture.isEmpty() && m_done.durationElapsed() < kPainting)
        return;
    std::printf("lamella: %s\n", qPrintable(step.what));
    std::fflush(stdout);
    if (!step.picture.isEmpty())
        savePicture(step.picture);
    m_acted = false;
    ++m_current;
}

void Demo::savePicture(const QString& name)
{
    const QString file = QDir(m_pictures).filePath(name + QStringLiteral(".png"));
    if (!pictureOf(m_window).save(file))
        finish(QStringLiteral("the picture %1 could not be saved").arg(file));
}

void Demo::finish(const QString& failure)
{
    m_look.stop();
    if (!failure.isEmpty()) {
        std::fprintf(stderr, "lamella: the demo failed: %s\n", qPrintable(failure));
        pictureOf(m_window).save(QDir(m_pictures).filePath(QStringLiteral("failure.png")));
    }
    QCoreApplication::exit(failure.isEmpty() ? 0 : 1);
}

client::ContainerClient* Demo::container() const
{
    const QList<client::ContainerClient*> containers = m_client->containers();
    for (client::ContainerClient* container : containers) {
        if (container->data().name == m_name)
            return container;
    }
    return nullptr;
}

QWidget* Demo::page(const QString& id) const
{
    return m_window->findChild<QWidget*>(id + QStringLiteral("Page"));
}

} // namespace lamella::app

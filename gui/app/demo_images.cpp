// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/demo.h"
#include "gui/app/main_window.h"
#include "gui/client/client.h"
#include "gui/dialogs/new_image_dialog.h"
#include "gui/dialogs/registry_dialog.h"

#include <QAbstractButton>
#include <QAction>
#include <QLineEdit>
#include <QTableView>

#include <algorithm>

namespace lamella::app {

using namespace std::chrono_literals;

namespace {

const QString kImage = QStringLiteral("first-look:1");

bool isUnderWay(const client::JobClient* job)
{
    const auto& parts = job->data().parts;
    return job->isRunning() && std::ranges::any_of(parts, [](const client::JobPart& part) {
               return part.bytesDone > 0 && part.bytesDone < part.bytesTotal;
           });
}

} // namespace

client::ImageClient* Demo::image(const QString& reference) const
{
    const QList<client::ImageClient*> images = m_client->images();
    const auto found = std::ranges::find_if(images, [&](const client::ImageClient* one) {
        return std::ranges::any_of(one->data().references,
                                   [&](const QString& name) { return name.endsWith(reference); });
    });
    return found == images.end() ? nullptr : *found;
}

bool Demo::trigger(const QString& action)
{
    auto* found = m_window->findChild<QAction*>(action);
    if (!found || !found->isEnabled())
        return false;
    found->trigger();
    return true;
}

bool Demo::chooseImage(const QString& name)
{
    auto* view = m_window->findChild<QTableView*>(QStringLiteral("imageView"));
    for (int row = 0; row < view->model()->rowCount(); ++row) {
        if (view->model()->index(row, 0).data().toString() == name) {
            view->selectRow(row);
            return true;
        }
    }
    return false;
}

void Demo::addCommit()
{
    add(
        QStringLiteral("a dialog asks how the image of it is to be called"),
        [this] {
            if (!trigger(QStringLiteral("commitAction")))
                return false;
            auto* dialog = m_window->findChild<dialogs::NewImageDialog*>();
            dialog->findChild<QLineEdit*>(QStringLiteral("newReference"))->setText(kImage);
            dialog->findChild<QLineEdit*>(QStringLiteral("newMessage"))
                ->setText(QStringLiteral("with notes and zeros"));
            return true;
        },
        nothing, QStringLiteral("15-commit"));
    add(
        QStringLiteral("an image is made of it"), [] { return press(QStringLiteral("newOk")); },
        [this] { return image(kImage) && !m_window->findChild<dialogs::NewImageDialog*>(); }, {}, 60s);
}

void Demo::addPull(const QString& name)
{
    add(
        QStringLiteral("the dialog says what will be pulled"),
        [this, name] {
            if (!trigger(QStringLiteral("pullAction")))
                return false;
            m_window->findChild<QLineEdit*>(QStringLiteral("referenceField"))->setText(name);
            return true;
        },
        [this] { return m_window->findChild<QAbstractButton*>(QStringLiteral("registryOk"))->isEnabled(); },
        QStringLiteral("16-pull"));
    add(
        QStringLiteral("the image is being pulled"), [] { return press(QStringLiteral("registryOk")); },
        [this] { return !m_window->findChild<dialogs::RegistryDialog*>(); }, {}, 60s);
    add(
        QStringLiteral("its layers come side by side"),
        [this] { return m_window->showPage(QStringLiteral("activity")); },
        [this] { return std::ranges::any_of(m_client->jobs(), isUnderWay); }, QStringLiteral("16-activity"), 60s);
    add(
        QStringLiteral("the image is here"), nothing, [this, name] { return image(name.section(u'/', 1)) != nullptr; },
        {}, 120s);
}

void Demo::addImages()
{
    add(
        QStringLiteral("the images are listed, with how they were made"),
        [this] {
            return m_window->showPage(QStringLiteral("images")) && chooseImage(kImage.section(u':', 0, 0))
                && trigger(QStringLiteral("historyAction"));
        },
        [this] { return m_window->findChild<QTableView*>(QStringLiteral("historyView"))->model()->rowCount() >= 2; },
        QStringLiteral("16-images"));
}

void Demo::addImageEnd()
{
    add(
        QStringLiteral("its image is removed, too"),
        [this] {
            return m_window->showPage(QStringLiteral("images")) && chooseImage(kImage.section(u':', 0, 0))
                && trigger(QStringLiteral("removeImageAction")) && press(QStringLiteral("deedButton"));
        },
        [this] { return !image(kImage); });
}

} // namespace lamella::app

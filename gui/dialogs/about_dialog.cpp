// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/about_dialog.h"

#include "gui/client/types.h"
#include "gui/widgets/icons.h"

#include <QCoreApplication>
#include <QMessageBox>

namespace lamella::dialogs {

namespace {

struct About {
    Q_DECLARE_TR_FUNCTIONS(About)
};

} // namespace

void showAbout(QWidget* parent, const client::ManagerData& manager)
{
    auto* box = new QMessageBox(parent);
    box->setObjectName(QStringLiteral("aboutDialog"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setWindowTitle(About::tr("About Lamella"));
    box->setIconPixmap(widgets::applicationIcon().pixmap(64, 64));
    box->setText(About::tr("<b>Lamella</b>: a window onto Linux containers"));
    const QString helper = manager.version.isEmpty()
        ? About::tr("The helper is not running.")
        : About::tr("Helper: version %1, cgroups %2").arg(manager.version, manager.cgroupMode);
    box->setInformativeText(
        About::tr("Window: version %1, Qt %2\n%3\n\nFree software under the GNU General Public License, "
                  "version 3 or later.")
            .arg(QLatin1StringView(LAMELLA_VERSION), QLatin1StringView(qVersion()), helper));
    box->setStandardButtons(QMessageBox::Close);
    box->open();
}

} // namespace lamella::dialogs

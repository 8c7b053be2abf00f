// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/prune_dialog.h"

#include "gui/client/client.h"
#include "gui/format/formats.h"
#include "gui/format/image_text.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/tabledelegate.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace lamella::dialogs {

PruneDialog::PruneDialog(client::Client* client, client::Pruned nameless, client::Pruned all, QWidget* parent)
    : QDialog(parent)
    , m_client(client)
    , m_nameless(std::move(nameless))
    , m_all(std::move(all))
    , m_summary(new QLabel(this))
    , m_list(new QListWidget(this))
    , m_named(new QCheckBox(tr("Also images with a &name that no container uses"), this))
{
    setObjectName(QStringLiteral("pruneDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Remove unused images"));
    m_summary->setObjectName(QStringLiteral("pruneSummary"));
    m_summary->setWordWrap(true);
    m_list->setObjectName(QStringLiteral("pruneList"));
    m_list->setAccessibleName(tr("The images that would be removed"));
    m_list->setSelectionMode(QAbstractItemView::NoSelection);
    m_list->setItemDelegate(new widgets::TableDelegate({}, m_list));
    m_named->setObjectName(QStringLiteral("pruneNamed"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_deed = buttons->addButton(tr("&Remove"), QDialogButtonBox::DestructiveRole);
    m_deed->setObjectName(QStringLiteral("pruneDeed"));
    m_deed->setAutoDefault(false);
    buttons->button(QDialogButtonBox::Cancel)->setIcon({});
    buttons->button(QDialogButtonBox::Cancel)->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kGroupSpacing);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(m_summary);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_named);
    layout->addWidget(buttons);
    resize(480, 320);
    connect(m_named, &QCheckBox::toggled, this, &PruneDialog::showList);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_deed, &QPushButton::clicked, this, [this] {
        Q_EMIT chosen((m_named->isChecked() ? m_all : m_nameless).images, m_named->isChecked());
        accept();
    });
    showList();
}

QString PruneDialog::nameOf(const QString& path) const
{
    const QString id = path.section(u'/', -1).replace(u'_', u':');
    const client::ImageClient* image = m_client ? m_client->image(id) : nullptr;
    if (!image)
        return format::shortId(id);
    return QStringLiteral("%1 · %2").arg(format::shortReference(image->displayName()),
                                         format::bytes(image->data().sizeBytes));
}

void PruneDialog::showList()
{
    const client::Pruned& pruned = m_named->isChecked() ? m_all : m_nameless;
    m_list->clear();
    for (const QString& path : pruned.images)
        m_list->addItem(nameOf(path));
    m_list->sortItems();
    const int count = static_cast<int>(pruned.images.size());
    m_summary->setText(
        count > 0 ? tr("%n image(s) would be removed, which gives back %1. This cannot be undone.", nullptr, count)
                        .arg(format::bytes(pruned.bytes))
                  : tr("Every image has a name, or is used by a container."));
    if (count == 0 && m_named->isChecked())
        m_summary->setText(tr("Every image is used by a container."));
    m_deed->setEnabled(count > 0);
}

} // namespace lamella::dialogs

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/registries_dialog.h"

#include "gui/client/registry_settings.h"
#include "gui/dialogs/edit_registry_dialog.h"
#include "gui/dialogs/forms.h"
#include "gui/format/formats.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/confirmation.h"
#include "gui/widgets/emptystate.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/tabledelegate.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace lamella::dialogs {

namespace {

enum Column { RegistryColumn, ConnectionColumn, CertificatesColumn, MirrorsColumn, ColumnCount };

} // namespace

RegistriesDialog::RegistriesDialog(client::RegistrySettings* registries, QWidget* parent)
    : QDialog(parent)
    , m_registries(registries)
    , m_table(new QTreeWidget(this))
    , m_stack(new QStackedWidget(this))
{
    setObjectName(QStringLiteral("registriesDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Registries"));
    auto* note = new QLabel(tr("How these registries are reached when you pull, push, list tags or log in. The others "
                               "are reached with TLS and the certificates that the system trusts."),
                            this);
    note->setWordWrap(true);
    QPalette colors = note->palette();
    colors.setColor(QPalette::WindowText, widgets::secondaryText(colors));
    note->setPalette(colors);
    buildTable();
    auto* empty = new widgets::EmptyState(this);
    empty->setObjectName(QStringLiteral("noRegistries"));
    empty->setContent(u"pull",
                      tr("No registry is reached in a way of its own. Add one that has its own certificates, "
                         "has mirrors, or speaks plain HTTP."));
    m_stack->addWidget(m_table);
    m_stack->addWidget(empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kGroupSpacing);
    layout->setSpacing(widgets::kGroupSpacing);
    layout->addWidget(note);
    layout->addWidget(m_stack, 1);
    layout->addWidget(buildButtons());
    resize(640, 360);
    growWithContent(this);
    connect(registries, &client::RegistrySettings::changed, this, &RegistriesDialog::showRegistries);
    connect(registries, &QObject::destroyed, this, &QDialog::reject);
    showRegistries();
}

void RegistriesDialog::buildTable()
{
    m_table->setObjectName(QStringLiteral("registryTable"));
    m_table->setAccessibleName(tr("Registries"));
    m_table->setColumnCount(ColumnCount);
    m_table->setHeaderLabels({tr("Registry"), tr("Connection"), tr("Certificates"), tr("Mirrors")});
    m_table->setRootIsDecorated(false);
    m_table->setUniformRowHeights(true);
    // A path says most at its end.
    m_table->setTextElideMode(Qt::ElideMiddle);
    m_table->setItemDelegate(new widgets::TableDelegate({}, m_table));
    m_table->header()->resizeSection(RegistryColumn, 150);
    m_table->header()->resizeSection(ConnectionColumn, 90);
    m_table->header()->resizeSection(CertificatesColumn, 170);
    connect(m_table, &QTreeWidget::currentItemChanged, this, &RegistriesDialog::showButtons);
    connect(m_table, &QTreeWidget::itemActivated, this,
            [this](const QTreeWidgetItem* item) { edit(item->text(RegistryColumn)); });
}

QWidget* RegistriesDialog::buildButtons()
{
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    const auto add = [buttons](const QString& name, const QString& text) {
        QPushButton* button = buttons->addButton(text, QDialogButtonBox::ActionRole);
        button->setObjectName(name);
        // Enter is the table's.
        button->setAutoDefault(false);
        return button;
    };
    QPushButton* addOne = add(QStringLiteral("addRegistry"), tr("&Add…"));
    m_edit = add(QStringLiteral("editRegistry"), tr("&Edit…"));
    m_remove = add(QStringLiteral("removeRegistry"), tr("&Remove…"));
    m_remove->setShortcut(QKeySequence(QStringLiteral("Del"), QKeySequence::PortableText));
    QPushButton* close = buttons->button(QDialogButtonBox::Close);
    close->setIcon({});
    close->setText(tr("&Close"));
    close->setAutoDefault(false);
    connect(addOne, &QPushButton::clicked, this, [this] { edit({}); });
    connect(m_edit, &QPushButton::clicked, this, [this] { edit(current()); });
    connect(m_remove, &QPushButton::clicked, this, &RegistriesDialog::askRemove);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return buttons;
}

QString RegistriesDialog::current() const
{
    const QTreeWidgetItem* item = m_table->currentItem();
    return item ? item->text(RegistryColumn) : QString();
}

void RegistriesDialog::showRegistries()
{
    const QString before = current();
    m_table->clear();
    if (!m_registries)
        return;
    for (const QString& registry : m_registries->registries()) {
        auto* item = new QTreeWidgetItem(m_table);
        fill(item, registry);
        if (registry == before)
            m_table->setCurrentItem(item);
    }
    if (!m_table->currentItem())
        m_table->setCurrentItem(m_table->topLevelItem(0));
    m_stack->setCurrentIndex(m_table->topLevelItemCount() > 0 ? 0 : 1);
    showButtons();
}

void RegistriesDialog::fill(QTreeWidgetItem* item, const QString& registry) const
{
    const client::RegistrySetting setting = m_registries->of(registry);
    QStringList certificates;
    if (!setting.certificates.isEmpty())
        certificates.append(format::pathWithHome(setting.certificates));
    for (const QString& directory : m_registries->certificateDirectories(registry))
        certificates.append(format::pathWithHome(directory));
    item->setText(RegistryColumn, registry);
    item->setText(ConnectionColumn, setting.plainHttp ? tr("plain HTTP") : tr("TLS"));
    item->setText(CertificatesColumn, certificates.isEmpty() ? tr("the system's") : certificates.join(u", "));
    item->setText(MirrorsColumn, setting.mirrors.isEmpty() ? tr("none") : setting.mirrors.join(u", "));
    item->setToolTip(CertificatesColumn, format::plainToolTip(certificates.join(u'\n')));
    item->setToolTip(MirrorsColumn, format::plainToolTip(setting.mirrors.join(u'\n')));
}

void RegistriesDialog::showButtons()
{
    m_edit->setEnabled(m_table->currentItem());
    m_remove->setEnabled(m_table->currentItem());
}

void RegistriesDialog::edit(const QString& registry)
{
    (new EditRegistryDialog(m_registries, registry, this))->open();
}

void RegistriesDialog::askRemove()
{
    const QString registry = current();
    if (registry.isEmpty())
        return;
    auto* question = new widgets::Confirmation(this, tr("Remove the settings of %1?").arg(registry), tr("&Remove"));
    question->setConsequence(tr("It is reached as every other registry then. Its login and its images stay."));
    question->ask([this, registry] {
        if (m_registries)
            m_registries->set(registry, {});
    });
}

} // namespace lamella::dialogs

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/trash_dialog.h"

#include "gui/client/client.h"
#include "gui/dialogs/forms.h"
#include "gui/dialogs/loss_of_trashed.h"
#include "gui/format/formats.h"
#include "gui/models/trash_model.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/confirmation.h"
#include "gui/widgets/emptystate.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/tabledelegate.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTreeView>
#include <QVBoxLayout>

#include <unistd.h>

namespace lamella::dialogs {

using client::Outcome;
using client::TrashedClient;
using models::TrashModel;
using widgets::Banner;

TrashDialog::TrashDialog(client::Client* client, QWidget* parent)
    : QDialog(parent)
    , m_client(client)
    , m_model(new TrashModel(client, this))
    , m_banner(new Banner(this))
    , m_note(new QLabel(this))
    , m_view(new QTreeView(this))
    , m_emptyState(new widgets::EmptyState(this))
    , m_stack(new QStackedWidget(this))
{
    setObjectName(QStringLiteral("trashDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Trash"));
    m_banner->setObjectName(QStringLiteral("trashBanner"));
    m_note->setText(tr("Removed containers, with their settings, writable layer and log. What is brought back is as it "
                       "was, stopped. Their images cannot be removed meanwhile."));
    m_note->setWordWrap(true);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_emptyState->setObjectName(QStringLiteral("trashEmpty"));
    buildTable();
    m_stack->addWidget(m_view);
    m_stack->addWidget(m_emptyState);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kGroupSpacing);
    layout->setSpacing(widgets::kGroupSpacing);
    layout->addWidget(m_banner);
    layout->addWidget(m_note);
    layout->addWidget(m_stack, 1);
    layout->addWidget(buildButtons());
    resize(640, 400);
    growWithContent(this);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(m_model, signal, this, &TrashDialog::showState);
    connect(client, &client::Client::stateChanged, this, &TrashDialog::showState);
    connect(client, &QObject::destroyed, this, &QDialog::reject);
    m_view->setFocus();
    showState();
}

void TrashDialog::buildTable()
{
    m_view->setObjectName(QStringLiteral("trashView"));
    m_view->setAccessibleName(tr("Containers in the trash"));
    m_view->setHeader(new widgets::TableHeader(m_view));
    m_view->setModel(m_model);
    m_view->setItemDelegate(new widgets::TableDelegate({}, m_view));
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setAllColumnsShowFocus(true);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->header()->setStretchLastSection(false);
    m_view->header()->setSectionResizeMode(TrashModel::NameColumn, QHeaderView::Stretch);
    for (const auto& [column, width] : {std::pair{TrashModel::ImageColumn, 120},
                                        {TrashModel::RemovedColumn, 96},
                                        {TrashModel::LeftColumn, 80},
                                        {TrashModel::ChangesColumn, 72},
                                        {TrashModel::SizeColumn, 80}})
        m_view->header()->resizeSection(column, width);
    connect(m_view, &QTreeView::doubleClicked, this, &TrashDialog::restore);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &TrashDialog::showState);
}

QWidget* TrashDialog::buildButtons()
{
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_restore = buttons->addButton(tr("&Bring back"), QDialogButtonBox::ActionRole);
    m_restore->setObjectName(QStringLiteral("restoreButton"));
    m_restore->setDefault(true);
    m_restore->setToolTip(tr("Make containers of what is chosen again (Return)"));
    m_erase = buttons->addButton(tr("&Delete for ever…"), QDialogButtonBox::ActionRole);
    m_erase->setObjectName(QStringLiteral("eraseButton"));
    m_erase->setAutoDefault(false);
    m_erase->setShortcut(QKeySequence(QStringLiteral("Del"), QKeySequence::PortableText));
    m_erase->setToolTip(tr("Delete what is chosen for good (Del)"));
    m_emptyButton = buttons->addButton(tr("&Empty the trash…"), QDialogButtonBox::ActionRole);
    m_emptyButton->setObjectName(QStringLiteral("emptyButton"));
    m_emptyButton->setAutoDefault(false);
    QPushButton* close = buttons->button(QDialogButtonBox::Close);
    close->setIcon({});
    close->setText(tr("&Close"));
    close->setAutoDefault(false);
    connect(m_restore, &QPushButton::clicked, this, &TrashDialog::restore);
    connect(m_erase, &QPushButton::clicked, this, &TrashDialog::askErase);
    connect(m_emptyButton, &QPushButton::clicked, this, &TrashDialog::askEmpty);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return buttons;
}

void TrashDialog::showState()
{
    const bool isReady = m_client && m_client->isReady();
    const bool hasRows = m_model->rowCount() > 0;
    const auto days = m_client ? static_cast<int>(m_client->manager().trashDays) : 0;
    m_emptyState->setContent(u"remove",
                             days > 0
                                 ? tr("The trash is empty. What is removed stays here for %n day(s).", nullptr, days)
                                 : tr("The trash is empty. What is removed is gone at once: the helper's settings "
                                      "say so."));
    m_note->setVisible(hasRows);
    m_stack->setCurrentWidget(hasRows ? static_cast<QWidget*>(m_view) : m_emptyState);
    // Something is chosen whenever there is something: the keys would do nothing otherwise.
    if (hasRows && !m_view->currentIndex().isValid())
        m_view->setCurrentIndex(m_model->index(0, 0));
    const bool isChosen = m_view->selectionModel()->hasSelection();
    m_restore->setEnabled(isReady && isChosen);
    m_erase->setEnabled(isReady && isChosen);
    m_emptyButton->setEnabled(isReady && hasRows);
}

TrashDialog::Trashed TrashDialog::chosen() const
{
    Trashed all;
    const QModelIndexList rows = m_view->selectionModel()->selectedRows();
    for (const QModelIndex& row : rows)
        all.append(m_model->trashed(row));
    return all;
}

/// What emptying it deletes: an administrator sees others' containers, too.
TrashDialog::Trashed TrashDialog::own() const
{
    Trashed all;
    for (int row = 0; row < m_model->rowCount(); ++row) {
        TrashedClient* one = m_model->trashed(m_model->index(row, 0));
        if (one->data().owner == ::getuid())
            all.append(one);
    }
    return all;
}

void TrashDialog::restore()
{
    const Trashed all = chosen();
    for (const auto& one : all)
        restoreOne(one);
}

void TrashDialog::restoreOne(TrashedClient* one)
{
    if (!one)
        return;
    one->restore().then(this, [this, id = one->data().id, before = one->data().name](const Outcome<QString>& name) {
        if (!name) {
            m_banner->showMessage(Banner::Kind::Error,
                                  tr("%1 was not brought back: %2").arg(before, name.error().sentence));
            return;
        }
        m_banner->showMessage(Banner::Kind::Info,
                              *name == before
                                  ? tr("%1 is back.").arg(before)
                                  : tr("%1 is back as %2, because another container has its name.").arg(before, *name));
        Q_EMIT restored(id);
    });
}

void TrashDialog::sayLossOf(const Trashed& all, widgets::Confirmation* question)
{
    const auto say = [question](const QStringList& loss) {
        question->setConsequence((loss + QStringList{tr("This cannot be undone.")}).join(u'\n'));
    };
    auto* loss = new LossOfTrashed(all, question);
    say(loss->sentences());
    connect(loss, &LossOfTrashed::known, question, [say, loss] { say(loss->sentences()); });
}

void TrashDialog::askErase()
{
    const Trashed all = chosen();
    if (all.isEmpty())
        return;
    const auto count = static_cast<int>(all.size());
    auto* question = new widgets::Confirmation(this,
                                               count == 1 ? tr("Delete %1 for ever?").arg(all.constFirst()->data().name)
                                                          : tr("Delete %n container(s) for ever?", nullptr, count),
                                               tr("&Delete"));
    sayLossOf(all, question);
    question->ask([this, all] { erase(all); });
}

void TrashDialog::erase(const Trashed& all)
{
    for (const auto& one : all) {
        if (!one)
            continue;
        one->erase().then(this, [this, name = one->data().name](const Outcome<quint64>& bytes) {
            if (!bytes)
                m_banner->showMessage(Banner::Kind::Error,
                                      tr("%1 was not deleted: %2").arg(name, bytes.error().sentence));
        });
    }
}

void TrashDialog::askEmpty()
{
    const Trashed all = own();
    auto* question = new widgets::Confirmation(
        this, tr("Delete %n container(s) for ever?", nullptr, static_cast<int>(all.size())), tr("&Empty the trash"));
    sayLossOf(all, question);
    question->ask([this] { empty(); });
}

void TrashDialog::empty()
{
    if (!m_client)
        return;
    m_client->emptyTrash().then(this, [this](const Outcome<quint64>& bytes) {
        if (bytes)
            m_banner->showMessage(Banner::Kind::Info, tr("%1 came free.").arg(format::bytes(*bytes)));
        else
            m_banner->showMessage(Banner::Kind::Error, tr("The trash was not emptied: %1").arg(bytes.error().sentence));
    });
}

} // namespace lamella::dialogs

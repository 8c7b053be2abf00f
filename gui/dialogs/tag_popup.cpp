// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/tag_popup.h"

#include "gui/widgets/fonts.h"
#include "gui/widgets/searchfield.h"

#include <QListWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace lamella::dialogs {

TagPopup::TagPopup(const QStringList& tags, QWidget* parent)
    : QFrame(parent, Qt::Popup)
    , m_list(new QListWidget(this))
{
    setObjectName(QStringLiteral("tagPopup"));
    setAttribute(Qt::WA_DeleteOnClose);
    setFrameShape(QFrame::StyledPanel);
    auto* search = new widgets::SearchField(tr("Search %n tag(s)", nullptr, static_cast<int>(tags.size())), this);
    search->setObjectName(QStringLiteral("tagSearch"));
    m_list->setObjectName(QStringLiteral("tagList"));
    m_list->setAccessibleName(tr("Tags"));
    m_list->setUniformItemSizes(true);
    m_list->addItems(tags);
    m_list->setCurrentRow(0);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGrid, widgets::kGrid, widgets::kGrid, widgets::kGrid);
    layout->setSpacing(widgets::kGrid);
    layout->addWidget(search);
    layout->addWidget(m_list, 1);
    const auto choose = [this] {
        const QListWidgetItem* item = m_list->currentItem();
        if (item && !item->isHidden())
            Q_EMIT chosen(item->text());
        close();
    };
    connect(search, &widgets::SearchField::searched, this, &TagPopup::filter);
    connect(search, &widgets::SearchField::nextRequested, this, choose);
    connect(search, &widgets::SearchField::left, this, &QWidget::close);
    connect(m_list, &QListWidget::itemActivated, this, choose);
    connect(m_list, &QListWidget::itemClicked, this, choose);
    search->setFocus();
}

void TagPopup::popup(const QWidget* below)
{
    resize(std::max(below->width(), 240), 280);
    move(below->mapToGlobal(QPoint(0, below->height())));
    show();
}

void TagPopup::filter(const QString& text)
{
    QListWidgetItem* first = nullptr;
    for (int row = 0; row < m_list->count(); ++row) {
        QListWidgetItem* item = m_list->item(row);
        item->setHidden(!item->text().contains(text, Qt::CaseInsensitive));
        if (!first && !item->isHidden())
            first = item;
    }
    m_list->setCurrentItem(first);
}

} // namespace lamella::dialogs

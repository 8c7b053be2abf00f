// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/copymenu.h"

#include "gui/widgets/icons.h"

#include <QAbstractItemView>
#include <QAction>
#include <QClipboard>
#include <QCoreApplication>
#include <QGuiApplication>
#include <QHeaderView>
#include <QMenu>
#include <QTreeView>

#include <algorithm>

namespace lamella::widgets {
namespace {

struct CopyMenu {
    Q_DECLARE_TR_FUNCTIONS(CopyMenu)
};

/// The order in which a person sees the rows of a tree: by the path of row numbers from the root.
QList<int> rowPath(QModelIndex index)
{
    QList<int> path;
    for (; index.isValid(); index = index.parent())
        path.prepend(index.row());
    return path;
}

} // namespace

void showCopyMenu(QWidget* parent, const QPoint& globalPosition, const QString& text)
{
    auto* menu = new QMenu(parent);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QAction* copy = menu->addAction(icon(u"copy"), CopyMenu::tr("&Copy"));
    QObject::connect(copy, &QAction::triggered, menu, [text] { QGuiApplication::clipboard()->setText(text); });
    menu->popup(globalPosition);
}

void addCopyAction(QAbstractItemView* view)
{
    auto* copy = new QAction(icon(u"copy"), CopyMenu::tr("&Copy"), view);
    copy->setObjectName(QStringLiteral("copyRows"));
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    QObject::connect(copy, &QAction::triggered, view,
                     [view] { QGuiApplication::clipboard()->setText(selectedRowsText(view)); });
    view->addAction(copy);
}

QString selectedRowsText(const QAbstractItemView* view)
{
    const QAbstractItemModel* model = view->model();
    if (!model || !view->selectionModel())
        return {};
    QModelIndexList rows = view->selectionModel()->selectedRows();
    std::ranges::sort(rows, {}, [](const QModelIndex& index) { return rowPath(index); });
    QStringList lines;
    for (const QModelIndex& row : rows) {
        QStringList cells;
        for (int column = 0; column < model->columnCount(row.parent()); ++column)
            cells.append(row.siblingAtColumn(column).data(Qt::DisplayRole).toString());
        lines.append(cells.join(u'\t'));
    }
    return lines.join(u'\n');
}

} // namespace lamella::widgets

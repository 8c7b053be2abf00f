// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/environment_table.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QRegularExpression>
#include <QSignalBlocker>
#include <QStyledItemDelegate>
#include <QTableWidget>
#include <QToolButton>

namespace lamella::dialogs {

namespace {

/// Says in the last row, which is there to be filled in, what belongs into it.
class FreshRowHint final : public QStyledItemDelegate {
    Q_DECLARE_TR_FUNCTIONS(FreshRowHint)

public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        if (index.row() < index.model()->rowCount() - 1 || !option->text.isEmpty())
            return;
        option->text = index.column() == 0 ? tr("Add a variable…") : tr("its value");
        option->features |= QStyleOptionViewItem::HasDisplay;
        option->palette.setColor(QPalette::Text, widgets::secondaryText(option->palette));
    }
};

} // namespace

EnvironmentTable::EnvironmentTable(QWidget* parent)
    : QWidget(parent)
    , m_table(new QTableWidget(1, 2, this))
    , m_remove(new QToolButton(this))
{
    m_table->setObjectName(QStringLiteral("environmentTable"));
    m_table->setAccessibleName(tr("Environment variables"));
    m_table->setHorizontalHeaderLabels({tr("Name"), tr("Value")});
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->resizeSection(0, 160);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(widgets::kTableRowHeight);
    m_table->setItemDelegate(new FreshRowHint(m_table));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setTabKeyNavigation(false);
    m_table->setFixedHeight(4 * widgets::kTableRowHeight);
    m_remove->setObjectName(QStringLiteral("removeVariable"));
    m_remove->setIcon(widgets::icon(u"remove"));
    m_remove->setToolTip(tr("Remove this variable"));
    m_remove->setAccessibleName(m_remove->toolTip());
    m_remove->setEnabled(false);

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_remove, 0, Qt::AlignTop);
    setFocusProxy(m_table);

    connect(m_table, &QTableWidget::itemChanged, this, [this] {
        keepFreshRow();
        Q_EMIT changed();
    });
    connect(m_table, &QTableWidget::currentCellChanged, this,
            [this](int row) { m_remove->setEnabled(row >= 0 && row < m_table->rowCount() - 1); });
    connect(m_remove, &QToolButton::clicked, this, &EnvironmentTable::removeCurrentRow);
}

QString EnvironmentTable::textAt(int row, int column) const
{
    const QTableWidgetItem* item = m_table->item(row, column);
    return item ? item->text() : QString();
}

void EnvironmentTable::keepFreshRow()
{
    const int last = m_table->rowCount() - 1;
    if (!textAt(last, 0).isEmpty() || !textAt(last, 1).isEmpty())
        m_table->insertRow(m_table->rowCount());
}

void EnvironmentTable::removeCurrentRow()
{
    if (m_table->currentRow() < m_table->rowCount() - 1)
        m_table->removeRow(m_table->currentRow());
    Q_EMIT changed();
}

void EnvironmentTable::setEnvironment(const QStringList& variables)
{
    // A fresh row is wanted after the last of them, not after each.
    const QSignalBlocker quiet(m_table);
    m_table->setRowCount(0);
    m_given.clear();
    for (const QString& variable : variables)
        m_given.append(variable.section(u'=', 0, 0));
    for (const QString& variable : variables) {
        const int row = m_table->rowCount();
        m_table->insertRow(row);
        const qsizetype equals = variable.indexOf(u'=');
        m_table->setItem(row, 0, new QTableWidgetItem(variable.left(equals)));
        m_table->setItem(row, 1, new QTableWidgetItem(equals < 0 ? QString() : variable.mid(equals + 1)));
    }
    m_table->setRowCount(static_cast<int>(variables.size()) + 1);
}

QStringList EnvironmentTable::environment() const
{
    QStringList variables;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        if (const QString name = textAt(row, 0).trimmed(); !name.isEmpty())
            variables.append(name + u'=' + textAt(row, 1));
    }
    return variables;
}

QString EnvironmentTable::problem() const
{
    // POSIX.1-2024, Environment Variables: names that programs can rely on.
    static const QRegularExpression form(QStringLiteral("\\A[A-Za-z_][A-Za-z0-9_]*\\z"));
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const QString name = textAt(row, 0).trimmed();
        if (name.isEmpty() && !textAt(row, 1).isEmpty())
            return tr("The value “%1” has no name.").arg(textAt(row, 1));
        if (!name.isEmpty() && !m_given.contains(name) && !form.match(name).hasMatch())
            return tr("“%1” cannot be a variable's name: letters, digits and _ can, and it does not begin with a "
                      "digit.")
                .arg(name);
    }
    return {};
}

} // namespace lamella::dialogs

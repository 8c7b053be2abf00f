// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/image_history_model.h"

#include "gui/format/formats.h"
#include "gui/format/image_text.h"

#include <utility>

namespace lamella::models {

namespace {

bool isFigure(int column)
{
    return column == ImageHistoryModel::NumberColumn || column == ImageHistoryModel::SizeColumn;
}

} // namespace

ImageHistoryModel::ImageHistoryModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void ImageHistoryModel::setSteps(std::vector<client::HistoryStep> steps)
{
    if (steps == m_steps)
        return;
    beginResetModel();
    m_steps = std::move(steps);
    endResetModel();
}

int ImageHistoryModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_steps.size());
}

int ImageHistoryModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

const client::HistoryStep& ImageHistoryModel::stepAt(int row) const
{
    return m_steps[m_steps.size() - 1 - static_cast<std::size_t>(row)];
}

QVariant ImageHistoryModel::display(int row, int column) const
{
    const client::HistoryStep& step = stepAt(row);
    switch (column) {
    case NumberColumn:
        return QString::number(rowCount() - row);
    case CommandColumn: {
        const QString command = format::imageCommand(step.createdBy);
        if (!command.isEmpty())
            return command;
        return step.comment.isEmpty() ? tr("(the image does not say)") : step.comment.simplified();
    }
    case SizeColumn:
        return step.emptyLayer ? QString() : format::bytes(step.sizeBytes);
    case CreatedColumn:
        return step.createdUsec > 0 ? format::ago(step.createdUsec, format::nowUsec()) : QString();
    default:
        return {};
    }
}

QVariant ImageHistoryModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const client::HistoryStep& step = stepAt(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return display(index.row(), index.column());
    case FullTextRole:
        return step.comment.isEmpty()  ? step.createdBy
            : step.createdBy.isEmpty() ? step.comment
                                       : step.createdBy + QStringLiteral("\n\n") + step.comment;
    case Qt::ToolTipRole:
        if (index.column() == CreatedColumn && step.createdUsec > 0)
            return format::timeOfDay(step.createdUsec);
        if (index.column() == CommandColumn)
            return format::plainToolTip(step.createdBy.isEmpty() ? step.comment : step.createdBy);
        return index.column() == SizeColumn && step.emptyLayer ? QVariant(tr("It changed only the configuration."))
                                                               : QVariant();
    case Qt::TextAlignmentRole:
        return isFigure(index.column()) ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    default:
        return {};
    }
}

QVariant ImageHistoryModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant((isFigure(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NumberColumn:
        return tr("Step");
    case CommandColumn:
        return tr("Made by");
    case SizeColumn:
        return tr("Size");
    case CreatedColumn:
        return tr("When");
    default:
        return {};
    }
}

} // namespace lamella::models

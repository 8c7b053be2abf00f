// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QAbstractTableModel>

#include <vector>

namespace lamella::models {

/// How an image was made, a step a row, the last step first.
class ImageHistoryModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { NumberColumn, CommandColumn, SizeColumn, CreatedColumn, ColumnCount };
    enum Role { FullTextRole = Qt::UserRole }; ///< the command as the image has it, and its comment

    explicit ImageHistoryModel(QObject* parent = nullptr);

    /// From the first step.
    void setSteps(std::vector<client::HistoryStep> steps);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QVariant display(int row, int column) const;
    const client::HistoryStep& stepAt(int row) const;

    std::vector<client::HistoryStep> m_steps;
};

} // namespace lamella::models

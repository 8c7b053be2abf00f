// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/widgets/stateshape.h"

#include <QList>
#include <QStyledItemDelegate>

#include <functional>

namespace lamella::widgets {

/// What a row of the list of containers shows.
struct ContainerRow {
    format::ShownState state = format::ShownState::Created;
    QString name;
    QString image;
    /// At the right of the second line: how it ended, or since when it runs.
    QString note;
    /// CPU use of the last minute, newest last, 1 is a whole CPU; empty shows no figures.
    QList<double> cpuHistory;
    double cpu = 0;
    quint64 memoryBytes = 0;
    bool hasFigures = false;
};

/// Rows 48 px high with two lines: the state's shape, the name strong, a sparkline, CPU and memory in columns of their
/// own; below the image and a note in the placeholder's colour. The model stays unknown: a function reads the row.
class ContainerDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    using Reader = std::function<ContainerRow(const QModelIndex&)>;

    explicit ContainerDelegate(Reader reader, QObject* parent = nullptr);

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    struct Look;
    void paintFirstLine(QPainter* painter, QRect line, const ContainerRow& row, const Look& look) const;
    void paintSecondLine(QPainter* painter, QRect line, const ContainerRow& row, const Look& look) const;

    Reader m_reader;
};

} // namespace lamella::widgets

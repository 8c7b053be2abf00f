// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/log_reader.h"

#include <QAbstractListModel>

#include <deque>

namespace lamella::models {

/// The newest lines of a log, at most kMostLines and the earlier ones that were asked for; partial lines are joined,
/// escape sequences are taken out for display.
class LogModel : public QAbstractListModel {
    Q_OBJECT

public:
    static constexpr int kMostLines = 100'000;
    enum Role {
        IsErrorRole = Qt::UserRole, ///< bool: from stderr
        TimeRole, ///< qint64: µs since 1970; 0 unknown
        RawRole, ///< QString: with its escape sequences
    };

    explicit LogModel(QObject* parent = nullptr);

    void append(const std::vector<client::LogLine>& lines);
    /// Puts earlier lines before those that are there; there may be as many more from then on.
    void prepend(const std::vector<client::LogLine>& lines);
    void clear();

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    void add(std::vector<client::LogLine> lines);

    std::deque<client::LogLine> m_lines;
    int m_most = kMostLines;
};

/// `text` without terminal escape sequences (ECMA-48) and other control characters but tabs.
QString withoutEscapes(const QString& text);

} // namespace lamella::models

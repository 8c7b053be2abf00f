// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QTableWidget;
class QToolButton;

namespace lamella::dialogs {

/// Names and values of environment variables, a row each; a fresh row waits at the end.
class EnvironmentTable : public QWidget {
    Q_OBJECT

public:
    explicit EnvironmentTable(QWidget* parent = nullptr);

    /// KEY=value for each row.
    void setEnvironment(const QStringList& variables);
    /// KEY=value for each row with a name.
    QStringList environment() const;
    /// What is wrong with a row, a sentence; empty where all is well.
    QString problem() const;

Q_SIGNALS:
    void changed();

private:
    QString textAt(int row, int column) const;
    void keepFreshRow();
    void removeCurrentRow();

    QTableWidget* m_table;
    QStringList m_given; ///< names that were there before, whatever they are
    QToolButton* m_remove;
};

} // namespace lamella::dialogs

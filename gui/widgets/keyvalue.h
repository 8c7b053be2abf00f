// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QWidget>

class QGridLayout;
class QLabel;

namespace lamella::widgets {

class OneLine;

/// Names at the left, values at the right that can be selected and copied. Rows keep their places and their selection
/// while their values change.
class KeyValue final : public QWidget {
    Q_OBJECT
public:
    /// Line: one long word (an ID, a path) that can be scrolled and selected instead of making its page wide.
    enum class Style { Text, Monospace, Line };

    explicit KeyValue(QWidget* parent = nullptr);

    /// Gives the names of several groups that stand below each other one width, so that their values line up.
    static void alignNames(std::initializer_list<KeyValue*> groups);

    /// Adds a row; `key` names it for setValue and is the objectName of its value.
    void addRow(const QString& key, const QString& name, Style style = Style::Text);
    /// Shows the value as plain text; an empty one hides the row.
    void setValue(const QString& key, const QString& value, const QString& toolTip = {});
    QString value(const QString& key) const;

private:
    struct Row {
        QLabel* name = nullptr;
        QLabel* value = nullptr;
        OneLine* line = nullptr;
    };

    QLabel* createText(Style style);
    OneLine* createLine();

    QGridLayout* m_layout;
    QHash<QString, Row> m_rows;
};

} // namespace lamella::widgets

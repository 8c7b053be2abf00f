// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QListWidget;

namespace lamella::dialogs {

/// The tags of a repository to choose from, with a search. Deletes itself when closed.
class TagPopup : public QFrame {
    Q_OBJECT

public:
    TagPopup(const QStringList& tags, QWidget* parent);

    /// Below this widget, as wide as it.
    void popup(const QWidget* below);

Q_SIGNALS:
    void chosen(const QString& tag);

private:
    void filter(const QString& text);

    QListWidget* m_list;
};

} // namespace lamella::dialogs

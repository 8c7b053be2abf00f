// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QPointer>
#include <QWidget>

class QHBoxLayout;
class QLineEdit;
class QStringListModel;
class QToolButton;

namespace lamella::client {
class FileSource;
}

namespace lamella::pages {

/// Where one is in the files of a container or an image: back, up, and the path, which can be typed and completes
/// itself.
class PathBar final : public QWidget {
    Q_OBJECT
public:
    explicit PathBar(QWidget* parent = nullptr);

    void setSource(client::FileSource* source);
    /// Shows where one is now.
    void setPath(const QByteArray& path);
    const QByteArray& path() const { return m_path; }
    /// What was typed is selected, for the next try.
    void selectTyped();
    /// Puts a button at the end.
    void addButton(QToolButton* button);

Q_SIGNALS:
    void entered(const QByteArray& path);

private:
    QToolButton* createButton(const QString& name, QStringView icon, const QString& text, const QKeySequence& key);
    void go(const QByteArray& path);
    void goBack();
    void complete(const QString& typed);
    void updateButtons();

    QPointer<client::FileSource> m_source;
    QByteArray m_path = "/";
    QByteArrayList m_past; ///< from where one went to another path
    QHBoxLayout* m_layout;
    QToolButton* m_back;
    QToolButton* m_up;
    QLineEdit* m_line;
    QStringListModel* m_names;
    QByteArray m_completed; ///< the directory whose names are there to complete
};

} // namespace lamella::pages

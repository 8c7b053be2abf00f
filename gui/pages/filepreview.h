// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QPointer>
#include <QTimer>
#include <QWidget>

class QLabel;
class QStackedLayout;

namespace lamella::client {
class FileSource;
}

namespace lamella::pages {

class DifferenceView;

/// What is in a file: its text, picture or bytes, or a sentence where nothing can be looked into. It reads the
/// beginning of the file that is asked for last.
class FilePreview final : public QWidget {
    Q_OBJECT
public:
    explicit FilePreview(QWidget* parent = nullptr);

    void show(client::FileSource* source, const QByteArray& path, const client::FileEntry& entry);
    /// A sentence instead.
    void showWords(const QString& words);
    void clear();
    DifferenceView* view() const { return m_view; }

private:
    void read();

    QPointer<client::FileSource> m_source;
    QByteArray m_path;
    client::FileEntry m_entry;
    QTimer m_soon; ///< who runs through the list with the arrow keys does not read each
    quint64 m_generation = 0;
    QStackedLayout* m_stack;
    DifferenceView* m_view;
    QLabel* m_words;
};

} // namespace lamella::pages

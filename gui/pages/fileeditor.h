// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/error.h"
#include "gui/client/types.h"

#include <QHash>
#include <QPointer>
#include <QWidget>

class QAction;
class QLabel;
class QPlainTextEdit;

namespace KSyntaxHighlighting {
class SyntaxHighlighter;
}

namespace lamella::client {
class ContainerClient;
}

namespace lamella::widgets {
class Banner;
}

namespace lamella::pages {

/// A small text file of a container, to be changed and saved. What was typed is not lost: it stays when another
/// container is looked at, and the window asks before it closes.
class FileEditor final : public QWidget {
    Q_OBJECT
public:
    static constexpr quint64 kLongest = 1 << 20;

    explicit FileEditor(QWidget* parent = nullptr);

    /// Whether a file can be edited, as far as that is known without reading it.
    static bool canEdit(const client::FileEntry& entry);

    /// Another container, or none: what is being edited in the former one comes back with it.
    void setContainer(client::ContainerClient* container);
    /// Reads the file, and says opened() or failed().
    void open(const QByteArray& path);
    /// Asks first where something is not saved.
    void close();
    bool isOpen() const { return !m_path.isEmpty(); }
    bool isModified() const;
    const QByteArray& path() const { return m_path; }

Q_SIGNALS:
    void opened();
    void closed();
    void saved(const QByteArray& path);
    void failed(const QString& sentence);

protected:
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    /// What is on the way between the container and the text.
    struct Text {
        QByteArray path;
        QByteArray bytes; ///< as they were read or saved last
        QString typed; ///< other than them
        bool hasCrLf = false; ///< its lines end with CR LF
    };

    QAction* addAction(const QString& name, const QString& text, const QKeySequence& key, QWidget* bar);
    void take(const QByteArray& path, const client::FileVersion& file);
    void show(const Text& text);
    void save(bool overwrite);
    void saveFailed(const client::ClientError& error);
    void revert();
    void leave();
    void updateState();
    QByteArray typedBytes() const;

    QPointer<client::ContainerClient> m_container;
    QByteArray m_path; ///< empty: nothing is being edited
    QByteArray m_bytes;
    bool m_hasCrLf = false;
    bool m_saving = false;
    bool m_mayClose = false; ///< the window, whatever is not saved
    quint64 m_generation = 0;
    QHash<QString, Text> m_drafts; ///< by the id of the container
    QLabel* m_name;
    QAction* m_save;
    QAction* m_revert;
    QAction* m_close;
    widgets::Banner* m_banner;
    QPlainTextEdit* m_text;
    KSyntaxHighlighting::SyntaxHighlighter* m_colors;
};

} // namespace lamella::pages

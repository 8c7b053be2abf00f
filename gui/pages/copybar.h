// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QPointer>
#include <QTimer>

class QLabel;

namespace lamella::models {
class FileCopy;
}

namespace lamella::pages {

/// Tells of files that are being copied, asks what shall be done with what is there already, and can stop it. It is
/// shown when a copy takes longer than a second.
class CopyBar final : public QFrame {
    Q_OBJECT
public:
    explicit CopyBar(QWidget* parent = nullptr);

    bool isBusy() const { return !m_copy.isNull(); }
    /// Starts it; `doing`: "Copying into /etc". One at a time.
    void run(models::FileCopy* copy, const QString& doing);
    void cancel();

Q_SIGNALS:
    /// A sentence where something is to be told; otherwise empty. `wasStopped`: not all of it was tried.
    void ended(const QString& sentence, bool wasStopped);

private:
    void show(const QString& name, quint64 bytes);
    void ask(const QString& path);
    void take(int files, const QStringList& problems, bool isCancelled);

    QPointer<models::FileCopy> m_copy;
    QString m_doing;
    QTimer m_soon;
    QLabel* m_text;
};

} // namespace lamella::pages

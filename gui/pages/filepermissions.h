// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/error.h"
#include "gui/client/types.h"

#include <QByteArrayList>
#include <QDialog>
#include <QPointer>
#include <QTimer>

#include <optional>

class QCheckBox;
class QDialogButtonBox;
class QFormLayout;
class QLabel;
class QSpinBox;

namespace lamella::client {
class ContainerClient;
class JobClient;
} // namespace lamella::client

namespace lamella::pages {

class ModeBits;

/// Asks for other permissions and owners of files, and sets what was touched of them, of directories with everything
/// below them where that is wanted; what is refused is said in the dialog. Deletes itself when closed.
class FilePermissions final : public QDialog {
    Q_OBJECT
public:
    /// `first`: what is shown to begin with; a directory where there is one, as a file's permissions would shut it. A
    /// symlink has owners, but no permissions.
    FilePermissions(client::ContainerClient* container, const QByteArrayList& paths, const client::FileEntry& first,
                    bool hasDirectories, QWidget* parent);

    void accept() override;
    /// What takes long is stopped first.
    void reject() override;

Q_SIGNALS:
    /// Of at least one of them.
    void changed();

private:
    QWidget* createForm(bool hasDirectories);
    void addBelow(QFormLayout* form);
    /// What somebody makes of it becomes `wanted`.
    QSpinBox* createId(const QString& name, quint32 id, std::optional<quint32>& wanted);
    void updateSet();
    void setNext(qsizetype index);
    void setBelow();
    void takeJob(const client::Outcome<QPointer<client::JobClient>>& job);
    void follow(client::JobClient* job);
    void take(const client::Outcome<QStringList>& ended);
    void say(const QString& problem);
    /// Makes room for words that have come.
    void grow();

    QPointer<client::ContainerClient> m_container;
    QByteArrayList m_paths;
    client::FileEntry m_first;
    client::FileAttributes m_wanted; ///< the rest stays: files may differ in it, or have an owner the container has not
    ModeBits* m_bits = nullptr; ///< none of a symlink
    QCheckBox* m_below = nullptr; ///< none where there is no directory
    QWidget* m_form;
    QLabel* m_progress;
    QLabel* m_problem;
    QDialogButtonBox* m_buttons;
    QPointer<client::JobClient> m_job;
    bool m_isAsking = false; ///< for a job, which there is none of yet
    bool m_isGivenUp = false; ///< before there was one
    QTimer m_soon; ///< what is over at once tells of no progress
};

} // namespace lamella::pages

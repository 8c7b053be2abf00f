// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QDialog>
#include <QPointer>

#include <array>

class QCheckBox;
class QDialogButtonBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace lamella::client {
class ContainerClient;
}

namespace lamella::pages {

/// Asks for other permissions and owners of files, and sets them; what is refused is said in the dialog. Deletes itself
/// when closed.
class FilePermissions final : public QDialog {
    Q_OBJECT
public:
    /// `first`: what is shown to begin with. A symlink has owners, but no permissions.
    FilePermissions(client::ContainerClient* container, const QByteArrayList& paths, const client::FileEntry& first,
                    QWidget* parent);

    quint32 mode() const;
    void accept() override;

Q_SIGNALS:
    /// Of at least one of them.
    void changed();

private:
    QGridLayout* createBits();
    QCheckBox* addBit(QGridLayout* grid, quint32 bit, int row, int column, const QString& name, const QString& text);
    QSpinBox* createId(const QString& name, quint32 id);
    void setMode(quint32 mode);
    void setBits(quint32 mode);
    void typed(const QString& octal);
    void setNext(qsizetype index);

    struct Bit {
        quint32 bit = 0;
        QCheckBox* box = nullptr;
    };

    QPointer<client::ContainerClient> m_container;
    QByteArrayList m_paths;
    client::FileEntry m_first;
    std::array<Bit, 12> m_bits{};
    std::size_t m_bitCount = 0;
    QLineEdit* m_octal;
    QLabel* m_words;
    QSpinBox* m_uid;
    QSpinBox* m_gid;
    QLabel* m_problem;
    QDialogButtonBox* m_buttons;
};

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <array>

class QCheckBox;
class QFormLayout;
class QGridLayout;
class QLabel;
class QLineEdit;

namespace lamella::pages {

/// The permission bits of a file with set-id and sticky, to be ticked or typed in octal digits: two rows of a form,
/// whose widget owns it.
class ModeBits final : public QObject {
    Q_OBJECT
public:
    ModeBits(quint32 mode, QFormLayout* form);

    bool isValid() const { return m_isValid; }

Q_SIGNALS:
    /// Somebody has ticked or typed a mode.
    void changed(quint32 mode);
    /// What is typed has become a mode, or none any more.
    void validChanged(bool isValid);

private:
    QGridLayout* createBits();
    QCheckBox* addBit(QGridLayout* grid, quint32 bit, int row, int column, const QString& name, const QString& text);
    quint32 mode() const;
    void setMode(quint32 mode);
    void setBits(quint32 mode);
    void typed(const QString& octal);

    struct Bit {
        quint32 bit = 0;
        QCheckBox* box = nullptr;
    };

    std::array<Bit, 12> m_bits{};
    std::size_t m_bitCount = 0;
    QWidget* m_parent;
    QLineEdit* m_octal;
    QLabel* m_words;
    bool m_isValid = true;
};

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/modebits.h"

#include "gui/models/file_paths.h"
#include "gui/widgets/fonts.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpressionValidator>

namespace lamella::pages {

ModeBits::ModeBits(quint32 mode, QFormLayout* form)
    : QObject(form->parentWidget())
    , m_parent(form->parentWidget())
    , m_octal(new QLineEdit(m_parent))
    , m_words(new QLabel(m_parent))
{
    m_octal->setObjectName(QStringLiteral("permissionsOctal"));
    m_octal->setFont(widgets::monospaceFont(m_parent->font()));
    m_octal->setMaximumWidth(80);
    m_octal->setValidator(new QRegularExpressionValidator(QRegularExpression(QStringLiteral("[0-7]{1,4}")), this));
    m_words->setFont(widgets::monospaceFont(m_parent->font()));
    m_words->setForegroundRole(QPalette::PlaceholderText);
    form->addRow(createBits());
    auto* label = new QLabel(tr("In &octal digits"), m_parent);
    label->setBuddy(m_octal);
    auto* octal = new QHBoxLayout;
    octal->setSpacing(widgets::kSpacing);
    octal->addWidget(m_octal);
    octal->addWidget(m_words, 1);
    form->addRow(label, octal);
    setMode(mode);
    connect(m_octal, &QLineEdit::textEdited, this, &ModeBits::typed);
}

QGridLayout* ModeBits::createBits()
{
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(widgets::kGroupSpacing);
    grid->setVerticalSpacing(widgets::kSpacing);
    const std::array whose{tr("Owner"), tr("Group"), tr("Others")};
    const std::array rights{tr("read"), tr("write"), tr("execute")};
    const std::array special{tr("set user id"), tr("set group id"), tr("sticky")};
    const std::array names{QStringLiteral("Owner"), QStringLiteral("Group"), QStringLiteral("Others")};
    for (int row = 0; row < 3; ++row) {
        const auto at = static_cast<std::size_t>(row);
        grid->addWidget(new QLabel(whose[at], m_parent), row, 0);
        for (int column = 0; column < 3; ++column) {
            const auto right = static_cast<std::size_t>(column);
            addBit(grid, 0400U >> (row * 3 + column), row, column + 1, names[at] + QString::number(column),
                   rights[right])
                ->setAccessibleName(QStringLiteral("%1: %2").arg(whose[at], rights[right]));
        }
        addBit(grid, 04000U >> row, row, 4, QStringLiteral("Special") + QString::number(row), special[at]);
    }
    return grid;
}

QCheckBox* ModeBits::addBit(QGridLayout* grid, quint32 bit, int row, int column, const QString& name,
                            const QString& text)
{
    auto* box = new QCheckBox(text, m_parent);
    box->setObjectName(QStringLiteral("permissions") + name);
    grid->addWidget(box, row, column);
    m_bits[m_bitCount++] = {bit, box};
    connect(box, &QCheckBox::clicked, this, [this] {
        setMode(mode());
        typed(m_octal->text());
    });
    return box;
}

quint32 ModeBits::mode() const
{
    quint32 mode = 0;
    for (const Bit& one : m_bits) {
        if (one.box && one.box->isChecked())
            mode |= one.bit;
    }
    return mode;
}

void ModeBits::setMode(quint32 mode)
{
    m_octal->setText(QStringLiteral("%1").arg(mode, 4, 8, QLatin1Char('0')));
    setBits(mode);
}

void ModeBits::setBits(quint32 mode)
{
    for (const Bit& one : m_bits)
        one.box->setChecked((mode & one.bit) != 0);
    m_words->setText(models::modeWords(mode));
}

void ModeBits::typed(const QString& octal)
{
    const bool wasValid = m_isValid;
    const uint mode = octal.toUInt(&m_isValid, 8);
    if (m_isValid)
        setBits(mode);
    if (m_isValid != wasValid)
        Q_EMIT validChanged(m_isValid);
    if (m_isValid)
        Q_EMIT changed(mode);
}

} // namespace lamella::pages

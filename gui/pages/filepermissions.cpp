// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/filepermissions.h"

#include "gui/client/container_client.h"
#include "gui/models/file_paths.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpressionValidator>
#include <QSpinBox>

namespace lamella::pages {

namespace {

constexpr int kMostId = 65'535; // of a container's user namespace

} // namespace

FilePermissions::FilePermissions(client::ContainerClient* container, const QByteArrayList& paths,
                                 const client::FileEntry& first, QWidget* parent)
    : QDialog(parent)
    , m_container(container)
    , m_paths(paths)
    , m_first(first)
    , m_octal(new QLineEdit(this))
    , m_words(new QLabel(this))
    , m_uid(createId(QStringLiteral("permissionsUid"), first.uid))
    , m_gid(createId(QStringLiteral("permissionsGid"), first.gid))
    , m_problem(new QLabel(this))
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this))
{
    setObjectName(QStringLiteral("permissionsDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(paths.size() == 1 ? tr("Permissions of %1").arg(models::textOf(models::lastName(paths.first())))
                                     : tr("Permissions of %n files", nullptr, static_cast<int>(paths.size())));
    m_octal->setObjectName(QStringLiteral("permissionsOctal"));
    m_octal->setFont(widgets::monospaceFont(font()));
    m_octal->setMaximumWidth(80);
    m_octal->setValidator(new QRegularExpressionValidator(QRegularExpression(QStringLiteral("[0-7]{1,4}")), this));
    m_words->setFont(widgets::monospaceFont(font()));
    m_words->setForegroundRole(QPalette::PlaceholderText);
    m_problem->setObjectName(QStringLiteral("permissionsProblem"));
    m_problem->setWordWrap(true);
    m_problem->setTextFormat(Qt::PlainText);
    QPalette bad = m_problem->palette();
    bad.setColor(QPalette::WindowText, widgets::meaningColor(widgets::Meaning::Bad, bad));
    m_problem->setPalette(bad);
    m_buttons->button(QDialogButtonBox::Ok)->setText(tr("&Set"));
    for (QAbstractButton* button : m_buttons->buttons())
        button->setIcon({});
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(widgets::kGroupSpacing);
    form->setVerticalSpacing(widgets::kSpacing);
    auto* octal = new QHBoxLayout;
    octal->setSpacing(widgets::kSpacing);
    octal->addWidget(m_octal);
    octal->addWidget(m_words, 1);
    if (first.type != client::FileType::Symlink) {
        form->addRow(createBits());
        auto* label = new QLabel(tr("In &octal digits"), this);
        label->setBuddy(m_octal);
        form->addRow(label, octal);
        setMode(first.mode);
    } else {
        m_octal->hide();
        m_words->hide();
    }
    form->addRow(tr("&User id"), m_uid);
    form->addRow(tr("&Group id"), m_gid);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kGroupSpacing);
    layout->setSpacing(widgets::kGroupSpacing);
    layout->addLayout(form);
    layout->addWidget(m_problem);
    layout->addStretch();
    layout->addWidget(m_buttons);
    connect(m_octal, &QLineEdit::textEdited, this, &FilePermissions::typed);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &FilePermissions::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

QGridLayout* FilePermissions::createBits()
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
        grid->addWidget(new QLabel(whose[at], this), row, 0);
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

QCheckBox* FilePermissions::addBit(QGridLayout* grid, quint32 bit, int row, int column, const QString& name,
                                   const QString& text)
{
    auto* box = new QCheckBox(text, this);
    box->setObjectName(QStringLiteral("permissions") + name);
    grid->addWidget(box, row, column);
    m_bits[m_bitCount++] = {bit, box};
    connect(box, &QCheckBox::clicked, this, [this] { setMode(mode()); });
    return box;
}

QSpinBox* FilePermissions::createId(const QString& name, quint32 id)
{
    auto* box = new QSpinBox(this);
    box->setObjectName(name);
    box->setRange(0, kMostId);
    box->setValue(static_cast<int>(std::min<quint32>(id, kMostId)));
    box->setMaximumWidth(120);
    return box;
}

quint32 FilePermissions::mode() const
{
    quint32 mode = 0;
    for (const Bit& one : m_bits) {
        if (one.box && one.box->isChecked())
            mode |= one.bit;
    }
    return mode;
}

void FilePermissions::setMode(quint32 mode)
{
    m_octal->setText(QStringLiteral("%1").arg(mode, 4, 8, QLatin1Char('0')));
    setBits(mode);
}

void FilePermissions::setBits(quint32 mode)
{
    for (const Bit& one : m_bits)
        one.box->setChecked((mode & one.bit) != 0);
    m_words->setText(models::modeWords(mode));
}

void FilePermissions::typed(const QString& octal)
{
    bool isNumber = false;
    const uint mode = octal.toUInt(&isNumber, 8);
    if (isNumber)
        setBits(mode);
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(isNumber);
}

void FilePermissions::accept()
{
    setEnabled(false);
    setNext(0);
}

void FilePermissions::setNext(qsizetype index)
{
    if (index == m_paths.size() || !m_container) {
        QDialog::accept();
        return;
    }
    client::FileAttributes attributes;
    if (m_first.type != client::FileType::Symlink)
        attributes.mode = mode();
    // Only what was touched: an owner that the container has no id for stays.
    if (static_cast<quint32>(m_uid->value()) != std::min<quint32>(m_first.uid, kMostId) || m_paths.size() > 1)
        attributes.uid = static_cast<quint32>(m_uid->value());
    if (static_cast<quint32>(m_gid->value()) != std::min<quint32>(m_first.gid, kMostId) || m_paths.size() > 1)
        attributes.gid = static_cast<quint32>(m_gid->value());
    m_container->setFileAttributes(m_paths[index], attributes)
        .then(this, [this, index](const client::Outcome<void>& outcome) {
            if (outcome) {
                Q_EMIT changed();
                setNext(index + 1);
                return;
            }
            setEnabled(true);
            m_problem->setText(outcome.error().sentence);
        });
}

} // namespace lamella::pages

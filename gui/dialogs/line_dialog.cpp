// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/line_dialog.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace lamella::dialogs {

LineDialog::LineDialog(const Texts& texts, Deed deed, QWidget* parent)
    : QDialog(parent)
    , m_deed(std::move(deed))
    , m_line(new QLineEdit(this))
    , m_problem(new QLabel(this))
{
    setObjectName(QStringLiteral("lineDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(texts.title);
    m_line->setObjectName(QStringLiteral("lineField"));
    m_problem->setObjectName(QStringLiteral("lineProblem"));
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    QPalette palette = m_problem->palette();
    palette.setColor(QPalette::WindowText, widgets::meaningColor(widgets::Meaning::Bad, palette));
    m_problem->setPalette(palette);
    auto* label = new QLabel(texts.label, this);
    label->setBuddy(m_line);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    m_ok->setText(texts.deed);
    m_ok->setObjectName(QStringLiteral("lineOk"));
    m_ok->setEnabled(false);
    for (QAbstractButton* button : buttons->buttons())
        button->setIcon({});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kGroupSpacing);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(label);
    layout->addWidget(m_line);
    layout->addWidget(m_problem);
    layout->addStretch();
    layout->addWidget(buttons);
    setMinimumWidth(420);
    connect(m_line, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_problem->clear();
        m_ok->setEnabled(!text.trimmed().isEmpty());
    });
    connect(buttons, &QDialogButtonBox::accepted, this, &LineDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void LineDialog::setText(const QString& text)
{
    m_line->setText(text);
    m_line->selectAll();
}

void LineDialog::setPlaceholder(const QString& text)
{
    m_line->setPlaceholderText(text);
}

void LineDialog::accept()
{
    if (!m_ok->isEnabled())
        return;
    setEnabled(false);
    m_deed(m_line->text().trimmed()).then(this, [this](const client::Outcome<void>& outcome) {
        setEnabled(true);
        if (outcome) {
            QDialog::accept();
            return;
        }
        m_problem->setText(outcome.error().sentence);
        m_line->setFocus();
        m_line->selectAll();
    });
}

} // namespace lamella::dialogs

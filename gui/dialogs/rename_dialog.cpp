// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/rename_dialog.h"

#include "gui/client/container_client.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace lamella::dialogs {

namespace {

struct Rename {
    Q_DECLARE_TR_FUNCTIONS(Rename)
};

class RenameDialog : public QDialog {
public:
    RenameDialog(QWidget* parent, client::ContainerClient* container);

private:
    void check();
    void give();

    QPointer<client::ContainerClient> m_container;
    QLineEdit* m_name = new QLineEdit(this);
    QLabel* m_problem = new QLabel(this);
    QDialogButtonBox* m_buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
};

RenameDialog::RenameDialog(QWidget* parent, client::ContainerClient* container)
    : QDialog(parent)
    , m_container(container)
{
    setObjectName(QStringLiteral("renameDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(Rename::tr("Rename %1").arg(container->data().name));
    m_name->setObjectName(QStringLiteral("nameField"));
    m_name->setText(container->data().name);
    m_name->selectAll();
    m_problem->setObjectName(QStringLiteral("nameProblem"));
    m_problem->setWordWrap(true);
    QPalette palette = m_problem->palette();
    palette.setColor(QPalette::WindowText, widgets::meaningColor(widgets::Meaning::Bad, palette));
    m_problem->setPalette(palette);
    m_buttons->button(QDialogButtonBox::Ok)->setText(Rename::tr("&Rename"));
    for (QAbstractButton* button : m_buttons->buttons())
        button->setIcon({});
    auto* label = new QLabel(Rename::tr("&Name"), this);
    label->setBuddy(m_name);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kGroupSpacing);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(label);
    layout->addWidget(m_name);
    layout->addWidget(m_problem);
    layout->addStretch();
    layout->addWidget(m_buttons);
    setMinimumWidth(380);
    connect(m_name, &QLineEdit::textChanged, this, [this] { check(); });
    connect(m_buttons, &QDialogButtonBox::accepted, this, [this] { give(); });
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(container, &QObject::destroyed, this, &QDialog::reject);
    check();
}

void RenameDialog::check()
{
    const QString problem
        = m_name->text().isEmpty() ? Rename::tr("A container has a name.") : nameProblem(m_name->text());
    m_problem->setText(problem);
    m_buttons->button(QDialogButtonBox::Ok)
        ->setEnabled(problem.isEmpty() && m_container && m_name->text() != m_container->data().name);
}

void RenameDialog::give()
{
    if (!m_container)
        return;
    setEnabled(false);
    m_container->rename(m_name->text()).then(this, [this](client::Outcome<void> outcome) {
        setEnabled(true);
        if (outcome) {
            accept();
            return;
        }
        m_problem->setText(outcome.error().sentence);
        m_name->setFocus();
        m_name->selectAll();
    });
}

} // namespace

QString nameProblem(const QString& name)
{
    // As the contract has it (Manager.CreateContainer).
    static const QRegularExpression form(QStringLiteral("\\A[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}\\z"));
    if (name.isEmpty() || form.match(name).hasMatch())
        return {};
    if (name.size() > 63)
        return Rename::tr("A name has at most 63 characters.");
    return Rename::tr("A name begins with a letter or digit and has only letters, digits, “_”, “.” and “-”.");
}

void showRename(QWidget* parent, client::ContainerClient* container)
{
    (new RenameDialog(parent, container))->open();
}

} // namespace lamella::dialogs

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/save_dialog.h"

#include "gui/format/image_text.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace lamella::dialogs {

SaveDialog::SaveDialog(const QStringList& names, QWidget* parent)
    : QDialog(parent)
    , m_names(names)
    , m_compression(new QComboBox(this))
{
    setObjectName(QStringLiteral("saveDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(names.size() == 1 ? tr("Save %1").arg(names.constFirst())
                                     : tr("Save %n image(s)", nullptr, static_cast<int>(names.size())));
    m_compression->setObjectName(QStringLiteral("compressionCombo"));
    m_compression->addItem(tr("one file"), QStringLiteral("none"));
    m_compression->addItem(tr("one file, gzip"), QStringLiteral("gzip"));
    m_compression->addItem(tr("one file, zstd: smaller and faster"), QStringLiteral("zstd"));
    m_compression->addItem(tr("a directory: OCI image layout"), QString());
    auto* note
        = new QLabel(tr("The file is an archive of an OCI image layout, as skopeo and podman read it, and at the "
                        "same time what “docker load” reads. A directory must be empty."),
                     this);
    note->setWordWrap(true);
    note->setForegroundRole(QPalette::PlaceholderText);
    auto* form = new QFormLayout;
    form->setSpacing(widgets::kSpacing);
    form->setLabelAlignment(Qt::AlignLeft);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("Save &as"), m_compression);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    QPushButton* next = buttons->addButton(tr("C&hoose where…"), QDialogButtonBox::AcceptRole);
    next->setObjectName(QStringLiteral("chooseFileButton"));
    next->setDefault(true);
    buttons->button(QDialogButtonBox::Cancel)->setIcon({});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kGroupSpacing);
    layout->setSpacing(widgets::kGroupSpacing);
    layout->addWidget(note);
    layout->addLayout(form);
    layout->addStretch();
    layout->addWidget(buttons);
    setMinimumWidth(420);
    connect(buttons, &QDialogButtonBox::accepted, this, &SaveDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

client::SaveOptions SaveDialog::options() const
{
    const QString compression = m_compression->currentData().toString();
    return {compression, compression.isEmpty()};
}

QString SaveDialog::suffix() const
{
    const QString how = options().compression;
    return how == QLatin1StringView("gzip") ? QStringLiteral("tar.gz")
        : how == QLatin1StringView("zstd")  ? QStringLiteral("tar.zst")
                                            : QStringLiteral("tar");
}

QString SaveDialog::proposedName() const
{
    static const QRegularExpression unfit(QStringLiteral("[^A-Za-z0-9._-]+"));
    QString name = m_names.size() == 1 ? m_names.constFirst() : QStringLiteral("images");
    name.replace(unfit, QStringLiteral("-"));
    return name + u'.' + suffix();
}

void SaveDialog::accept()
{
    auto* chooser = new QFileDialog(this, windowTitle());
    chooser->setObjectName(QStringLiteral("saveChooser"));
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    if (options().directory) {
        chooser->setFileMode(QFileDialog::Directory);
        chooser->setOption(QFileDialog::ShowDirsOnly);
    } else {
        chooser->setAcceptMode(QFileDialog::AcceptSave);
        chooser->setFileMode(QFileDialog::AnyFile);
        chooser->setDefaultSuffix(suffix());
        chooser->setNameFilters({tr("Archives (*.tar *.tar.gz *.tar.zst)"), tr("All files (*)")});
        chooser->selectFile(proposedName());
    }
    connect(chooser, &QFileDialog::fileSelected, this, [this](const QString& file) {
        Q_EMIT chosen(file, options());
        QDialog::accept();
    });
    chooser->open();
}

} // namespace lamella::dialogs

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/registry_fields.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

namespace lamella::dialogs {

namespace {

/// All authorities that a system trusts have less than this.
constexpr qint64 kMostCertificates = 1 << 20;

QString environment(const char* name)
{
    // Lower case first, as curl(1) has it.
    const QString lower = qEnvironmentVariable(name);
    return lower.isEmpty() ? qEnvironmentVariable(QByteArray(name).toUpper().constData()) : lower;
}

QString proxy(const char* name)
{
    const QString own = environment(name);
    return own.isEmpty() ? environment("all_proxy") : own;
}

} // namespace

client::RegistryOptions environmentProxies()
{
    client::RegistryOptions options;
    options.httpProxy = proxy("http_proxy");
    options.httpsProxy = proxy("https_proxy");
    options.noProxy = environment("no_proxy");
    return options;
}

RegistryFields::RegistryFields(For purpose, QWidget* parent)
    : QWidget(parent)
    , m_plainHttp(new QCheckBox(tr("Plain &HTTP, without TLS"), this))
    , m_certificates(new QLineEdit(this))
{
    auto* form = new QFormLayout(this);
    form->setContentsMargins(0, 0, 0, 0);
    form->setSpacing(widgets::kSpacing);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setLabelAlignment(Qt::AlignLeft);
    if (purpose == For::Pull) {
        m_platform = new QComboBox(this);
        m_platform->setObjectName(QStringLiteral("platformCombo"));
        m_platform->setEditable(true);
        m_platform->addItems({QString(), QStringLiteral("linux/amd64"), QStringLiteral("linux/arm64"),
                              QStringLiteral("linux/arm/v7"), QStringLiteral("linux/386"),
                              QStringLiteral("linux/ppc64le"), QStringLiteral("linux/riscv64"),
                              QStringLiteral("linux/s390x")});
        m_platform->lineEdit()->setPlaceholderText(tr("this machine's"));
        form->addRow(tr("Pl&atform"), m_platform);
    }
    m_plainHttp->setObjectName(QStringLiteral("plainHttpCheck"));
    auto* warning = new QLabel(tr("Whoever is between here and the registry then reads along, a password, too, and can "
                                  "give you another image."),
                               this);
    warning->setObjectName(QStringLiteral("plainHttpWarning"));
    warning->setWordWrap(true);
    QPalette palette = warning->palette();
    palette.setColor(QPalette::WindowText, widgets::meaningColor(widgets::Meaning::Attention, palette));
    warning->setPalette(palette);
    warning->hide();
    connect(m_plainHttp, &QCheckBox::toggled, warning, [warning](bool plain) {
        warning->setVisible(plain);
        // A form within a dialog asks nobody how high a text is that wraps.
        QMetaObject::invokeMethod(
            warning, [warning] { warning->setMinimumHeight(warning->heightForWidth(warning->width())); },
            Qt::QueuedConnection);
    });
    form->addRow(QString(), m_plainHttp);
    form->addRow(QString(), warning);
    m_certificates->setObjectName(QStringLiteral("certificatesField"));
    m_certificates->setPlaceholderText(tr("a PEM file, beside the system's own"));
    auto* choose = new QToolButton(this);
    choose->setObjectName(QStringLiteral("chooseCertificates"));
    choose->setIcon(widgets::icon(u"more"));
    choose->setToolTip(tr("Choose the file"));
    choose->setAccessibleName(tr("Choose the file with the certificates"));
    connect(choose, &QToolButton::clicked, this, &RegistryFields::chooseCertificates);
    auto* file = new QHBoxLayout;
    file->setSpacing(widgets::kGrid);
    file->addWidget(m_certificates, 1);
    file->addWidget(choose);
    form->addRow(tr("C&ertificates"), file);
    static_cast<QLabel*>(form->labelForField(file))->setBuddy(m_certificates);
}

void RegistryFields::chooseCertificates()
{
    auto* chooser = new QFileDialog(this, tr("The certificates of the registry's authority"));
    chooser->setObjectName(QStringLiteral("certificateChooser"));
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setFileMode(QFileDialog::ExistingFile);
    chooser->setNameFilters({tr("Certificates (*.pem *.crt *.cer)"), tr("All files (*)")});
    connect(chooser, &QFileDialog::fileSelected, m_certificates, &QLineEdit::setText);
    chooser->open();
}

std::expected<client::RegistryOptions, QString> RegistryFields::options() const
{
    client::RegistryOptions options = environmentProxies();
    options.platform = m_platform ? m_platform->currentText().trimmed() : QString();
    options.plainHttp = m_plainHttp->isChecked();
    options.caCertificates = m_given;
    if (const QString path = m_certificates->text(); !path.isEmpty()) {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly))
            return std::unexpected(tr("The certificates in %1 cannot be read: %2").arg(path, file.errorString()));
        const QByteArray pem = file.read(kMostCertificates + 1);
        if (pem.size() > kMostCertificates || !pem.contains("-----BEGIN CERTIFICATE-----"))
            return std::unexpected(tr("%1 is no file with certificates in PEM form.").arg(path));
        options.caCertificates = QString::fromLatin1(pem);
    }
    return options;
}

void RegistryFields::setOptions(const client::RegistryOptions& options)
{
    if (m_platform)
        m_platform->setCurrentText(options.platform);
    m_plainHttp->setChecked(options.plainHttp);
    m_given = options.caCertificates;
}

} // namespace lamella::dialogs

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/registry_fields.h"

#include "gui/dialogs/forms.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

namespace lamella::dialogs {

namespace {

QLabel* makeText(const QString& name, QWidget* parent)
{
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->hide();
    return label;
}

void setColor(QLabel* label, const QColor& color)
{
    QPalette palette = label->palette();
    palette.setColor(QPalette::WindowText, color);
    label->setPalette(palette);
}

/// Shows a text, or nothing where it is empty.
void say(QLabel* label, const QString& text)
{
    label->setText(text);
    label->setVisible(!text.isEmpty());
    // A form within a dialog asks nobody how high a text is that wraps. What is folded away has no width to know it by.
    QMetaObject::invokeMethod(
        label, [label] { label->setMinimumHeight(label->isVisible() ? label->heightForWidth(label->width()) : 0); },
        Qt::QueuedConnection);
}

} // namespace

RegistryFields::RegistryFields(For purpose, QWidget* parent)
    : QWidget(parent)
    , m_purpose(purpose)
    , m_plainHttp(new QCheckBox(tr("Plain &HTTP, without TLS"), this))
    , m_warning(makeText(QStringLiteral("plainHttpWarning"), this))
    , m_certificates(new QLineEdit(this))
    , m_note(makeText(QStringLiteral("rememberedNote"), this))
{
    QFormLayout* form = formIn(this);
    if (purpose == For::Pull)
        addPlatform(form);
    addPlainHttp(form);
    addCertificates(form);
    // A push goes to the registry itself.
    if (purpose != For::Push)
        addMirrors(form);
    setColor(m_note, widgets::secondaryText(palette()));
    form->addRow(QString(), m_note);
}

void RegistryFields::addPlatform(QFormLayout* form)
{
    m_platform = new QComboBox(this);
    m_platform->setObjectName(QStringLiteral("platformCombo"));
    m_platform->setEditable(true);
    m_platform->addItems({QString(), QStringLiteral("linux/amd64"), QStringLiteral("linux/arm64"),
                          QStringLiteral("linux/arm/v7"), QStringLiteral("linux/386"), QStringLiteral("linux/ppc64le"),
                          QStringLiteral("linux/riscv64"), QStringLiteral("linux/s390x")});
    m_platform->lineEdit()->setPlaceholderText(tr("this machine's"));
    form->addRow(tr("Pl&atform"), m_platform);
}

void RegistryFields::addPlainHttp(QFormLayout* form)
{
    m_plainHttp->setObjectName(QStringLiteral("plainHttpCheck"));
    setColor(m_warning, widgets::meaningColor(widgets::Meaning::Attention, palette()));
    connect(m_plainHttp, &QCheckBox::toggled, this, &RegistryFields::edited);
    form->addRow(QString(), m_plainHttp);
    form->addRow(QString(), m_warning);
}

void RegistryFields::addCertificates(QFormLayout* form)
{
    m_certificates->setObjectName(QStringLiteral("certificatesField"));
    m_certificates->setPlaceholderText(tr("a PEM file, beside the system's own"));
    connect(m_certificates, &QLineEdit::textChanged, this, &RegistryFields::edited);
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

void RegistryFields::addMirrors(QFormLayout* form)
{
    m_mirrors = new QLineEdit(this);
    m_mirrors->setObjectName(QStringLiteral("mirrorsField"));
    m_mirrors->setPlaceholderText(tr("https://host:5000/prefix, …; asked before the registry"));
    connect(m_mirrors, &QLineEdit::textChanged, this, &RegistryFields::edited);
    form->addRow(tr("&Mirrors"), m_mirrors);
}

void RegistryFields::edited()
{
    m_touched = true;
    const bool mirrors = m_mirrors && m_mirrors->text().contains(QLatin1StringView("http://"));
    say(m_warning,
        m_plainHttp->isChecked() ? tr("Whoever is between here and the registry then reads along, a password, too, and "
                                      "can give you another image.")
            : mirrors            ? tr("Whoever is between here and a mirror without TLS can give you another image.")
                                 : QString());
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

std::expected<client::RegistrySetting, QString> RegistryFields::setting() const
{
    const auto mirrors = client::mirrorsFrom(m_mirrors ? m_mirrors->text() : QString());
    if (!mirrors)
        return std::unexpected(mirrors.error());
    QString file = m_certificates->text().trimmed();
    if (file.startsWith(QLatin1StringView("~/")))
        file.replace(0, 1, QDir::homePath());
    // Where the program is started from is not remembered.
    return client::RegistrySetting{m_plainHttp->isChecked(), file.isEmpty() ? file : QFileInfo(file).absoluteFilePath(),
                                   *mirrors};
}

void RegistryFields::setSetting(const client::RegistrySetting& setting)
{
    m_plainHttp->setChecked(setting.plainHttp);
    m_certificates->setText(setting.certificates);
    if (m_mirrors)
        m_mirrors->setText(setting.mirrors.join(QLatin1StringView(", ")));
    edited();
    m_touched = false;
}

QString RegistryFields::platform() const
{
    return m_platform ? m_platform->currentText().trimmed() : QString();
}

void RegistryFields::setPlatform(const QString& platform)
{
    if (m_platform)
        m_platform->setCurrentText(platform);
}

void RegistryFields::setRegistry(const QString& registry, const QStringList& certificateDirectories)
{
    QStringList sentences;
    if (!registry.isEmpty() && m_purpose == For::Pull)
        sentences.append(tr("Remembered for %1 once it works; the platform is not.").arg(registry));
    if (!registry.isEmpty() && m_purpose == For::Push)
        sentences.append(tr("Remembered for %1 once it works.").arg(registry));
    if (!certificateDirectories.isEmpty())
        sentences.append(
            tr("The certificates in %1 are trusted, too.").arg(certificateDirectories.join(QLatin1StringView(", "))));
    say(m_note, sentences.join(u' '));
}

} // namespace lamella::dialogs

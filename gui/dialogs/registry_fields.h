// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/registry_settings.h"

#include <QWidget>

#include <expected>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;

namespace lamella::dialogs {

/// How to reach a registry where the usual does not do: TLS left out, a certificate authority of its own, mirrors; of
/// one pull also the platform.
class RegistryFields : public QWidget {
    Q_OBJECT

public:
    enum class For { Pull, Push, Registry };

    explicit RegistryFields(For purpose, QWidget* parent = nullptr);

    /// What they say; a sentence where a mirror is none. What has no field is as usual.
    std::expected<client::RegistrySetting, QString> setting() const;
    void setSetting(const client::RegistrySetting& setting);
    /// A person has changed them since they were set.
    bool isTouched() const { return m_touched; }
    void setTouched() { m_touched = true; }

    QString platform() const;
    void setPlatform(const QString& platform);
    /// Says below them for which registry they are remembered, and what counts there beside them; empty: for none yet.
    void setRegistry(const QString& registry, const QStringList& certificateDirectories);

private:
    void addPlatform(QFormLayout* form);
    void addPlainHttp(QFormLayout* form);
    void addCertificates(QFormLayout* form);
    void addMirrors(QFormLayout* form);
    void edited();
    void chooseCertificates();

    For m_purpose;
    QComboBox* m_platform = nullptr;
    QCheckBox* m_plainHttp;
    QLabel* m_warning;
    QLineEdit* m_certificates;
    QLineEdit* m_mirrors = nullptr;
    QLabel* m_note;
    bool m_touched = false;
};

} // namespace lamella::dialogs

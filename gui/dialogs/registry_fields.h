// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QWidget>

#include <expected>

class QCheckBox;
class QComboBox;
class QLineEdit;

namespace lamella::dialogs {

/// Options that say no more than which proxies the person's environment names.
client::RegistryOptions environmentProxies();

/// How to reach a registry where the usual does not do: the platform, TLS left out, a certificate authority of its own.
class RegistryFields : public QWidget {
    Q_OBJECT

public:
    enum class For { Pull, Push };

    explicit RegistryFields(For purpose, QWidget* parent = nullptr);

    /// What they say, with the proxies of this person's environment; a sentence where the file with the certificates
    /// cannot be read.
    std::expected<client::RegistryOptions, QString> options() const;
    /// Shows these again.
    void setOptions(const client::RegistryOptions& options);

private:
    void chooseCertificates();

    QComboBox* m_platform = nullptr;
    QCheckBox* m_plainHttp;
    QLineEdit* m_certificates;
    QString m_given; ///< certificates that came with setOptions
};

} // namespace lamella::dialogs

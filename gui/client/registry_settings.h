// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QMap>
#include <QObject>
#include <QStringList>

#include <expected>

namespace lamella::client {

/// How a registry is reached where the usual does not do.
struct RegistrySetting {
    bool plainHttp = false;
    QString certificates; ///< a PEM file: trusted beside the system's
    QStringList mirrors; ///< "https://host[:port][/prefix]"; pulls ask them first, in this order

    /// Nothing differs from what every registry has.
    bool isUsual() const { return *this == RegistrySetting(); }
    friend bool operator==(const RegistrySetting&, const RegistrySetting&) = default;
};

/// What a person has said of registries, by host ("docker.io", "host:5000"), and the certificates that Docker and the
/// containers tools have for them (containers-certs.d(5)), which are only read. Everything that asks a registry takes
/// its options from here.
class RegistrySettings : public QObject {
    Q_OBJECT

public:
    /// `directories`: those that have a directory with certificates for each registry; empty: the person's own and the
    /// system's.
    explicit RegistrySettings(QStringList directories = {}, QObject* parent = nullptr);

    /// Those with a setting, sorted.
    QStringList registries() const { return m_settings.keys(); }
    /// Of a registry or a repository there.
    RegistrySetting of(const QString& repository) const;
    /// A usual one is forgotten.
    void set(const QString& registry, const RegistrySetting& setting);

    /// How to reach the registry of a repository, with the proxies of this person's environment, without a login; a
    /// sentence where the file with the certificates cannot be read. What is wrong with those of others is left out.
    std::expected<RegistryOptions, QString> options(const QString& repository) const;
    /// The same, but as `setting` has it.
    std::expected<RegistryOptions, QString> options(const QString& repository, const RegistrySetting& setting) const;
    /// Where others have put certificates for this registry.
    QStringList certificateDirectories(const QString& registry) const;

    /// As a program's settings keep it.
    QString saved() const;
    void restore(const QString& saved);

Q_SIGNALS:
    /// A registry has another setting than before.
    void changed();

private:
    QStringList m_directories;
    QMap<QString, RegistrySetting> m_settings;
};

/// The registry that a person means: "docker.io" for "https://index.docker.io/v1/". Empty where it is none.
QString registryFrom(const QString& text);

/// Addresses with blanks or commas between them; a sentence where one is none.
std::expected<QStringList, QString> mirrorsFrom(const QString& text);

} // namespace lamella::client

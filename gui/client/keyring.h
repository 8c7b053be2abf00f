// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/pending.h"

#include <QByteArray>
#include <QString>

namespace lamella::client {

/// Where secrets are kept: the person's keyring, or a test's. A failure's sentence says why in the keyring's own words.
class Keyring {
public:
    virtual ~Keyring() = default;

    virtual Pending<QByteArray> read(const QString& key) = 0; ///< NotFound where there is none
    virtual Pending<void> write(const QString& key, const QByteArray& secret) = 0;
    virtual Pending<void> remove(const QString& key) = 0;
};

/// The desktop's (Secret Service, KWallet), through QtKeychain.
class DesktopKeyring final : public Keyring {
public:
    Pending<QByteArray> read(const QString& key) override;
    Pending<void> write(const QString& key, const QByteArray& secret) override;
    Pending<void> remove(const QString& key) override;
};

} // namespace lamella::client

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QString>

namespace lamella::test {

/// A dbus-daemon of this test's own, which its process takes for the system bus.
class PrivateBus {
public:
    PrivateBus();
    ~PrivateBus();

    /// Empty where it did not start.
    const QString& address() const { return m_address; }

private:
    QProcess m_daemon;
    QString m_address;
};

} // namespace lamella::test

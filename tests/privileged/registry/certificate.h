// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QProcess>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QTemporaryDir>
#include <QTest>

/// A certificate of the tests' own for localhost and registry.test, that nobody trusts who was not told to.
class Certificate {
public:
    Certificate()
    {
        const int code = QProcess::execute(
            QStringLiteral("openssl"),
            {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"), QStringLiteral("rsa:2048"),
             QStringLiteral("-nodes"), QStringLiteral("-quiet"), QStringLiteral("-days"), QStringLiteral("3650"),
             QStringLiteral("-subj"), QStringLiteral("/CN=localhost"), QStringLiteral("-addext"),
             QStringLiteral("subjectAltName=DNS:localhost,DNS:registry.test,IP:127.0.0.1"), QStringLiteral("-keyout"),
             keyPath(), QStringLiteral("-out"), path()});
        if (code != 0)
            qFatal("openssl cannot make a certificate");
    }

    QString path() const { return m_directory.filePath(QStringLiteral("cert.pem")); }
    QString keyPath() const { return m_directory.filePath(QStringLiteral("key.pem")); }
    QByteArray pem() const { return read(path()); }
    QByteArray keyPem() const { return read(keyPath()); }

    QSslConfiguration serverSide() const
    {
        QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
        tls.setLocalCertificate(QSslCertificate{pem()});
        tls.setPrivateKey(QSslKey{keyPem(), QSsl::Rsa});
        tls.setPeerVerifyMode(QSslSocket::VerifyNone);
        return tls;
    }

private:
    static QByteArray read(const QString& path)
    {
        QFile file{path};
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{};
    }

    QTemporaryDir m_directory;
};

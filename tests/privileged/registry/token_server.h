// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "certificate.h"
#include "http_server.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUrlQuery>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

/// The token server that docker-registry sends us to: everything for bob with the password "secret", and pulling for
/// anybody below public/. Tokens are signed as distribution's token specification says (RS256, with the certificate).
class TokenServer {
public:
    explicit TokenServer(const Certificate& certificate)
        : m_key(certificate.keyPem())
        , m_certificate(QSslCertificate{certificate.pem()}.toDer().toBase64())
        , m_server([this](const HttpServer::Request& request) { return answer(request); }, certificate.serverSide())
    {
    }

    QByteArray realm() const { return "https://" + QByteArray::fromStdString(m_server.host()) + "/token"; }

private:
    HttpServer::Reply answer(const HttpServer::Request& request) const
    {
        const auto login = request.headers.value("authorization");
        const bool isBob = login == "Basic " + QByteArray("bob:secret").toBase64();
        if (!login.isEmpty() && !isBob)
            return {401, {}, {}};
        const QUrlQuery query{QUrl{QString::fromLatin1(request.path)}};
        QJsonArray access;
        for (const auto& scope : query.allQueryItemValues(QStringLiteral("scope"), QUrl::FullyDecoded)) {
            const auto parts = scope.split(u':');
            QJsonArray actions;
            for (const auto& action : parts.value(2).split(u',')) {
                if (isBob || (action == QLatin1String("pull") && parts.value(1).startsWith(QLatin1String("public/"))))
                    actions.append(action);
            }
            access.append(QJsonObject{{QStringLiteral("type"), parts.value(0)},
                                      {QStringLiteral("name"), parts.value(1)},
                                      {QStringLiteral("actions"), actions}});
        }
        const auto token = signedToken(query.queryItemValue(QStringLiteral("service")), access);
        return {200,
                {},
                QJsonDocument{QJsonObject{{QStringLiteral("token"), QString::fromLatin1(token)},
                                          {QStringLiteral("expires_in"), 300}}}
                    .toJson()};
    }

    QByteArray signedToken(const QString& service, const QJsonArray& access) const
    {
        const auto part = [](const QJsonObject& object) {
            return QJsonDocument{object}
                .toJson(QJsonDocument::Compact)
                .toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
        };
        const auto now = QDateTime::currentSecsSinceEpoch();
        const auto text = part({{QStringLiteral("typ"), QStringLiteral("JWT")},
                                {QStringLiteral("alg"), QStringLiteral("RS256")},
                                {QStringLiteral("x5c"), QJsonArray{QString::fromLatin1(m_certificate)}}})
            + '.'
            + part({{QStringLiteral("iss"), QStringLiteral("lamella-test")},
                    {QStringLiteral("aud"), service},
                    {QStringLiteral("exp"), now + 300},
                    {QStringLiteral("nbf"), now - 60},
                    {QStringLiteral("iat"), now},
                    {QStringLiteral("access"), access}});
        return text + '.' + signature(text).toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
    }

    QByteArray signature(const QByteArray& text) const
    {
        const std::unique_ptr<BIO, int (*)(BIO*)> bio{
            BIO_new_mem_buf(m_key.constData(), static_cast<int>(m_key.size())), BIO_free};
        const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key{
            PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
        const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
        const auto* bytes = reinterpret_cast<const unsigned char*>(text.constData());
        std::size_t size = 0;
        EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
        EVP_DigestSign(context.get(), nullptr, &size, bytes, static_cast<std::size_t>(text.size()));
        QByteArray result(static_cast<qsizetype>(size), Qt::Uninitialized);
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(result.data()), &size, bytes,
                       static_cast<std::size_t>(text.size()));
        return result.first(static_cast<qsizetype>(size));
    }

    QByteArray m_key;
    QByteArray m_certificate;
    HttpServer m_server;
};

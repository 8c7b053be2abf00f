// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/credential_files.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <algorithm>

namespace lamella::client {

using namespace Qt::StringLiterals;

namespace {

/// A person's logins are few and short.
constexpr qsizetype kMostBytes = 1 << 20;
constexpr qsizetype kMostScopes = 1000;
constexpr qsizetype kMostSecret = 1 << 16;

QJsonObject readObject(const QByteArray& content)
{
    if (content.size() > kMostBytes)
        return {};
    return QJsonDocument::fromJson(content).object();
}

/// It becomes a header and an option: one line, of sensible length.
bool isSecretGood(const QString& secret)
{
    return secret.size() <= kMostSecret
        && std::ranges::none_of(secret, [](QChar c) { return c == u'\0' || c == u'\n' || c == u'\r'; });
}

bool isHelperName(const QString& name)
{
    static const QRegularExpression form(u"\\A[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\\z"_s);
    return form.match(name).hasMatch();
}

std::optional<Login> readAuth(const QJsonObject& entry)
{
    Login login;
    login.identityToken = entry.value("identitytoken"_L1).toString();
    const QByteArray auth = entry.value("auth"_L1).toString().toLatin1();
    if (!auth.isEmpty()) {
        const auto decoded = QByteArray::fromBase64Encoding(auth, QByteArray::AbortOnBase64DecodingErrors);
        const qsizetype colon = decoded ? decoded.decoded.indexOf(':') : -1;
        if (colon <= 0)
            return std::nullopt;
        login.user = QString::fromUtf8(decoded.decoded.left(colon));
        login.password = QString::fromUtf8(decoded.decoded.mid(colon + 1));
        // Docker pads what it writes with zeros.
        while (login.password.endsWith(u'\0'))
            login.password.chop(1);
    }
    const bool good = isSecretGood(login.user) && isSecretGood(login.password) && isSecretGood(login.identityToken);
    return good && !login.isEmpty() ? std::optional(login) : std::nullopt;
}

} // namespace

QString credentialScope(const QString& key)
{
    static const QRegularExpression scheme(u"\\Ahttps?://"_s);
    static const QRegularExpression version(u"/v[12]/?\\z"_s);
    static const QRegularExpression form(
        u"\\A[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*\\z"_s);
    QString scope = key;
    scope.remove(scheme).remove(version);
    while (scope.endsWith(u'/'))
        scope.chop(1);
    if (scope.size() > 512 || !form.match(scope).hasMatch())
        return {};
    for (const QLatin1StringView host : {"index.docker.io"_L1, "registry-1.docker.io"_L1}) {
        if (scope == host || scope.startsWith(QString(host) + u'/'))
            scope.replace(0, host.size(), u"docker.io"_s);
    }
    return scope;
}

QString helperKey(const QString& scope)
{
    return scope == "docker.io"_L1 ? u"https://index.docker.io/v1/"_s : scope;
}

QStringList scopesOf(const QString& repository)
{
    QStringList scopes;
    for (QString scope = repository; !scope.isEmpty();) {
        scopes.append(scope);
        const qsizetype slash = scope.lastIndexOf(u'/');
        scope.truncate(std::max<qsizetype>(slash, 0));
    }
    return scopes;
}

CredentialFile readCredentialFile(const QByteArray& content)
{
    CredentialFile file;
    const QJsonObject document = readObject(content);
    const QJsonObject auths = document.value("auths"_L1).toObject();
    for (auto it = auths.begin(); it != auths.end() && file.logins.size() < kMostScopes; ++it) {
        const QString scope = credentialScope(it.key());
        const auto login = readAuth(it.value().toObject());
        if (!scope.isEmpty() && login)
            file.logins.insert(scope, *login);
    }
    const QJsonObject helpers = document.value("credHelpers"_L1).toObject();
    for (auto it = helpers.begin(); it != helpers.end() && file.helpers.size() < kMostScopes; ++it) {
        const QString scope = credentialScope(it.key());
        if (!scope.isEmpty() && isHelperName(it.value().toString()))
            file.helpers.insert(scope, it.value().toString());
    }
    const QString store = document.value("credsStore"_L1).toString();
    if (isHelperName(store))
        file.store = store;
    return file;
}

std::optional<Login> readHelperLogin(const QByteArray& answer)
{
    const QJsonObject object = readObject(answer);
    const QString user = object.value("Username"_L1).toString();
    const QString secret = object.value("Secret"_L1).toString();
    if (secret.isEmpty() || !isSecretGood(user) || !isSecretGood(secret))
        return std::nullopt;
    // As docker-credential-helpers has it.
    if (user == "<token>"_L1)
        return Login{{}, {}, secret};
    return user.isEmpty() ? std::nullopt : std::optional(Login{user, secret, {}});
}

QMap<QString, QString> readHelperList(const QByteArray& answer)
{
    QMap<QString, QString> users;
    const QJsonObject object = readObject(answer);
    for (auto it = object.begin(); it != object.end() && users.size() < kMostScopes; ++it) {
        const QString scope = credentialScope(it.key());
        if (!scope.isEmpty() && isSecretGood(it.value().toString()))
            users.insert(scope, it.value().toString());
    }
    return users;
}

} // namespace lamella::client

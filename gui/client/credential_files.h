// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QMap>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

/// What Docker and the containers tools have written down of a person's logins: ~/.docker/config.json
/// (docker-login(1)) and auth.json (containers-auth.json(5)). Only ever read.
namespace lamella::client {

/// What a registry is told. Either a user with a password, or an identity token.
struct Login {
    QString user;
    QString password;
    QString identityToken;

    bool isEmpty() const { return password.isEmpty() && identityToken.isEmpty(); }
    friend bool operator==(const Login&, const Login&) = default;
};

/// One such file.
struct CredentialFile {
    QMap<QString, Login> logins; ///< by scope: "quay.io", or a part of a registry, "quay.io/team"
    QMap<QString, QString> helpers; ///< by scope: the program docker-credential-<name> that knows its login
    QString store; ///< the program that knows all others; may be empty
};

/// Nothing where the bytes are no such file. What is wrong inside it is left out.
CredentialFile readCredentialFile(const QByteArray& content);

/// The registry, or part of one, that a key of these files is about: without scheme, API version and trailing slash,
/// and Docker's own names of its registry are "docker.io". Empty where the key names none.
QString credentialScope(const QString& key);

/// The scopes that have a say about a repository, the most exact first: "quay.io/team/app" has "quay.io/team/app",
/// "quay.io/team", "quay.io".
QStringList scopesOf(const QString& repository);

/// The key under which Docker's helpers know a registry: theirs for Docker's own is an address.
QString helperKey(const QString& scope);

/// What a helper answered to "get"; nothing where that is no login.
std::optional<Login> readHelperLogin(const QByteArray& answer);
/// What a helper answered to "list": user names by scope.
QMap<QString, QString> readHelperList(const QByteArray& answer);

} // namespace lamella::client

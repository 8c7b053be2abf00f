// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/credentials.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTimer>

#include <algorithm>

namespace lamella::client {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// A helper may ask for a password of its own.
constexpr auto kHelperPatience = 20s;
constexpr qint64 kMostFile = 1 << 20;

QByteArray toSecret(const Login& login)
{
    return QJsonDocument(QJsonObject{
                             {u"user"_s, login.user},
                             {u"password"_s, login.password},
                             {u"identity_token"_s, login.identityToken},
                         })
        .toJson(QJsonDocument::Compact);
}

std::optional<Login> fromSecret(const QByteArray& secret)
{
    const QJsonObject object = QJsonDocument::fromJson(secret).object();
    const Login login{object.value("user"_L1).toString(), object.value("password"_L1).toString(),
                      object.value("identity_token"_L1).toString()};
    return login.isEmpty() ? std::nullopt : std::optional(login);
}

CredentialFile readFile(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return readCredentialFile(file.read(kMostFile + 1));
}

} // namespace

/// One find(): the scopes that are still to be asked about, and what is known of where to ask.
struct Credentials::Search {
    Promise<std::optional<Login>> promise;
    QStringList scopes;
    QStringList left; ///< of the keyring's
    QList<std::pair<QString, QString>> helpers; ///< program and scope, still to be asked
};

QString keptForNowSentence(const QString& scope, const QString& why)
{
    return Credentials::tr(
               "The login at %1 is kept until Lamella ends, and then forgotten: there is no keyring that takes "
               "it (%2). Unlock yours, or install one (GNOME Keyring, KWallet), and add the login again.")
        .arg(scope, why);
}

QStringList credentialFiles()
{
    const QString home = QDir::homePath();
    const QString docker = qEnvironmentVariable("DOCKER_CONFIG", home + "/.docker"_L1);
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    const QString config = qEnvironmentVariable("XDG_CONFIG_HOME", home + "/.config"_L1);
    QStringList files;
    const QString named = qEnvironmentVariable("REGISTRY_AUTH_FILE");
    if (!named.isEmpty())
        files.append(named);
    if (!runtime.isEmpty())
        files.append(runtime + "/containers/auth.json"_L1);
    files.append(config + "/containers/auth.json"_L1);
    files.append(docker + "/config.json"_L1);
    return files;
}

Credentials::Credentials(std::unique_ptr<Keyring> keyring, QStringList files, QObject* parent)
    : QObject(parent)
    , m_keyring(std::move(keyring))
    , m_files(files.isEmpty() ? credentialFiles() : std::move(files))
{
}

Credentials::~Credentials() = default;

void Credentials::setKeptScopes(const QStringList& scopes)
{
    m_kept.clear();
    for (const QString& scope : scopes) {
        if (!credentialScope(scope).isEmpty() && !m_kept.contains(scope))
            m_kept.append(scope);
    }
    refresh();
}

Pending<std::optional<Login>> Credentials::find(const QString& repository)
{
    auto search = std::make_shared<Search>();
    search->scopes = scopesOf(repository);
    for (const QString& scope : search->scopes) {
        if (const auto it = m_session.constFind(scope); it != m_session.cend()) {
            search->promise.give(std::optional(*it));
            return search->promise.pending();
        }
        if (m_kept.contains(scope))
            search->left.append(scope);
    }
    searchKeyring(search);
    return search->promise.pending();
}

void Credentials::searchKeyring(const std::shared_ptr<Search>& search)
{
    if (search->left.isEmpty()) {
        searchFiles(search);
        return;
    }
    const QString scope = search->left.takeFirst();
    m_keyring->read(scope).then(this, [this, search, scope](const Outcome<QByteArray>& secret) {
        const auto login = secret ? fromSecret(*secret) : std::nullopt;
        if (!login) {
            searchKeyring(search);
            return;
        }
        m_users.insert(scope, login->user);
        search->promise.give(login);
    });
}

void Credentials::searchFiles(const std::shared_ptr<Search>& search)
{
    QList<CredentialFile> files;
    for (const QString& path : std::as_const(m_files))
        files.append(readFile(path));
    // The most exact scope counts, whichever file has it; within a file a helper counts more than what is written down.
    for (const QString& scope : std::as_const(search->scopes)) {
        for (const CredentialFile& file : std::as_const(files)) {
            if (const auto helper = file.helpers.constFind(scope); helper != file.helpers.cend())
                search->helpers.append({*helper, scope});
            const auto login = file.logins.constFind(scope);
            if (login != file.logins.cend() && search->helpers.isEmpty()) {
                search->promise.give(std::optional(*login));
                return;
            }
        }
    }
    for (const CredentialFile& file : std::as_const(files)) {
        if (!file.store.isEmpty() && !search->scopes.isEmpty())
            search->helpers.append({file.store, search->scopes.constLast()});
    }
    searchHelpers(search);
}

void Credentials::searchHelpers(const std::shared_ptr<Search>& search)
{
    if (search->helpers.isEmpty()) {
        search->promise.give(std::optional<Login>());
        return;
    }
    const auto [name, scope] = search->helpers.takeFirst();
    runHelper(name, u"get"_s, helperKey(scope).toUtf8(), [this, search](const QByteArray& answer) {
        const auto login = readHelperLogin(answer);
        if (login)
            search->promise.give(login);
        else
            searchHelpers(search);
    });
}

void Credentials::runHelper(const QString& name, const QString& verb, const QByteArray& input, const Answer& answer)
{
    auto* helper = new QProcess(this);
    // What it says is a secret, or a sentence without one that nobody asked for: none of it goes to a log.
    helper->setStandardErrorFile(QProcess::nullDevice());
    QTimer::singleShot(kHelperPatience, helper, &QProcess::kill);
    const auto finish = [helper, answer](bool good) {
        helper->disconnect();
        const QByteArray output = good ? helper->readAllStandardOutput() : QByteArray();
        helper->deleteLater();
        answer(output);
    };
    connect(helper, &QProcess::errorOccurred, this, [finish](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            finish(false);
    });
    connect(helper, &QProcess::finished, this,
            [finish](int status, QProcess::ExitStatus how) { finish(status == 0 && how == QProcess::NormalExit); });
    helper->start(u"docker-credential-"_s + name, {verb});
    helper->write(input);
    helper->closeWriteChannel();
}

Pending<QString> Credentials::keep(const QString& scope, const Login& login)
{
    Promise<QString> promise;
    m_keyring->write(scope, toSecret(login)).then(this, [this, scope, login, promise](const Outcome<void>& outcome) {
        if (outcome) {
            m_session.remove(scope);
            m_users.insert(scope, login.user);
        } else {
            m_session.insert(scope, login);
        }
        remember(scope, outcome.has_value());
        const QString why = outcome ? QString() : outcome.error().sentence;
        promise.give(outcome || !why.isEmpty() ? why : tr("it does not say why"));
    });
    return promise.pending();
}

Pending<void> Credentials::forget(const QString& scope)
{
    Promise<void> promise;
    m_session.remove(scope);
    if (!m_kept.contains(scope)) {
        promise.give({});
        refresh();
        return promise.pending();
    }
    m_keyring->remove(scope).then(this, [this, scope, promise](const Outcome<void>& outcome) {
        if (outcome)
            remember(scope, false);
        promise.give(outcome);
    });
    return promise.pending();
}

void Credentials::remember(const QString& scope, bool kept)
{
    m_kept.removeAll(scope);
    if (kept)
        m_kept.append(scope);
    else
        m_users.remove(scope);
    refresh();
}

void Credentials::refresh()
{
    QList<KnownLogin> logins;
    for (const QString& scope : std::as_const(m_kept))
        logins.append({scope, m_users.value(scope), LoginSource::Keyring, {}});
    for (const auto& [scope, login] : m_session.asKeyValueRange())
        logins.append({scope, login.user, LoginSource::Session, {}});
    for (const QString& path : std::as_const(m_files)) {
        const CredentialFile file = readFile(path);
        for (const auto& [scope, login] : file.logins.asKeyValueRange())
            logins.append({scope, login.user, LoginSource::File, path});
        for (const auto& [scope, helper] : file.helpers.asKeyValueRange())
            logins.append({scope, {}, LoginSource::Helper, u"docker-credential-"_s + helper});
        if (!file.store.isEmpty())
            listStore(file.store);
    }
    show(logins);
}

void Credentials::listStore(const QString& store)
{
    runHelper(store, u"list"_s, {}, [this, store](const QByteArray& answer) {
        QList<KnownLogin> logins = m_known;
        for (const auto& [scope, user] : readHelperList(answer).asKeyValueRange())
            logins.append({scope, user, LoginSource::Helper, u"docker-credential-"_s + store});
        show(logins);
    });
}

void Credentials::show(const QList<KnownLogin>& logins)
{
    m_known.clear();
    for (const KnownLogin& login : logins) {
        if (!m_known.contains(login))
            m_known.append(login);
    }
    std::ranges::stable_sort(m_known, {}, &KnownLogin::scope);
    Q_EMIT changed();
}

} // namespace lamella::client

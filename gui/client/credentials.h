// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/credential_files.h"
#include "gui/client/keyring.h"
#include "gui/client/pending.h"

#include <QHash>
#include <QObject>
#include <QStringList>

#include <functional>
#include <memory>
#include <optional>

namespace lamella::client {

/// Where a login is kept.
enum class LoginSource {
    Keyring, ///< the person's keyring, written by this program
    Session, ///< this program's memory, because there is no keyring
    File, ///< a file of Docker's or of the containers tools; only read
    Helper, ///< a program that Docker's file names; only read
};

/// A login without its secret.
struct KnownLogin {
    QString scope; ///< a registry, or a part of one
    QString user; ///< empty where only the secret's keeper knows it
    LoginSource source = LoginSource::File;
    QString place; ///< the file or the program

    friend bool operator==(const KnownLogin&, const KnownLogin&) = default;
};

/// A person's logins at registries. Those given here go to the keyring; those of Docker and of the containers tools are
/// read and used, too. Secrets are never logged and never written anywhere else.
class Credentials : public QObject {
    Q_OBJECT

public:
    /// `files`: in the order in which they count; empty: the person's own.
    explicit Credentials(std::unique_ptr<Keyring> keyring, QStringList files = {}, QObject* parent = nullptr);
    ~Credentials() override;

    /// The login for a repository ("docker.io/library/debian") or a registry; nothing where none is known, or where its
    /// keeper does not give it.
    Pending<std::optional<Login>> find(const QString& repository);
    /// Keeps a login in the keyring. Where there is none it is kept until the program ends, and the answer says why.
    Pending<QString> keep(const QString& scope, const Login& login);
    /// Forgets one that was kept here.
    Pending<void> forget(const QString& scope);

    /// What is known of each login, sorted by scope; read anew by refresh().
    const QList<KnownLogin>& known() const { return m_known; }
    void refresh();

    /// The scopes with a login in the keyring (which cannot be listed), as the settings remember them.
    QStringList keptScopes() const { return m_kept; }
    void setKeptScopes(const QStringList& scopes);

Q_SIGNALS:
    /// known() or keptScopes() are others than before.
    void changed();

private:
    struct Search;
    using Answer = std::function<void(const QByteArray&)>;

    void searchKeyring(const std::shared_ptr<Search>& search);
    void searchFiles(const std::shared_ptr<Search>& search);
    void searchHelpers(const std::shared_ptr<Search>& search);
    void runHelper(const QString& name, const QString& verb, const QByteArray& input, const Answer& answer);
    void listStore(const QString& store);
    void remember(const QString& scope, bool kept);
    void show(const QList<KnownLogin>& logins);

    std::unique_ptr<Keyring> m_keyring;
    QStringList m_files;
    QStringList m_kept;
    QHash<QString, Login> m_session;
    QHash<QString, QString> m_users; ///< of those in the keyring, as far as they were seen
    QList<KnownLogin> m_known;
};

/// What is said when keep() could not keep a login beyond the program's end: `why` is its answer.
QString keptForNowSentence(const QString& scope, const QString& why);

/// The files of this person, in the order in which they count (containers-auth.json(5), docker-login(1)).
QStringList credentialFiles();

} // namespace lamella::client

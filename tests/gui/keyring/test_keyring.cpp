// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/credentials.h"

#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace lamella;
using namespace Qt::StringLiterals;

namespace {

/// A session bus that starts nothing by itself, in a home of its own; the process has it for its session's.
class Session {
public:
    Session()
    {
        for (const char* name : {"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"})
            qputenv(name, m_home.path().toUtf8());
        for (const char* name : {"XDG_CURRENT_DESKTOP", "KDE_FULL_SESSION", "GNOME_KEYRING_CONTROL"})
            qunsetenv(name);
        QFile config(m_home.filePath(u"bus.conf"_s));
        if (!config.open(QIODevice::WriteOnly)
            || config.write("<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context='default'>"
                            "<allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/>"
                            "</policy></busconfig>")
                < 0)
            qFatal("cannot write the bus's configuration");
        config.close();
        m_bus.start(u"dbus-daemon"_s,
                    {u"--config-file="_s + config.fileName(), u"--nofork"_s, u"--nopidfile"_s, u"--print-address=1"_s});
        if (!m_bus.waitForReadyRead(10'000))
            qFatal("the bus does not start");
        qputenv("DBUS_SESSION_BUS_ADDRESS", m_bus.readLine().trimmed());
    }
    ~Session() { end(m_bus); }

    /// Without a password it is there, and locked.
    void startKeyring(const QByteArray& password)
    {
        QStringList arguments{u"--foreground"_s, u"--components=secrets"_s};
        if (!password.isEmpty())
            arguments.append(u"--unlock"_s);
        m_keyring.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_keyring.start(u"gnome-keyring-daemon"_s, arguments);
        m_keyring.write(password);
        m_keyring.closeWriteChannel();
        if (!QTest::qWaitFor([this] { return hasKeyring(); }, 30'000))
            qFatal("the keyring does not start");
    }
    void endKeyring()
    {
        end(m_keyring);
        if (!QTest::qWaitFor([this] { return !hasKeyring(); }, 30'000))
            qFatal("the keyring does not end");
    }

private:
    /// By a process of its own: this one's connection to the bus is the client's.
    bool hasKeyring() const
    {
        QProcess ask;
        ask.start(u"dbus-send"_s,
                  {u"--session"_s, u"--print-reply"_s, u"--dest=org.freedesktop.DBus"_s, u"/"_s,
                   u"org.freedesktop.DBus.NameHasOwner"_s, u"string:org.freedesktop.secrets"_s});
        return ask.waitForFinished() && ask.readAllStandardOutput().contains("boolean true");
    }
    static void end(QProcess& process)
    {
        process.terminate();
        if (process.state() != QProcess::NotRunning && !process.waitForFinished(10'000))
            process.kill();
    }

    QTemporaryDir m_home;
    QProcess m_bus;
    QProcess m_keyring;
};

} // namespace

/// Logins in the keyring of a desktop: kept, given, and forgotten; and what becomes of one where no keyring takes it.
class TestKeyring : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanup() { m_session->endKeyring(); }
    void keepsGivesAndForgets();
    void keepsForNow_data();
    void keepsForNow();

private:
    /// A program's own, which knows of `kept` by its settings.
    std::unique_ptr<client::Credentials> credentials(const QStringList& kept = {}) const;
    QString keep(client::Credentials& credentials, const QString& scope, const client::Login& login);
    std::optional<client::Login> find(client::Credentials& credentials, const QString& repository);

    std::unique_ptr<Session> m_session;
};

void TestKeyring::initTestCase()
{
    if (QStandardPaths::findExecutable(u"gnome-keyring-daemon"_s).isEmpty())
        QSKIP("needs gnome-keyring (./dev shell --with test)");
    m_session = std::make_unique<Session>();
}

std::unique_ptr<client::Credentials> TestKeyring::credentials(const QStringList& kept) const
{
    auto made
        = std::make_unique<client::Credentials>(std::make_unique<client::DesktopKeyring>(), QStringList{u"/none"_s});
    made->setKeptScopes(kept);
    return made;
}

QString TestKeyring::keep(client::Credentials& credentials, const QString& scope, const client::Login& login)
{
    std::optional<QString> why;
    credentials.keep(scope, login).then(this, [&why](const client::Outcome<QString>& outcome) { why = *outcome; });
    return QTest::qWaitFor([&why] { return why.has_value(); }, 60'000) ? *why : u"no answer"_s;
}

std::optional<client::Login> TestKeyring::find(client::Credentials& credentials, const QString& repository)
{
    std::optional<client::Login> found;
    bool answered = false;
    credentials.find(repository).then(this, [&](const client::Outcome<std::optional<client::Login>>& outcome) {
        answered = true;
        found = outcome.value_or(std::nullopt);
    });
    return QTest::qWaitFor([&answered] { return answered; }, 60'000) ? found : client::Login{u"no answer"_s, {}, {}};
}

void TestKeyring::keepsGivesAndForgets()
{
    m_session->startKeyring("open-sesame");
    const client::Login login{u"me"_s, u"päss \" word"_s, {}};
    const client::Login token{{}, {}, u"a-token"_s};
    {
        const auto first = credentials();
        QCOMPARE(keep(*first, u"quay.io/team"_s, login), QString());
        QCOMPARE(keep(*first, u"ghcr.io"_s, token), QString());
        QCOMPARE(first->known().size(), 2);
        QCOMPARE(first->known().at(1).source, client::LoginSource::Keyring);
    }
    // Another run of the program has it from the keyring, and for its own part of the registry alone.
    const auto second = credentials({u"quay.io/team"_s, u"ghcr.io"_s});
    QCOMPARE(find(*second, u"quay.io/team/app"_s), login);
    QCOMPARE(find(*second, u"ghcr.io/x/y"_s), token);
    QCOMPARE(find(*second, u"quay.io/other/app"_s), std::nullopt);
    bool forgotten = false;
    second->forget(u"quay.io/team"_s).then(this, [&](const client::Outcome<void>& outcome) {
        forgotten = outcome.has_value();
    });
    QTRY_VERIFY(forgotten);
    QCOMPARE(second->keptScopes(), QStringList{u"ghcr.io"_s});
    QCOMPARE(find(*credentials({u"quay.io/team"_s}), u"quay.io/team/app"_s), std::nullopt);
}

void TestKeyring::keepsForNow_data()
{
    QTest::addColumn<bool>("there");
    QTest::newRow("no keyring") << false;
    QTest::newRow("locked") << true;
}

void TestKeyring::keepsForNow()
{
    QFETCH(bool, there);
    if (there)
        m_session->startKeyring({});
    const client::Login login{u"me"_s, u"secret"_s, {}};
    const auto first = credentials();
    const QString why = keep(*first, u"docker.io"_s, login);
    QVERIFY(!why.isEmpty());
    const QString sentence = client::keptForNowSentence(u"docker.io"_s, why);
    QVERIFY2(sentence.contains(u"docker.io") && sentence.contains(u"until Lamella ends") && sentence.contains(why),
             qPrintable(sentence));
    QCOMPARE(first->known().value(0).source, client::LoginSource::Session);
    QCOMPARE(find(*first, u"docker.io/library/debian"_s), login);
    QCOMPARE(first->keptScopes(), QStringList());
    QCOMPARE(find(*credentials(), u"docker.io/library/debian"_s), std::nullopt);
}

QTEST_GUILESS_MAIN(TestKeyring)
#include "test_keyring.moc"

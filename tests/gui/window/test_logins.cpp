// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/banner.h"
#include "tests/gui/window/window_fixture.h"

#include <QAbstractButton>
#include <QAction>
#include <QDialog>
#include <QLineEdit>
#include <QTest>
#include <QTreeWidget>

using namespace lamella;
using namespace Qt::StringLiterals;

/// The logins at registries.
class TestLogins : public test::WindowFixture {
    Q_OBJECT

public:
    TestLogins()
        : WindowFixture(u"images"_s)
    {
    }

private Q_SLOTS:
    void showsLogins();
    void checksALoginBeforeItIsKept();
    void asksAsTheRegistryIsReached();
    void saysThatCertificatesAreGone();
    void testsALogin_data();
    void testsALogin();

private:
    /// Fills in the dialog that adds a login, until the registry is asked.
    void type(const QString& registry);
};

void TestLogins::type(const QString& registry)
{
    const qsizetype asked = m_helper->calls.count(u"CheckLogin"_s);
    find<QAbstractButton>(u"addLogin"_s)->click();
    find<QLineEdit>(u"loginRegistry"_s)->setText(registry);
    find<QLineEdit>(u"loginUser"_s)->setText(u"you"_s);
    find<QLineEdit>(u"loginPassword"_s)->setText(u"hidden"_s);
    find<QAbstractButton>(u"addLoginOk"_s)->click();
    QTRY_COMPARE(m_helper->calls.count(u"CheckLogin"_s), asked + 1);
    QTRY_COMPARE(m_helper->calls.count(u"Wait"_s), asked + 1);
}

void TestLogins::showsLogins()
{
    file(u"auth.json"_s, R"({"auths":{"quay.io":{"auth":"bWU6c2VjcmV0"}}})");
    connectReady();
    action(u"loginsAction"_s)->trigger();
    QTRY_VERIFY(find<QTreeWidget>(u"loginTable"_s));
    auto* table = find<QTreeWidget>(u"loginTable"_s);
    QCOMPARE(table->topLevelItemCount(), 1);
    QCOMPARE(table->topLevelItem(0)->text(1), u"me"_s);
    for (int column = 0; column < table->columnCount(); ++column)
        QVERIFY(!table->topLevelItem(0)->text(column).contains(u"secret"_s));
    QVERIFY(!find<QAbstractButton>(u"removeLogin"_s)->isEnabled());
    const auto add = [&](const QString& registry) {
        type(registry);
        m_helper->endJob({}, {}, {u"accepted"_s});
        QTRY_VERIFY(!find<QDialog>(u"addLoginDialog"_s));
    };
    add(u"https://index.docker.io/v1/"_s);
    QTRY_COMPARE(table->topLevelItemCount(), 2);
    QVERIFY(m_keyring->secrets.contains(u"docker.io"_s));
    // Where there is no keyring it says so, and the login holds for this once.
    m_keyring->isThere = false;
    add(u"ghcr.io"_s);
    auto* banner = find<QDialog>(u"credentialsDialog"_s)->findChild<widgets::Banner*>();
    QTRY_VERIFY(banner->isVisible());
    QVERIFY2(banner->text().contains(u"No keyring service is running."), qPrintable(banner->text()));
    QTRY_COMPARE(table->topLevelItemCount(), 3);
    table->setCurrentItem(table->findItems(u"docker.io"_s, Qt::MatchExactly).constFirst());
    find<QAbstractButton>(u"removeLogin"_s)->click();
    find<QAbstractButton>(u"deedButton"_s)->click();
    QTRY_COMPARE(table->topLevelItemCount(), 2);
    QVERIFY(m_keyring->secrets.isEmpty());
}

void TestLogins::checksALoginBeforeItIsKept()
{
    connectReady();
    action(u"loginsAction"_s)->trigger();
    QTRY_VERIFY(find<QTreeWidget>(u"loginTable"_s));
    type(u"quay.io/team"_s);
    QCOMPARE(m_helper->lastCall.value(u"CheckLogin"_s).at(0).toString(), u"quay.io/team"_s);
    QCOMPARE(optionsOf(u"CheckLogin"_s), (QVariantMap{{u"user"_s, u"you"_s}, {u"password"_s, u"hidden"_s}}));
    auto* anyway = find<QAbstractButton>(u"addLoginAnyway"_s);
    QVERIFY(!anyway->isVisible());
    m_helper->endJob(u"quay.io does not accept the login."_s, u"RegistryDenied"_s);
    QTRY_VERIFY(anyway->isVisible());
    auto* banner = find<QDialog>(u"addLoginDialog"_s)->findChild<widgets::Banner*>();
    QVERIFY(banner->text().contains(u"quay.io does not accept the login."));
    QVERIFY(m_keyring->secrets.isEmpty());
    // What was said is not about what is typed now.
    find<QLineEdit>(u"loginPassword"_s)->setText(u"other"_s);
    QVERIFY(!anyway->isVisible());
    QVERIFY(!banner->isVisible());
    m_helper->failNext(u"CheckLogin"_s, u"LimitExceeded"_s, u"Too many transfers at once."_s);
    find<QAbstractButton>(u"addLoginOk"_s)->click();
    QTRY_VERIFY(anyway->isVisible());
    anyway->click();
    QTRY_VERIFY(!find<QDialog>(u"addLoginDialog"_s));
    QTRY_VERIFY(m_keyring->secrets.value(u"quay.io/team"_s).contains("other"));
}

void TestLogins::asksAsTheRegistryIsReached()
{
    const QByteArray pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    file(u"auth.json"_s, R"({"auths":{"host:5000":{"auth":"bWU6c2VjcmV0"}}})");
    file(u"certs.d/host:5000/ca.crt"_s, pem);
    m_registries->set(u"host:5000"_s, {true, {}, {u"https://mirror"_s}});
    const auto reached = [&](const QString& user, const QString& password) {
        return QVariantMap{{u"user"_s, user},
                           {u"password"_s, password},
                           {u"plain_http"_s, true},
                           {u"ca_certificates"_s, QString::fromLatin1(pem)}};
    };
    connectReady();
    action(u"loginsAction"_s)->trigger();
    QTRY_VERIFY(find<QTreeWidget>(u"loginTable"_s));
    type(u"host:5000/team"_s);
    QCOMPARE(optionsOf(u"CheckLogin"_s), reached(u"you"_s, u"hidden"_s));
    find<QDialog>(u"addLoginDialog"_s)->reject();
    QTRY_VERIFY(find<QAbstractButton>(u"testLogin"_s)->isEnabled());
    find<QAbstractButton>(u"testLogin"_s)->click();
    QTRY_COMPARE(m_helper->calls.count(u"CheckLogin"_s), 2);
    QCOMPARE(optionsOf(u"CheckLogin"_s), reached(u"me"_s, u"secret"_s));
}

void TestLogins::saysThatCertificatesAreGone()
{
    m_registries->set(u"quay.io"_s, {false, m_directory->filePath(u"gone.pem"_s), {}});
    connectReady();
    action(u"loginsAction"_s)->trigger();
    QTRY_VERIFY(find<QTreeWidget>(u"loginTable"_s));
    find<QAbstractButton>(u"addLogin"_s)->click();
    find<QLineEdit>(u"loginRegistry"_s)->setText(u"quay.io"_s);
    find<QLineEdit>(u"loginUser"_s)->setText(u"you"_s);
    find<QLineEdit>(u"loginPassword"_s)->setText(u"hidden"_s);
    find<QAbstractButton>(u"addLoginOk"_s)->click();
    auto* banner = find<QDialog>(u"addLoginDialog"_s)->findChild<widgets::Banner*>();
    QTRY_VERIFY2(banner->text().contains(u"gone.pem cannot be read"), qPrintable(banner->text()));
    QVERIFY(!m_helper->calls.contains(u"CheckLogin"_s));
}

void TestLogins::testsALogin_data()
{
    QTest::addColumn<QString>("result");
    QTest::addColumn<QString>("error");
    QTest::addColumn<QString>("said");
    QTest::newRow("accepted") << u"accepted"_s << QString() << u"quay.io accepts the login."_s;
    QTest::newRow("not asked") << u"not-asked"_s << QString() << u"asks nobody for a login"_s;
    QTest::newRow("refused") << QString() << u"quay.io does not accept the login."_s
                             << u"quay.io does not accept the login."_s;
}

void TestLogins::testsALogin()
{
    QFETCH(QString, result);
    QFETCH(QString, error);
    QFETCH(QString, said);
    file(u"auth.json"_s, R"({"auths":{"quay.io":{"auth":"bWU6c2VjcmV0"}}})");
    connectReady();
    action(u"loginsAction"_s)->trigger();
    QTRY_VERIFY(find<QAbstractButton>(u"testLogin"_s)->isEnabled());
    find<QAbstractButton>(u"testLogin"_s)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    QCOMPARE(optionsOf(u"CheckLogin"_s), (QVariantMap{{u"user"_s, u"me"_s}, {u"password"_s, u"secret"_s}}));
    QVERIFY(!find<QAbstractButton>(u"testLogin"_s)->isEnabled());
    m_helper->endJob(error, u"RegistryDenied"_s, {result});
    auto* banner = find<QDialog>(u"credentialsDialog"_s)->findChild<widgets::Banner*>();
    QTRY_VERIFY2(banner->text().contains(said), qPrintable(banner->text()));
    QVERIFY(find<QAbstractButton>(u"testLogin"_s)->isEnabled());
    QVERIFY(!this->banner()->isVisible());
}

QTEST_MAIN(TestLogins)
#include "test_logins.moc"

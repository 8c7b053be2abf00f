// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/registry_dialog.h"
#include "gui/widgets/banner.h"
#include "tests/gui/window/window_fixture.h"

#include <QAbstractButton>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QScopeGuard>
#include <QTest>

using namespace lamella;
using namespace Qt::StringLiterals;

namespace {

const QByteArray kPem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";

} // namespace

/// Pulling and pushing, until the work is under way.
class TestRegistryDialog : public test::WindowFixture {
    Q_OBJECT

public:
    TestRegistryDialog()
        : WindowFixture(u"images"_s)
    {
    }

private Q_SLOTS:
    void showsTheNameBeforeItPulls();
    void pulls();
    void pullsAgain_data();
    void pullsAgain();
    void asksForALogin();
    void usesWhatIsKnown();
    void listsTags();
    void proxiesOfTheEnvironment_data();
    void proxiesOfTheEnvironment();
    void warnsOfPlainHttp();
    void remembersWhatWorked();
    void forgetsWhatFailed_data();
    void forgetsWhatFailed();
    void showsWhatIsRemembered();
    void leavesWhatWasTouched();
    void takesOthersCertificates();
    void saysWhatIsNoMirror();
    void warnsOfMirrorsWithoutTls();
    void pushesToTheRegistryItself();
    void triesAgainAsItIsReachedNow();
    void pushes();
};

void TestRegistryDialog::showsTheNameBeforeItPulls()
{
    m_helper->addImage(u"docker.io/library/alpine:3"_s);
    connectReady();
    action(u"pullAction"_s)->trigger();
    auto* name = find<QLineEdit>(u"referenceField"_s);
    auto* canonical = find<QLabel>(u"canonicalName"_s);
    auto* ok = find<QAbstractButton>(u"registryOk"_s);
    QVERIFY(!ok->isEnabled());
    QCOMPARE(name->completer()->model()->index(0, 0).data().toString(), u"alpine:3"_s);
    name->setText(u"debian"_s);
    QTRY_VERIFY(ok->isEnabled());
    QVERIFY2(canonical->text().contains(u"docker.io/library/debian:latest"), qPrintable(canonical->text()));
    // What is no name is said, and the one from before is not what would be pulled.
    name->setText(u"debian or so"_s);
    QVERIFY(!ok->isEnabled());
    QTRY_VERIFY2(canonical->text().contains(u"is no name of an image"), qPrintable(canonical->text()));
    QVERIFY(!ok->isEnabled());
    QVERIFY(!m_helper->calls.contains(u"PullImage"_s));
}

void TestRegistryDialog::pulls()
{
    connectReady();
    auto* dialog = openPull(u"debian"_s);
    QVERIFY(dialog);
    dialog->findChild<QComboBox*>(u"platformCombo"_s)->setCurrentText(u"linux/arm64"_s);
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_VERIFY(m_helper->lastCall.contains(u"PullImage"_s));
    QCOMPARE(m_helper->lastCall.value(u"PullImage"_s).at(0).toString(), u"docker.io/library/debian:latest"_s);
    QCOMPARE(optionsOf(u"PullImage"_s), (QVariantMap{{u"platform"_s, u"linux/arm64"_s}}));
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    QVERIFY(dialog->isVisible());
    // With the first layers it is under way, and the dialog has done its part.
    m_helper->changeParts({{u"sha256:aaaa"_s, 10, 100}});
    QTRY_VERIFY(!find<dialogs::RegistryDialog>(u"pullDialog"_s));
    QTRY_VERIFY(find<QLabel>(u"jobSentence"_s)->isVisible());
    QCOMPARE(find<QLabel>(u"jobSentence"_s)->text(), u"Pulling debian:latest"_s);
    // The next time it is completed.
    action(u"pullAction"_s)->trigger();
    QCOMPARE(find<QLineEdit>(u"referenceField"_s)->completer()->model()->index(0, 0).data().toString(),
             u"debian:latest"_s);
}

void TestRegistryDialog::pullsAgain_data()
{
    QTest::addColumn<QStringList>("names");
    QTest::addColumn<QString>("platform");
    QTest::addColumn<QString>("pulled"); // empty: it is not offered
    QTest::addColumn<QVariantMap>("options");
    const QString amd = u"linux/amd64"_s;
    const QString digest = u"quay.io/team/app@sha256:"_s + QString(64, u'd');
    const QVariantMap login{{u"user"_s, u"me"_s}, {u"password"_s, u"secret"_s}};
    QTest::newRow("a name") << QStringList{u"docker.io/library/debian:13"_s} << amd << u"docker.io/library/debian:13"_s
                            << QVariantMap();
    QTest::newRow("a registry with a login")
        << QStringList{u"quay.io/team/app:1"_s} << amd << u"quay.io/team/app:1"_s << login;
    QTest::newRow("for another machine") << QStringList{u"docker.io/library/debian:13"_s} << u"linux/arm64"_s
                                         << u"docker.io/library/debian:13"_s
                                         << QVariantMap{{u"platform"_s, u"linux/arm64"_s}};
    QTest::newRow("a variant of this machine") << QStringList{u"docker.io/library/debian:13"_s} << u"linux/amd64/v2"_s
                                               << u"docker.io/library/debian:13"_s << QVariantMap();
    QTest::newRow("a digest, and a name")
        << QStringList{digest, u"quay.io/team/app:1"_s} << amd << u"quay.io/team/app:1"_s << login;
    QTest::newRow("nothing but a digest") << QStringList{digest} << amd << QString() << QVariantMap();
    QTest::newRow("no name") << QStringList() << amd << QString() << QVariantMap();
}

void TestRegistryDialog::pullsAgain()
{
    QFETCH(QStringList, names);
    QFETCH(QString, platform);
    QFETCH(QString, pulled);
    QFETCH(QVariantMap, options);
    const QString image = m_helper->addImage(u"x"_s, platform);
    m_helper->changeImage(image, {{u"References"_s, names}});
    m_credentials->keep(u"quay.io"_s, {u"me"_s, u"secret"_s, {}});
    connectReady();
    QTRY_VERIFY(action(u"inspectAction"_s)->isEnabled());
    QCOMPARE(action(u"pullAgainAction"_s)->isEnabled(), !pulled.isEmpty());
    if (pulled.isEmpty())
        return;
    action(u"pullAgainAction"_s)->trigger();
    auto* ok = find<QAbstractButton>(u"registryOk"_s);
    QVERIFY(ok);
    QTRY_VERIFY(ok->isEnabled());
    ok->click();
    QTRY_VERIFY(m_helper->lastCall.contains(u"PullImage"_s));
    QCOMPARE(m_helper->lastCall.value(u"PullImage"_s).at(0).toString(), pulled);
    QCOMPARE(optionsOf(u"PullImage"_s), options);
}

void TestRegistryDialog::asksForALogin()
{
    connectReady();
    auto* dialog = openPull(u"quay.io/team/app"_s);
    QVERIFY(dialog);
    auto* ok = dialog->findChild<QAbstractButton*>(u"registryOk"_s);
    auto* form = dialog->findChild<QWidget*>(u"loginForm"_s);
    QVERIFY(!form->isVisible());
    ok->click();
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    m_helper->endJob(u"quay.io wants to know who you are."_s, u"RegistryDenied"_s);
    QTRY_VERIFY(form->isVisible());
    QVERIFY(dialog->findChild<widgets::Banner*>()->text().contains(u"quay.io wants to know who you are."));
    QVERIFY(!ok->isEnabled());
    dialog->findChild<QLineEdit*>(u"loginUser"_s)->setText(u"me"_s);
    auto* password = dialog->findChild<QLineEdit*>(u"loginPassword"_s);
    QCOMPARE(password->echoMode(), QLineEdit::Password);
    password->setText(u"secret"_s);
    QVERIFY(ok->isEnabled());
    ok->click();
    QTRY_COMPARE(m_helper->calls.count(u"PullImage"_s), 2);
    QCOMPARE(optionsOf(u"PullImage"_s), (QVariantMap{{u"user"_s, u"me"_s}, {u"password"_s, u"secret"_s}}));
    QTRY_COMPARE(m_helper->calls.count(u"Wait"_s), 2);
    // Nothing is kept before the registry has taken it.
    QVERIFY(m_keyring->secrets.isEmpty());
    m_helper->changeParts({{u"sha256:aaaa"_s, 10, 100}});
    QTRY_VERIFY(m_keyring->secrets.contains(u"quay.io"_s));
    // And the next time nobody is asked.
    dialog = openPull(u"quay.io/team/other"_s);
    QVERIFY(dialog);
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_COMPARE(m_helper->calls.count(u"PullImage"_s), 3);
    QCOMPARE(optionsOf(u"PullImage"_s).value(u"password"_s).toString(), u"secret"_s);
}

void TestRegistryDialog::usesWhatIsKnown()
{
    file(u"auth.json"_s, R"({"auths":{"quay.io/team":{"auth":"bWU6c2VjcmV0"}}})");
    m_keyring->isThere = false;
    connectReady();
    auto* dialog = openPull(u"quay.io/team/app"_s);
    QVERIFY(dialog);
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_VERIFY(m_helper->lastCall.contains(u"PullImage"_s));
    QCOMPARE(optionsOf(u"PullImage"_s), (QVariantMap{{u"user"_s, u"me"_s}, {u"password"_s, u"secret"_s}}));
}

void TestRegistryDialog::listsTags()
{
    connectReady();
    auto* dialog = openPull(u"debian"_s);
    QVERIFY(dialog);
    dialog->findChild<QAbstractButton*>(u"tagsButton"_s)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    QCOMPARE(m_helper->lastCall.value(u"ListTags"_s).at(0).toString(), u"docker.io/library/debian"_s);
    m_helper->endJob({}, {}, {u"12"_s, u"13"_s, u"13-slim"_s});
    QTRY_VERIFY(dialog->findChild<QListWidget*>(u"tagList"_s));
    auto* list = dialog->findChild<QListWidget*>(u"tagList"_s);
    QCOMPARE(list->count(), 3);
    auto* search = dialog->findChild<QLineEdit*>(u"tagSearch"_s);
    search->setText(u"slim"_s);
    QTRY_VERIFY(list->item(0)->isHidden());
    QTest::keyClick(search, Qt::Key_Return);
    QTRY_COMPARE(dialog->findChild<QLineEdit*>(u"referenceField"_s)->text(), u"debian:13-slim"_s);
    QTRY_VERIFY(dialog->findChild<QAbstractButton*>(u"registryOk"_s)->isEnabled());
}

void TestRegistryDialog::proxiesOfTheEnvironment_data()
{
    using Variables = QMap<QByteArray, QByteArray>;
    QTest::addColumn<Variables>("variables");
    QTest::addColumn<QVariantMap>("sent");
    const auto sent = [](const QString& http, const QString& https, const QString& none) {
        QVariantMap options;
        const auto add = [&options](const QString& name, const QString& value) {
            if (!value.isEmpty())
                options.insert(name, value);
        };
        add(u"http_proxy"_s, http);
        add(u"https_proxy"_s, https);
        add(u"no_proxy"_s, none);
        return options;
    };
    const Variables lower{{"http_proxy", "http://h:1"}, {"https_proxy", "http://s:2"}, {"no_proxy", "a.example,b"}};
    const Variables upper{{"HTTP_PROXY", "http://H:3"}, {"HTTPS_PROXY", "http://S:4"}, {"NO_PROXY", "C.example"}};
    Variables both = lower;
    both.insert(upper);
    Variables all = lower;
    all.insert("all_proxy", "socks5://a:5");
    all.insert("ALL_PROXY", "socks5://A:6");
    QTest::newRow("none") << Variables() << QVariantMap();
    QTest::newRow("lower case") << lower << sent(u"http://h:1"_s, u"http://s:2"_s, u"a.example,b"_s);
    QTest::newRow("upper case") << upper << sent(u"http://H:3"_s, u"http://S:4"_s, u"C.example"_s);
    QTest::newRow("both") << both << sent(u"http://h:1"_s, u"http://s:2"_s, u"a.example,b"_s);
    QTest::newRow("one for all") << Variables{{"all_proxy", "socks5://a:5"}}
                                 << sent(u"socks5://a:5"_s, u"socks5://a:5"_s, QString());
    QTest::newRow("one for all in upper case") << Variables{{"ALL_PROXY", "socks5://A:6"}, {"NO_PROXY", "b"}}
                                               << sent(u"socks5://A:6"_s, u"socks5://A:6"_s, u"b"_s);
    QTest::newRow("one for all the others") << Variables{{"all_proxy", "socks5://a:5"}, {"HTTPS_PROXY", "http://S:4"}}
                                            << sent(u"socks5://a:5"_s, u"http://S:4"_s, QString());
    QTest::newRow("one for all, and one for each") << all << sent(u"http://h:1"_s, u"http://s:2"_s, u"a.example,b"_s);
}

void TestRegistryDialog::proxiesOfTheEnvironment()
{
    using Variables = QMap<QByteArray, QByteArray>;
    QFETCH(const Variables, variables);
    QFETCH(QVariantMap, sent);
    for (const auto& [name, value] : variables.asKeyValueRange())
        qputenv(name.constData(), value);
    const auto unset = qScopeGuard([&variables] {
        for (const QByteArray& name : variables.keys())
            qunsetenv(name.constData());
    });
    connectReady();
    auto* dialog = openPull(u"debian"_s);
    QVERIFY(dialog);
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_VERIFY(m_helper->lastCall.contains(u"PullImage"_s));
    QCOMPARE(optionsOf(u"PullImage"_s), sent);
}

void TestRegistryDialog::warnsOfPlainHttp()
{
    connectReady();
    auto* dialog = openPull(u"host:5000/app"_s);
    QVERIFY(dialog);
    auto* plain = dialog->findChild<QCheckBox*>(u"plainHttpCheck"_s);
    QVERIFY(!plain->isVisible());
    dialog->findChild<QWidget*>(u"moreFold"_s)->findChild<QAbstractButton*>(u"foldOutTitle"_s)->click();
    QVERIFY(plain->isVisible());
    auto* warning = dialog->findChild<QLabel*>(u"plainHttpWarning"_s);
    QVERIFY(!warning->isVisible());
    plain->setChecked(true);
    QVERIFY(warning->isVisible());
    auto* certificates = dialog->findChild<QLineEdit*>(u"certificatesField"_s);
    certificates->setText(file(u"no.pem"_s, "hello"));
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QVERIFY(dialog->findChild<widgets::Banner*>()->text().contains(u"no file with certificates"));
    QVERIFY(!m_helper->calls.contains(u"PullImage"_s));
    certificates->setText(file(u"good.pem"_s, kPem));
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"PullImage"_s));
    QCOMPARE(optionsOf(u"PullImage"_s),
             (QVariantMap{{u"plain_http"_s, true}, {u"ca_certificates"_s, QString::fromLatin1(kPem)}}));
}

void TestRegistryDialog::remembersWhatWorked()
{
    const QString pem = file(u"ca.pem"_s, kPem);
    const QVariantMap all{{u"plain_http"_s, true},
                          {u"ca_certificates"_s, QString::fromLatin1(kPem)},
                          {u"mirrors"_s, QStringList{u"https://one:5000/hub"_s, u"https://two"_s}}};
    connectReady();
    auto* dialog = openPull(u"host:5000/app"_s);
    QVERIFY(dialog);
    dialog->findChild<QCheckBox*>(u"plainHttpCheck"_s)->setChecked(true);
    dialog->findChild<QLineEdit*>(u"certificatesField"_s)->setText(pem);
    dialog->findChild<QLineEdit*>(u"mirrorsField"_s)->setText(u"https://one:5000/hub/,https://two"_s);
    dialog->findChild<QComboBox*>(u"platformCombo"_s)->setCurrentText(u"linux/arm64"_s);
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    // Not before the registry has answered.
    QVERIFY(m_registries->registries().isEmpty());
    m_helper->changeParts({{u"sha256:aaaa"_s, 10, 100}});
    QTRY_VERIFY(!find<dialogs::RegistryDialog>(u"pullDialog"_s));
    QCOMPARE(m_registries->registries(), QStringList{u"host:5000"_s});
    // The next time nobody types it; the platform was of that pull alone.
    dialog = openPull(u"host:5000/other"_s);
    QVERIFY(dialog);
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_COMPARE(m_helper->calls.count(u"PullImage"_s), 2);
    QCOMPARE(optionsOf(u"PullImage"_s), all);
    QTRY_COMPARE(m_helper->calls.count(u"Wait"_s), 3);
    m_helper->endJob({});
    QTRY_VERIFY(!find<dialogs::RegistryDialog>(u"pullDialog"_s));
    // And so it is with tags.
    dialog = openPull(u"host:5000/other"_s);
    QVERIFY(dialog);
    dialog->findChild<QAbstractButton*>(u"tagsButton"_s)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"ListTags"_s));
    QCOMPARE(optionsOf(u"ListTags"_s), all);
}

void TestRegistryDialog::forgetsWhatFailed_data()
{
    QTest::addColumn<bool>("cancelled");
    QTest::newRow("failed") << false;
    QTest::newRow("cancelled") << true;
}

void TestRegistryDialog::forgetsWhatFailed()
{
    QFETCH(bool, cancelled);
    connectReady();
    auto* dialog = openPull(u"host:5000/app"_s);
    QVERIFY(dialog);
    dialog->findChild<QCheckBox*>(u"plainHttpCheck"_s)->setChecked(true);
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    QCOMPARE(optionsOf(u"PullImage"_s), (QVariantMap{{u"plain_http"_s, true}}));
    if (cancelled) {
        dialog->findChild<QAbstractButton*>(u"registryCancel"_s)->click();
    } else {
        m_helper->endJob(u"host:5000 does not answer."_s, u"Network"_s);
        QTRY_VERIFY(dialog->findChild<widgets::Banner*>()->text().contains(u"does not answer"));
        dialog->close();
    }
    QTRY_VERIFY(!find<dialogs::RegistryDialog>(u"pullDialog"_s));
    QVERIFY(m_registries->registries().isEmpty());
    dialog = openPull(u"host:5000/app"_s);
    QVERIFY(dialog);
    QVERIFY(!dialog->findChild<QCheckBox*>(u"plainHttpCheck"_s)->isChecked());
}

void TestRegistryDialog::showsWhatIsRemembered()
{
    m_registries->set(u"host:5000"_s, {true, {}, {u"https://one"_s, u"https://two"_s}});
    connectReady();
    auto* dialog = openPull(u"debian"_s);
    QVERIFY(dialog);
    auto* plain = dialog->findChild<QCheckBox*>(u"plainHttpCheck"_s);
    auto* mirrors = dialog->findChild<QLineEdit*>(u"mirrorsField"_s);
    auto* note = dialog->findChild<QLabel*>(u"rememberedNote"_s);
    auto* ok = dialog->findChild<QAbstractButton*>(u"registryOk"_s);
    QVERIFY(!plain->isVisible());
    QVERIFY2(note->text().contains(u"docker.io"), qPrintable(note->text()));
    dialog->findChild<QLineEdit*>(u"referenceField"_s)->setText(u"host:5000/app"_s);
    QTRY_VERIFY(ok->isEnabled());
    // That TLS is left out is not hidden.
    QVERIFY(plain->isVisible());
    QVERIFY(plain->isChecked());
    QCOMPARE(mirrors->text(), u"https://one, https://two"_s);
    QVERIFY2(note->text().contains(u"host:5000"), qPrintable(note->text()));
    // Another registry has its own.
    dialog->findChild<QLineEdit*>(u"referenceField"_s)->setText(u"debian"_s);
    QTRY_VERIFY(ok->isEnabled());
    QVERIFY(!plain->isChecked());
    QVERIFY(mirrors->text().isEmpty());
}

void TestRegistryDialog::leavesWhatWasTouched()
{
    m_registries->set(u"quay.io"_s, {true, {}, {}});
    connectReady();
    action(u"pullAction"_s)->trigger();
    auto* dialog = find<dialogs::RegistryDialog>(u"pullDialog"_s);
    QVERIFY(dialog);
    auto* mirrors = dialog->findChild<QLineEdit*>(u"mirrorsField"_s);
    mirrors->setText(u"https://mine"_s);
    dialog->findChild<QLineEdit*>(u"referenceField"_s)->setText(u"quay.io/team/app"_s);
    QTRY_VERIFY(dialog->findChild<QAbstractButton*>(u"registryOk"_s)->isEnabled());
    QCOMPARE(mirrors->text(), u"https://mine"_s);
    QVERIFY(!dialog->findChild<QCheckBox*>(u"plainHttpCheck"_s)->isChecked());
}

void TestRegistryDialog::takesOthersCertificates()
{
    file(u"certs.d/host:5000/ca.crt"_s, kPem);
    connectReady();
    auto* dialog = openPull(u"host:5000/app"_s);
    QVERIFY(dialog);
    const QString note = dialog->findChild<QLabel*>(u"rememberedNote"_s)->text();
    QVERIFY2(note.contains(u"certs.d/host:5000"), qPrintable(note));
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"PullImage"_s));
    QCOMPARE(optionsOf(u"PullImage"_s), (QVariantMap{{u"ca_certificates"_s, QString::fromLatin1(kPem)}}));
}

void TestRegistryDialog::saysWhatIsNoMirror()
{
    connectReady();
    auto* dialog = openPull(u"debian"_s);
    QVERIFY(dialog);
    auto* mirrors = dialog->findChild<QLineEdit*>(u"mirrorsField"_s);
    mirrors->setText(u"https://one mirror.example"_s);
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    const QString said = dialog->findChild<widgets::Banner*>()->text();
    QVERIFY2(said.contains(u"“mirror.example” is no address of a mirror"), qPrintable(said));
    QVERIFY(mirrors->isVisible());
    QVERIFY(!m_helper->calls.contains(u"PullImage"_s));
}

void TestRegistryDialog::warnsOfMirrorsWithoutTls()
{
    connectReady();
    auto* dialog = openPull(u"debian"_s);
    QVERIFY(dialog);
    dialog->findChild<QWidget*>(u"moreFold"_s)->findChild<QAbstractButton*>(u"foldOutTitle"_s)->click();
    auto* warning = dialog->findChild<QLabel*>(u"plainHttpWarning"_s);
    auto* mirrors = dialog->findChild<QLineEdit*>(u"mirrorsField"_s);
    mirrors->setText(u"https://one"_s);
    QVERIFY(!warning->isVisible());
    mirrors->setText(u"https://one, http://two"_s);
    QVERIFY(warning->isVisible());
    QVERIFY2(warning->text().contains(u"a mirror without TLS"), qPrintable(warning->text()));
}

void TestRegistryDialog::pushesToTheRegistryItself()
{
    const client::RegistrySetting before{false, {}, {u"https://one"_s}};
    m_registries->set(u"quay.io"_s, before);
    m_helper->addImage(u"quay.io/team/app:1"_s);
    connectReady();
    QTRY_VERIFY(action(u"pushAction"_s)->isEnabled());
    action(u"pushAction"_s)->trigger();
    auto* dialog = find<dialogs::RegistryDialog>(u"pushDialog"_s);
    QVERIFY(dialog);
    QTRY_VERIFY(dialog->findChild<QAbstractButton*>(u"registryOk"_s)->isEnabled());
    QVERIFY(!dialog->findChild<QLineEdit*>(u"mirrorsField"_s));
    dialog->findChild<QCheckBox*>(u"plainHttpCheck"_s)->setChecked(true);
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    QCOMPARE(optionsOf(u"Push"_s), (QVariantMap{{u"plain_http"_s, true}}));
    m_helper->endJob({});
    QTRY_VERIFY(!find<dialogs::RegistryDialog>(u"pushDialog"_s));
    // What it did not ask about is still there.
    QCOMPARE(m_registries->of(u"quay.io"_s).mirrors, before.mirrors);
    QVERIFY(m_registries->of(u"quay.io"_s).plainHttp);
}

void TestRegistryDialog::triesAgainAsItIsReachedNow()
{
    m_registries->set(u"host:5000"_s, {false, {}, {u"https://broken"_s}});
    connectReady();
    auto* dialog = openPull(u"host:5000/app"_s);
    QVERIFY(dialog);
    dialog->findChild<QComboBox*>(u"platformCombo"_s)->setCurrentText(u"linux/arm64"_s);
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    m_helper->changeParts({{u"sha256:aaaa"_s, 10, 100}});
    QTRY_VERIFY(!find<dialogs::RegistryDialog>(u"pullDialog"_s));
    // The dialog's, and that of whoever watches it from now on.
    QTRY_COMPARE(m_helper->calls.count(u"Wait"_s), 2);
    m_helper->endJob(u"https://broken sent another image."_s, u"DigestMismatch"_s);
    QTRY_VERIFY(banner()->isVisible());
    m_registries->set(u"host:5000"_s, {false, {}, {u"https://good"_s}});
    banner()->findChild<QAbstractButton*>(u"bannerAction"_s)->click();
    QTRY_COMPARE(m_helper->calls.count(u"PullImage"_s), 2);
    QCOMPARE(optionsOf(u"PullImage"_s),
             (QVariantMap{{u"platform"_s, u"linux/arm64"_s}, {u"mirrors"_s, QStringList{u"https://good"_s}}}));
}

void TestRegistryDialog::pushes()
{
    m_helper->addImage(u"quay.io/team/app:1"_s);
    connectReady();
    QTRY_VERIFY(action(u"pushAction"_s)->isEnabled());
    action(u"pushAction"_s)->trigger();
    auto* dialog = find<dialogs::RegistryDialog>(u"pushDialog"_s);
    QVERIFY(dialog);
    auto* ok = dialog->findChild<QAbstractButton*>(u"registryOk"_s);
    QTRY_VERIFY(ok->isEnabled());
    QVERIFY(dialog->findChild<QLabel*>(u"canonicalName"_s)->text().contains(u"quay.io/team/app:1"));
    QVERIFY(!dialog->findChild<QComboBox*>(u"platformCombo"_s));
    ok->click();
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    QCOMPARE(m_helper->lastCall.value(u"Push"_s).at(0).toString(), u"quay.io/team/app:1"_s);
    m_helper->endJob({});
    QTRY_VERIFY(!find<dialogs::RegistryDialog>(u"pushDialog"_s));
    QVERIFY(!banner()->isVisible());
}

QTEST_MAIN(TestRegistryDialog)
#include "test_registry_dialog.moc"

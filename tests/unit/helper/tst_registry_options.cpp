// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/registry_options.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace lamella;
using namespace lamella::helper;

/// How a registry is reached, as a caller's options say it; what is refused is proven through the bus
/// (tst_dbus_images).
class RegistryOptionsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everythingArrives()
    {
        const auto access
            = registryAccess({{u"user"_s, u"somebody"_s},
                              {u"password"_s, u"secret"_s},
                              {u"plain_http"_s, true},
                              {u"ca_certificates"_s, u"-----BEGIN"_s},
                              {u"mirrors"_s, QStringList{u"https://a.example:5000/hub/x/"_s, u"http://b"_s}},
                              {u"http_proxy"_s, u"http://p:1"_s},
                              {u"https_proxy"_s, u"http://p:2"_s},
                              {u"no_proxy"_s, u"localhost"_s}},
                             {1s, 2s, 3s, 4ms, 5});
        QVERIFY2(access, access ? "" : access.error().message.c_str());
        QCOMPARE(access->registry.credentials.user, "somebody");
        QCOMPARE(access->registry.credentials.password, "secret");
        QVERIFY(access->registry.plainHttp);
        QCOMPARE(access->registry.certificates, "-----BEGIN");
        QCOMPARE(access->mirrors.size(), 2u);
        QCOMPARE(access->mirrors.at(0).host, "a.example:5000");
        QCOMPARE(access->mirrors.at(0).prefix, "hub/x");
        QVERIFY(!access->mirrors.at(0).plainHttp);
        QVERIFY(access->mirrors.at(0).credentials.empty());
        QCOMPARE(access->mirrors.at(1).host, "b");
        QVERIFY(access->mirrors.at(1).plainHttp);
        QCOMPARE(access->proxies.http, "http://p:1");
        QCOMPARE(access->proxies.https, "http://p:2");
        QCOMPARE(access->proxies.none, "localhost");
        QVERIFY(access->patience.connect == 1s && access->patience.idle == 2s && access->patience.whole == 3s);
        QVERIFY(access->patience.backOff == 4ms && access->patience.attempts == 5);
    }

    void secretsAreOverwrittenWhereTheyCameFrom_data()
    {
        QTest::addColumn<QVariantMap>("others");
        QTest::newRow("taken") << QVariantMap{{u"user"_s, u"somebody"_s}};
        QTest::newRow("refused") << QVariantMap{};
    }

    void secretsAreOverwrittenWhereTheyCameFrom()
    {
        QFETCH(QVariantMap, others);
        const QString password(QString::fromLatin1("secret"));
        const QString token(QString::fromLatin1("secret"));
        QVariantMap message = others;
        message.insert(u"password"_s, password);
        const QVariantMap options = message; // what the call's arguments have, and the method
        QCOMPARE(registryAccess(options, {}).has_value(), !others.isEmpty());
        QCOMPARE(message.value(u"password"_s).toString(), QString(6, QChar()));
        QCOMPARE(password, QString(6, QChar()));
        QVERIFY(registryAccess({{u"identity_token"_s, token}}, {}));
        QCOMPARE(token, QString(6, QChar()));
    }

    void platforms()
    {
        const auto arm = platformOption({{u"platform"_s, u"linux/arm/v7"_s}});
        QVERIFY(arm);
        QCOMPARE(arm->os, "linux");
        QCOMPARE(arm->architecture, "arm");
        QCOMPARE(arm->variant, "v7");
        const auto own = platformOption({});
        QVERIFY(own && own->architecture.empty());
    }
};

QTEST_GUILESS_MAIN(RegistryOptionsTest)
#include "tst_registry_options.moc"

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
};

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
        find<QAbstractButton>(u"addLogin"_s)->click();
        find<QLineEdit>(u"loginRegistry"_s)->setText(registry);
        find<QLineEdit>(u"loginUser"_s)->setText(u"you"_s);
        find<QLineEdit>(u"loginPassword"_s)->setText(u"hidden"_s);
        find<QAbstractButton>(u"addLoginOk"_s)->click();
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

QTEST_MAIN(TestLogins)
#include "test_logins.moc"

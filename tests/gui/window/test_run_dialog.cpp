// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/client.h"
#include "gui/dialogs/run_dialog.h"
#include "gui/widgets/banner.h"
#include "tests/support/fake_helper/fake_helper.h"
#include "tests/support/fake_helper/private_bus.h"

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

using namespace lamella;
using namespace Qt::StringLiterals;

/// The dialog that runs a container: what is typed reaches the helper, and what the helper refuses is said, nothing is
/// lost.
class TestRunDialog : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void asksForWhatWasTyped();
    void refusesByItself_data();
    void refusesByItself();
    void saysWhatTheHelperRefuses_data();
    void saysWhatTheHelperRefuses();
    void keepsWhatWasTypedWhenTheHelperGoes();

private:
    QLineEdit* field(const QString& name) const { return m_dialog->findChild<QLineEdit*>(name); }
    QPushButton* run() const { return m_dialog->findChild<QPushButton*>(u"runButton"_s); }

    std::unique_ptr<test::PrivateBus> m_bus;
    std::unique_ptr<test::FakeHelper> m_helper;
    std::unique_ptr<client::Client> m_client;
    QPointer<dialogs::RunDialog> m_dialog;
};

void TestRunDialog::initTestCase()
{
    m_bus = std::make_unique<test::PrivateBus>();
    QVERIFY(!m_bus->address().isEmpty());
}

void TestRunDialog::init()
{
    m_helper = std::make_unique<test::FakeHelper>(m_bus->address());
    m_helper->addImage(u"starter:latest"_s);
    QVERIFY(m_helper->appear());
    m_client = std::make_unique<client::Client>();
    m_client->connectToHelper();
    QTRY_VERIFY(m_client->isReady());
    m_dialog = new dialogs::RunDialog(m_client.get(), {});
    m_dialog->open();
}

void TestRunDialog::cleanup()
{
    delete m_dialog;
    m_client.reset();
    m_helper.reset();
}

void TestRunDialog::asksForWhatWasTyped()
{
    QSignalSpy created(m_dialog.data(), &dialogs::RunDialog::created);
    QCOMPARE(field(u"commandField"_s)->placeholderText(), u"/bin/sh"_s);
    field(u"nameField"_s)->setText(u"web"_s);
    field(u"commandField"_s)->setText(u"sh -c 'echo \"a b\"'"_s);
    field(u"userField"_s)->setText(u"1000"_s);
    m_dialog->findChild<QSpinBox*>(u"memoryLimit"_s)->setValue(64);
    run()->click();
    QTRY_COMPARE(created.count(), 1);
    QCOMPARE(m_helper->lastCreate.at(0).toString(), u"starter:latest"_s);
    QCOMPARE(m_helper->lastCreate.at(1).toString(), u"web"_s);
    QCOMPARE(m_helper->lastCreate.at(2).toStringList(), (QStringList{u"sh"_s, u"-c"_s, u"echo \"a b\""_s}));
    const QVariantMap options = m_helper->lastCreate.at(3).toMap();
    QCOMPARE(options.value(u"start"_s), QVariant(true));
    QCOMPARE(options.value(u"memory_bytes"_s), QVariant(quint64(64) << 20));
    QCOMPARE(options.value(u"user"_s), QVariant(u"1000"_s));
    // What was left alone is the helper's default, and is not sent.
    QVERIFY(!options.contains(u"cpu_quota"_s) && !options.contains(u"pids_max"_s) && !options.contains(u"env"_s));
}

void TestRunDialog::refusesByItself_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("value");
    QTest::newRow("a name with a blank") << u"nameField"_s << u"my web"_s;
    QTest::newRow("a name that begins with a dot") << u"nameField"_s << u".web"_s;
    QTest::newRow("a long name") << u"nameField"_s << QString(64, u'x');
    QTest::newRow("an open quote") << u"commandField"_s << u"echo 'a"_s;
    QTest::newRow("a relative directory") << u"workingDirField"_s << u"tmp"_s;
}

void TestRunDialog::refusesByItself()
{
    QFETCH(QString, name);
    QFETCH(QString, value);
    QVERIFY(run()->isEnabled());
    field(name)->setText(value);
    QVERIFY(!run()->isEnabled());
    QVERIFY(!m_dialog->findChild<QLabel*>(name + u"Problem"_s)->text().isEmpty());
    field(name)->clear();
    QVERIFY(run()->isEnabled());
}

void TestRunDialog::saysWhatTheHelperRefuses_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("sentence");
    QTest::addColumn<QString>("advice");
    QTest::newRow("name exists") << u"AlreadyExists"_s << u"There is a container “web”."_s << u"another name"_s;
    QTest::newRow("no such command") << u"NotFound"_s << u"cannot execute nonsense: no such file"_s
                                     << u"Check the command"_s;
    QTest::newRow("limit") << u"LimitExceeded"_s << u"The machine has no 900 CPUs."_s << u"other limits"_s;
    QTest::newRow("permission") << u"NotAuthorized"_s << u"You may not manage containers."_s << u"administrator"_s;
    QTest::newRow("no space") << u"NoSpace"_s << u"The disk is full."_s << u"no longer needed"_s;
    QTest::newRow("by the bus") << u"org.freedesktop.DBus.Error.AccessDenied"_s << u"rejected"_s << u"administrator"_s;
    QTest::newRow("anything") << u"Failed"_s << u"cannot mount overlay: bad superblock"_s << QString();
}

void TestRunDialog::saysWhatTheHelperRefuses()
{
    QFETCH(QString, kind);
    QFETCH(QString, sentence);
    QFETCH(QString, advice);
    m_helper->failNext(u"CreateContainer"_s, kind, sentence);
    field(u"nameField"_s)->setText(u"web"_s);
    field(u"commandField"_s)->setText(u"nonsense --flag"_s);
    run()->click();
    auto* banner = m_dialog->findChild<widgets::Banner*>();
    QTRY_VERIFY(banner->isVisible());
    if (!kind.contains(u'.'))
        QVERIFY2(banner->text().contains(sentence), qPrintable(banner->text()));
    QVERIFY2(banner->text().contains(advice), qPrintable(banner->text()));
    QVERIFY(m_dialog->isVisible());
    QCOMPARE(field(u"nameField"_s)->text(), u"web"_s);
    QCOMPARE(field(u"commandField"_s)->text(), u"nonsense --flag"_s);
    // The second try goes through.
    QSignalSpy created(m_dialog.data(), &dialogs::RunDialog::created);
    QVERIFY(run()->isEnabled());
    run()->click();
    QTRY_COMPARE(created.count(), 1);
}

void TestRunDialog::keepsWhatWasTypedWhenTheHelperGoes()
{
    field(u"nameField"_s)->setText(u"web"_s);
    m_helper->vanish();
    QTRY_VERIFY(!m_client->isReady());
    run()->click();
    auto* banner = m_dialog->findChild<widgets::Banner*>();
    QTRY_VERIFY(banner->isVisible());
    QVERIFY(banner->text().contains(u"not running"));
    QCOMPARE(field(u"nameField"_s)->text(), u"web"_s);
}

QTEST_MAIN(TestRunDialog)
#include "test_run_dialog.moc"

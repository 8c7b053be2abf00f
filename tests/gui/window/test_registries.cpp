// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/banner.h"
#include "gui/widgets/emptystate.h"
#include "tests/gui/window/window_fixture.h"

#include <QAbstractButton>
#include <QAction>
#include <QCheckBox>
#include <QDialog>
#include <QLineEdit>
#include <QSettings>
#include <QTest>
#include <QTreeWidget>

using namespace lamella;
using namespace Qt::StringLiterals;

/// The settings of registries: seen, added, changed and removed.
class TestRegistries : public test::WindowFixture {
    Q_OBJECT

public:
    TestRegistries()
        : WindowFixture(u"images"_s)
    {
    }

private Q_SLOTS:
    void showsRegistries();
    void adds();
    void edits();
    void removes();
    void saysWhatIsWrong();
    void survivesTheProgram();

private:
    /// The table of the dialog, once it is open.
    QTreeWidget* open();
    void click(const QString& button) { find<QAbstractButton>(button)->click(); }
};

QTreeWidget* TestRegistries::open()
{
    action(u"registriesAction"_s)->trigger();
    return find<QTreeWidget>(u"registryTable"_s);
}

void TestRegistries::showsRegistries()
{
    auto* table = open();
    QVERIFY(table);
    QVERIFY(!table->isVisible());
    QVERIFY(find<widgets::EmptyState>(u"noRegistries"_s)->isVisible());
    QVERIFY(!find<QAbstractButton>(u"editRegistry"_s)->isEnabled());
    QVERIFY(!find<QAbstractButton>(u"removeRegistry"_s)->isEnabled());
    file(u"certs.d/quay.io/ca.crt"_s, "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n");
    m_registries->set(u"quay.io"_s, {true, {}, {u"https://one"_s, u"https://two"_s}});
    m_registries->set(u"docker.io"_s, {false, u"/etc/ca.pem"_s, {}});
    QVERIFY(table->isVisible());
    const auto row = [table](int index) {
        QStringList texts;
        for (int column = 0; column < table->columnCount(); ++column)
            texts.append(table->topLevelItem(index)->text(column));
        return texts;
    };
    QCOMPARE(table->topLevelItemCount(), 2);
    QCOMPARE(row(0), (QStringList{u"docker.io"_s, u"TLS"_s, u"/etc/ca.pem"_s, u"none"_s}));
    QCOMPARE(row(1),
             (QStringList{u"quay.io"_s, u"plain HTTP"_s, m_directory->filePath(u"certs.d/quay.io"_s),
                          u"https://one, https://two"_s}));
    QVERIFY(find<QAbstractButton>(u"editRegistry"_s)->isEnabled());
}

void TestRegistries::adds()
{
    m_registries->set(u"quay.io"_s, {false, {}, {u"https://known"_s}});
    auto* table = open();
    click(u"addRegistry"_s);
    auto* dialog = find<QDialog>(u"editRegistryDialog"_s);
    QVERIFY(dialog);
    auto* ok = find<QAbstractButton>(u"editRegistryOk"_s);
    auto* mirrors = dialog->findChild<QLineEdit*>(u"mirrorsField"_s);
    QVERIFY(!ok->isEnabled());
    find<QLineEdit>(u"registryField"_s)->setText(u"quay.io/team"_s);
    QVERIFY(!ok->isEnabled());
    // One that is there already is not overwritten unseen.
    find<QLineEdit>(u"registryField"_s)->setText(u"quay.io"_s);
    QCOMPARE(mirrors->text(), u"https://known"_s);
    find<QLineEdit>(u"registryField"_s)->setText(u"https://index.docker.io/v1/"_s);
    QVERIFY(mirrors->text().isEmpty());
    mirrors->setText(u"https://mirror:5000/hub"_s);
    QVERIFY(ok->isEnabled());
    ok->click();
    QTRY_VERIFY(!find<QDialog>(u"editRegistryDialog"_s));
    QCOMPARE(table->topLevelItemCount(), 2);
    QCOMPARE(m_registries->of(u"docker.io"_s).mirrors, QStringList{u"https://mirror:5000/hub"_s});
    QCOMPARE(m_registries->of(u"quay.io"_s).mirrors, QStringList{u"https://known"_s});
}

void TestRegistries::edits()
{
    m_registries->set(u"host:5000"_s, {true, {}, {}});
    m_registries->set(u"quay.io"_s, {true, {}, {}});
    auto* table = open();
    table->setCurrentItem(table->topLevelItem(1));
    click(u"editRegistry"_s);
    auto* dialog = find<QDialog>(u"editRegistryDialog"_s);
    QVERIFY(dialog);
    QVERIFY(find<QLineEdit>(u"registryField"_s)->isReadOnly());
    auto* plain = dialog->findChild<QCheckBox*>(u"plainHttpCheck"_s);
    QVERIFY(plain->isChecked());
    dialog->findChild<QLineEdit*>(u"mirrorsField"_s)->setText(u"https://one"_s);
    plain->setChecked(false);
    click(u"editRegistryOk"_s);
    QTRY_VERIFY(!find<QDialog>(u"editRegistryDialog"_s));
    QVERIFY(m_registries->of(u"quay.io"_s) == (client::RegistrySetting{false, {}, {u"https://one"_s}}));
    QVERIFY(m_registries->of(u"host:5000"_s).plainHttp);
    QCOMPARE(table->currentItem()->text(0), u"quay.io"_s);
    // What is cleared is forgotten.
    Q_EMIT table->itemActivated(table->currentItem(), 0);
    dialog = find<QDialog>(u"editRegistryDialog"_s);
    QVERIFY(dialog);
    dialog->findChild<QLineEdit*>(u"mirrorsField"_s)->clear();
    click(u"editRegistryOk"_s);
    QTRY_COMPARE(table->topLevelItemCount(), 1);
}

void TestRegistries::removes()
{
    m_registries->set(u"host:5000"_s, {true, {}, {}});
    m_registries->set(u"quay.io"_s, {true, {}, {}});
    auto* table = open();
    table->setCurrentItem(table->topLevelItem(0));
    click(u"removeRegistry"_s);
    // Nothing goes before the question is answered.
    QCOMPARE(m_registries->registries().size(), 2);
    click(u"deedButton"_s);
    QTRY_COMPARE(m_registries->registries(), QStringList{u"quay.io"_s});
    QCOMPARE(table->topLevelItemCount(), 1);
}

void TestRegistries::saysWhatIsWrong()
{
    open();
    click(u"addRegistry"_s);
    auto* dialog = find<QDialog>(u"editRegistryDialog"_s);
    QVERIFY(dialog);
    auto* banner = dialog->findChild<widgets::Banner*>();
    const auto said = [&](const QString& sentence) {
        click(u"editRegistryOk"_s);
        return dialog->isVisible() && banner->text().contains(sentence);
    };
    find<QLineEdit>(u"registryField"_s)->setText(u"quay.io"_s);
    QVERIFY(said(u"There is nothing to remember"_s));
    dialog->findChild<QLineEdit*>(u"mirrorsField"_s)->setText(u"mirror"_s);
    QVERIFY(said(u"“mirror” is no address of a mirror"_s));
    dialog->findChild<QLineEdit*>(u"mirrorsField"_s)->setText(u"https://mirror"_s);
    dialog->findChild<QLineEdit*>(u"certificatesField"_s)->setText(file(u"no.pem"_s, "hello"));
    QVERIFY(said(u"no file with certificates"_s));
    QVERIFY(m_registries->registries().isEmpty());
}

void TestRegistries::survivesTheProgram()
{
    QSettings settings(m_directory->filePath(u"lamella.ini"_s), QSettings::IniFormat);
    const client::RegistrySetting setting{true, u"/a, b/ca.pem"_s, {u"https://one"_s, u"https://two"_s}};
    m_registries->set(u"host:5000"_s, setting);
    m_window->save(settings);
    settings.sync();
    m_registries->set(u"host:5000"_s, {});
    m_window->restore(QSettings(m_directory->filePath(u"lamella.ini"_s), QSettings::IniFormat));
    QVERIFY(m_registries->of(u"host:5000"_s) == setting);
}

QTEST_MAIN(TestRegistries)
#include "test_registries.moc"

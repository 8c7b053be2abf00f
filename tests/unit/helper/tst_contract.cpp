// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/dbus/contract.h"
#include "helper/jobs/job_object.h"
#include "helper/objects/container_object.h"
#include "helper/objects/image_object.h"
#include "helper/objects/manager_object.h"
#include "helper/objects/option_table.h"
#include "helper/objects/session_object.h"
#include "helper/objects/trashedcontainer_object.h"
#include "resources/dbus/types.h"

#include <QDBusMetaType>
#include <QMetaProperty>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::helper;

/// The contract as the dispatcher reads it, and the classes that fulfil it.
class ContractTest : public QObject {
    Q_OBJECT

private:
    Contract m_contract;

private Q_SLOTS:
    void initTestCase()
    {
        dbus::registerTypes();
        auto contract = Contract::load();
        QVERIFY2(contract, contract ? "" : contract.error().message.c_str());
        m_contract = *contract;
        QCOMPARE(m_contract.interfaces().size(), 6);
    }

    void everyMethodNamesItsActionAndEndsInOptions()
    {
        for (const InterfaceContract& interface : m_contract.interfaces()) {
            QCOMPARE(interface.action, u"org.lamella.read"_s);
            for (const MethodContract& method : interface.methods) {
                QVERIFY2(method.action == "org.lamella.read"_L1 || method.action == "org.lamella.manage"_L1,
                         qPrintable(method.name));
                QVERIFY2(method.inSignature.endsWith("a{sv}"_L1), qPrintable(method.name));
            }
        }
        const InterfaceContract* container = m_contract.interface(u"org.lamella.Lamella1.Container"_s);
        QCOMPARE(container->methods.value(u"Exec"_s).inSignature, u"asa{sv}"_s);
        QCOMPARE(container->methods.value(u"Exec"_s).outSignature, u"oah"_s);
        QCOMPARE(container->methods.value(u"Exec"_s).action, u"org.lamella.manage"_s);
        QCOMPARE(container->methods.value(u"OpenLog"_s).action, u"org.lamella.read"_s);
    }

    void optionsBelongToMethods()
    {
        const OptionTable options = optionTable();
        for (auto it = options.cbegin(); it != options.cend(); ++it) {
            const InterfaceContract* interface = m_contract.interface(it.key().section(u'.', 0, -2));
            QVERIFY2(interface && interface->methods.contains(it.key().section(u'.', -1)), qPrintable(it.key()));
        }
    }

    void propertiesHaveTheContractsTypes_data()
    {
        QTest::addColumn<const QMetaObject*>("meta");
        QTest::newRow("Manager") << &ManagerObject::staticMetaObject;
        QTest::newRow("Container") << &ContainerObject::staticMetaObject;
        QTest::newRow("Image") << &ImageObject::staticMetaObject;
        QTest::newRow("Job") << &JobObject::staticMetaObject;
        QTest::newRow("Session") << &SessionObject::staticMetaObject;
        QTest::newRow("TrashedContainer") << &TrashedContainerObject::staticMetaObject;
    }

    void propertiesHaveTheContractsTypes()
    {
        QFETCH(const QMetaObject*, meta);
        const InterfaceContract* interface = m_contract.interface(u"org.lamella.Lamella1."_s
                                                                  + QString::fromLatin1(QTest::currentDataTag()));
        QVERIFY(interface);
        QVERIFY(!interface->properties.isEmpty());
        for (auto it = interface->properties.cbegin(); it != interface->properties.cend(); ++it) {
            const int index = meta->indexOfProperty(it.key().toLatin1().constData());
            QVERIFY2(index >= 0, qPrintable(it.key()));
            QCOMPARE(QString::fromLatin1(QDBusMetaType::typeToSignature(meta->property(index).metaType())), it.value());
        }
    }

    void damagedContractIsRefused_data()
    {
        QTest::addColumn<QByteArray>("xml");
        QTest::newRow("no end") << QByteArray("<node><interface name='a.b'>");
        QTest::newRow("interface twice") << QByteArray("<node><interface name='a.b'/><interface name='a.b'/></node>");
        QTest::newRow("method twice") << QByteArray(
            "<node><interface name='a.b'><method name='M'/><method name='M'/></interface></node>");
        QTest::newRow("property twice") << QByteArray("<node><interface name='a.b'><property name='P' "
                                                      "type='s'/><property name='P' type='s'/></interface></node>");
    }

    void damagedContractIsRefused()
    {
        QFETCH(QByteArray, xml);
        QVERIFY(!Contract::parse(xml));
    }
};

QTEST_GUILESS_MAIN(ContractTest)
#include "tst_contract.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/container_actions.h"
#include "gui/app/image_actions.h"
#include "gui/dialogs/trash_dialog.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/confirmation.h"
#include "gui/widgets/emptystate.h"
#include "tests/gui/window/window_fixture.h"

#include <QAction>
#include <QApplication>
#include <QDateTime>
#include <QPushButton>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::test;

/// Removing a container by mouse and keys, and what becomes of it.
class TestTrash : public WindowFixture {
    Q_OBJECT

private Q_SLOTS:
    void aStoppedOneGoesWithoutAQuestion()
    {
        const QString id = m_helper->addContainer(u"one"_s, u"stopped"_s);
        connectReady();
        QTRY_COMPARE(shown(), 1);
        QVERIFY(!trashButton()->isVisible());
        containerView()->setFocus();
        QTest::keyClick(containerView(), Qt::Key_Delete);
        QTRY_COMPARE(shown(), 0);
        QVERIFY(!find<widgets::Confirmation>(u"confirmation"_s));
        QCOMPARE(optionsOf(u"Remove"_s), QVariantMap());
        QTRY_VERIFY(banner()->isVisible());
        QVERIFY2(banner()->text().contains(u"one is in the trash") && banner()->text().contains(u"7 day"),
                 qPrintable(banner()->text()));
        QTRY_VERIFY(trashButton()->isVisible());
        QVERIFY2(trashButton()->text().contains(u'1') && trashButton()->text().contains(u"3.0 MB"),
                 qPrintable(trashButton()->text()));
        // It was a mistake.
        banner()->findChild<QAbstractButton*>(u"bannerAction"_s)->click();
        QTRY_COMPARE(shown(), 1);
        QVERIFY(m_client->container(id));
        QVERIFY(!banner()->isVisible());
        QTRY_VERIFY(!trashButton()->isVisible());
    }

    void aRunningOneIsAskedAbout()
    {
        m_helper->changes
            = R"({"path":"/large","change":"A","type":"file","bytes":3145728,"time_usec":1700000000000000})";
        m_helper->addContainer(u"one"_s, u"running"_s);
        connectReady();
        QTRY_VERIFY(m_window->containerActions()->remove->isEnabled());
        m_window->containerActions()->remove->trigger();
        auto* question = find<widgets::Confirmation>(u"confirmation"_s);
        QVERIFY(question);
        QVERIFY(question->informativeText().contains(u"killed"));
        QVERIFY(question->informativeText().contains(u"7 day"));
        QVERIFY(!question->informativeText().contains(u"cannot be undone"));
        // And what that is.
        QTRY_VERIFY2(question->informativeText().contains(u"It has 1 change(s), 3.0 MB")
                         && question->informativeText().contains(u"Largest: /large (3.0 MB)")
                         && question->informativeText().contains(u"Newest: /large ("),
                     qPrintable(question->informativeText()));
        question->findChild<QPushButton*>(u"deedButton"_s)->click();
        QTRY_COMPARE(shown(), 0);
        QCOMPARE(optionsOf(u"Remove"_s), (QVariantMap{{u"force"_s, true}}));
    }

    void withoutATrashItIsAskedAbout()
    {
        m_helper->trashDays = 0;
        m_helper->addContainer(u"one"_s, u"stopped"_s);
        connectReady();
        const app::ContainerActions& actions = *m_window->containerActions();
        QTRY_VERIFY(actions.remove->isEnabled());
        QVERIFY(!actions.removeForGood->isVisible());
        QVERIFY(!actions.trash->isVisible());
        actions.remove->trigger();
        auto* question = find<widgets::Confirmation>(u"confirmation"_s);
        QVERIFY(question && question->informativeText().contains(u"cannot be undone"));
        question->findChild<QPushButton*>(u"deedButton"_s)->click();
        QTRY_COMPARE(shown(), 0);
        QVERIFY(m_client->trash().isEmpty());
    }

    void whatFailsIsSaid()
    {
        m_helper->addContainer(u"one"_s, u"stopped"_s);
        connectReady();
        QTRY_VERIFY(m_window->containerActions()->remove->isEnabled());
        m_helper->failNext(u"Remove"_s, u"Busy"_s, u"its changes are being undone"_s);
        m_window->containerActions()->remove->trigger();
        QTRY_VERIFY(banner()->isVisible() && banner()->text().contains(u"its changes are being undone"));
        banner()->findChild<QAbstractButton*>(u"bannerAction"_s)->click();
        QTRY_COMPARE(shown(), 0);
        QTRY_VERIFY(banner()->text().contains(u"in the trash"));
    }

    void isListed()
    {
        const quint64 now = static_cast<quint64>(QDateTime::currentMSecsSinceEpoch()) * 1000;
        m_helper->addTrashed(u"old"_s,
                             {{u"RemovedUsec"_s, now - 6 * 86'400'000'000ULL},
                              {u"ExpiresUsec"_s, now + 5 * 3'600'000'000ULL},
                              {u"Changes"_s, qint64(-1)}});
        m_helper->addTrashed(u"new"_s);
        connectReady();
        auto* dialog = openTrash();
        const QAbstractItemModel* model = view(dialog)->model();
        const auto row = [model](int number) {
            QStringList cells;
            for (int column = 0; column < model->columnCount(); ++column)
                cells.append(model->index(number, column).data().toString());
            return cells;
        };
        QCOMPARE(row(0),
                 (QStringList{u"new"_s, u"starter:latest"_s, u"2 min ago"_s, u"7 day(s)"_s, u"2"_s, u"3.0 MB"_s}));
        QCOMPARE(row(1), (QStringList{u"old"_s, u"starter:latest"_s, u"6 d ago"_s, u"5 hour(s)"_s, u"…"_s, u"…"_s}));
    }

    void comesBack()
    {
        m_helper->addContainer(u"one"_s, u"running"_s);
        const QString id = m_helper->addTrashed(u"one"_s);
        m_helper->addTrashed(u"two"_s);
        connectReady();
        auto* dialog = openTrash();
        view(dialog)->selectAll();
        QTest::keyClick(view(dialog), Qt::Key_Return);
        QTRY_COMPARE(shown(), 3);
        QCOMPARE(m_client->container(id)->data().name, u"one-1"_s);
        QVERIFY(m_client->trash().isEmpty());
        QVERIFY(dialog->findChild<widgets::EmptyState*>(u"trashEmpty"_s)->isVisible());
        QVERIFY(!button(dialog, u"restoreButton"_s)->isEnabled());
        QVERIFY(!button(dialog, u"emptyButton"_s)->isEnabled());
    }

    void theNewNameIsSaid()
    {
        m_helper->addContainer(u"one"_s, u"running"_s);
        m_helper->addTrashed(u"one"_s);
        connectReady();
        auto* dialog = openTrash();
        button(dialog, u"restoreButton"_s)->click();
        auto* told = dialog->findChild<widgets::Banner*>(u"trashBanner"_s);
        QTRY_VERIFY(told->isVisible() && told->text().contains(u"one-1"));
    }

    void isDeletedForEver()
    {
        m_helper->changes = R"({"path":"/large","change":"A","type":"file","bytes":3145728})";
        m_helper->addTrashed(u"one"_s);
        m_helper->addTrashed(u"two"_s);
        connectReady();
        auto* dialog = openTrash();
        dialog->activateWindow();
        QTRY_COMPARE(QApplication::focusWidget(), view(dialog));
        press(Qt::Key_Delete);
        QTRY_VERIFY(dialog->findChild<widgets::Confirmation*>());
        auto* question = dialog->findChild<widgets::Confirmation*>();
        QTRY_VERIFY2(question->informativeText().contains(u"Largest: /large (3.0 MB)"),
                     qPrintable(question->informativeText()));
        QTest::keyClick(question, Qt::Key_Return); // the safe answer
        QTRY_VERIFY(!dialog->findChild<widgets::Confirmation*>());
        QCOMPARE(m_client->trash().size(), 2);
        button(dialog, u"eraseButton"_s)->click();
        dialog->findChild<QPushButton*>(u"deedButton"_s)->click();
        QTRY_COMPARE(m_client->trash().size(), 1);
        QTRY_VERIFY(!dialog->findChild<widgets::Confirmation*>());
        button(dialog, u"emptyButton"_s)->click();
        question = dialog->findChild<widgets::Confirmation*>();
        QVERIFY2(question->informativeText().contains(u"3.0 MB"), qPrintable(question->informativeText()));
        dialog->findChild<QPushButton*>(u"deedButton"_s)->click();
        QTRY_VERIFY(m_client->trash().isEmpty());
        QTRY_VERIFY(dialog->findChild<widgets::Banner*>(u"trashBanner"_s)->text().contains(u"3.0 MB"));
    }

    void whatIsLostWithSeveralIsSaid()
    {
        m_helper->changes = R"({"path":"/small","change":"A","type":"file","bytes":4096,"time_usec":1700000000000000}
{"path":"/large","change":"A","type":"file","bytes":3145728,"time_usec":1600000000000000}
)";
        const QStringList names{u"one"_s, u"two"_s, u"three"_s};
        for (const QString& name : names)
            m_helper->addTrashed(name, {{u"Changes"_s, qint64(5)}, {u"SizeBytes"_s, quint64(1) << 30}});
        connectReady();
        auto* dialog = openTrash();
        // Of one of them it cannot be found out: what the trash says of it counts.
        m_helper->failNext(u"SummarizeChanges"_s, u"LimitExceeded"_s, u"you have 2 lists under way already"_s);
        for (const QString& which : {u"emptyButton"_s, u"eraseButton"_s}) {
            view(dialog)->selectAll();
            button(dialog, which)->click();
            auto* question = dialog->findChild<widgets::Confirmation*>();
            QVERIFY2(question->informativeText().startsWith(u"15 change(s), 3.0 GB in their writable layers"),
                     qPrintable(question->informativeText()));
            const QString expected
                = which == "emptyButton"_L1 ? u"9 change(s), 1.0 GB in"_s : u"6 change(s), 9.0 MB in"_s;
            QTRY_VERIFY2(question->informativeText().startsWith(expected), qPrintable(question->informativeText()));
            const QString text = question->informativeText();
            QCOMPARE(text.count(u": /large (3.0 MB)"_s), which == "emptyButton"_L1 ? 2 : 3);
            QVERIFY2(text.contains(u"Largest: ") && text.contains(u"Newest: ") && text.contains(u": /large (3.0 MB), ")
                         && text.endsWith(u"This cannot be undone."),
                     qPrintable(text));
            QTest::keyClick(question, Qt::Key_Escape);
            QTRY_VERIFY(!dialog->findChild<widgets::Confirmation*>());
        }
        QCOMPARE(m_client->trash().size(), 3);
    }

    void whatDoesNotComeBackIsSaid()
    {
        m_helper->addTrashed(u"one"_s);
        connectReady();
        auto* dialog = openTrash();
        m_helper->failNext(u"Restore"_s, u"Busy"_s, u"it is being moved"_s);
        button(dialog, u"restoreButton"_s)->click();
        auto* told = dialog->findChild<widgets::Banner*>(u"trashBanner"_s);
        QTRY_VERIFY(told->isVisible() && told->text().contains(u"it is being moved"));
        QCOMPARE(m_client->trash().size(), 1);
    }

    void anImageSaysWhoHasIt()
    {
        const QString image = m_helper->addImage(u"starter:latest"_s);
        m_helper->addTrashed(u"one"_s, {{u"ImageId"_s, image}, {u"Owner"_s, 0u}});
        connectReady();
        m_window->showPage(u"images"_s);
        QTRY_COMPARE(imageView()->model()->rowCount(), 1);
        imageView()->selectRow(0);
        m_window->imageActions()->remove->trigger();
        QTRY_VERIFY(banner()->isVisible());
        QVERIFY2(banner()->text().contains(u"one (in the trash)"), qPrintable(banner()->text()));
    }

private:
    QToolButton* trashButton() const { return find<QToolButton>(u"trashButton"_s); }
    dialogs::TrashDialog* openTrash() const
    {
        m_window->containerActions()->trash->trigger();
        return find<dialogs::TrashDialog>(u"trashDialog"_s);
    }
    static QTreeView* view(QDialog* dialog) { return dialog->findChild<QTreeView*>(u"trashView"_s); }
    static QPushButton* button(QDialog* dialog, const QString& name) { return dialog->findChild<QPushButton*>(name); }
};

QTEST_MAIN(TestTrash)
#include "test_trash.moc"

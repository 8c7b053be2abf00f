// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/container_client.h"
#include "gui/models/files_model.h"
#include "gui/pages/differenceview.h"
#include "gui/pages/filepermissions.h"
#include "gui/pages/filestree.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/confirmation.h"
#include "tests/gui/window/window_fixture.h"

#include <QAbstractProxyModel>
#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QDir>
#include <QDropEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTest>
#include <QTreeView>

using namespace lamella;
using namespace Qt::StringLiterals;
using models::FilesModel;

/// What a person does with the files of a container.
class TestFiles : public test::WindowFixture {
    Q_OBJECT

private Q_SLOTS:
    void looksIntoAFile();
    void goesByThePath();
    void followsALink();
    void showsWhatIsMounted();
    void hasNamesThatAreNoText();
    void readsLargeDirectoriesInParts();
    void noticesWhatChanges();
    void editsAndSaves();
    void savesOverNothingThatIsNew();
    void keepsWhatIsNotSaved();
    void leavesAloneWhatItWouldChange();
    void makesADirectory();
    void renames();
    void answersForTheContainerThatWasAsked();
    void asksNothingOfAnotherContainer_data();
    void asksNothingOfAnotherContainer();
    void removes();
    void setsPermissions();
    void setsPermissionsOfAllBelow();
    void leavesPermissionsWhereOwnersAreMeant();
    void saysWhichPermissionsWereNotSet();
    void stopsSettingPermissions();
    void stopsWhatIsOnlyBeingAskedFor();
    void takesPermissionsFromADirectory();
    void setsOnlyWhatWasTouched();
    void addsFiles();
    void addsWhatIsDropped();
    void asksBeforeItReplaces();
    void savesToADirectory();
    void isDraggedOut();
    void writesNowhereElse();
    void saysWhatFails();

private:
    QTreeView* tree() const { return find<QTreeView>(u"filesTree"_s); }
    QLineEdit* path() const { return find<QLineEdit>(u"filesPath"_s); }
    QPlainTextEdit* editor() const { return find<QPlainTextEdit>(u"editorText"_s); }
    QAction* fileAction(const QString& name) const { return m_window->findChild<QAction*>(name); }
    QByteArray contentOf(const char* file) const { return m_helper->tree.files.value(file).content; }

    void showFiles()
    {
        m_helper->tree.fill();
        showActive();
        m_window->showPage(u"files"_s);
        QTRY_VERIFY(tree()->isVisible() && tree()->model()->rowCount() > 0);
    }

    QModelIndex row(const QByteArray& file) const
    {
        const auto found = tree()->model()->match(tree()->model()->index(0, 0), FilesModel::PathRole, file, 1,
                                                  Qt::MatchExactly | Qt::MatchRecursive);
        return found.value(0);
    }

    void go(const QByteArray& file)
    {
        path()->setText(QString::fromUtf8(file));
        Q_EMIT path()->returnPressed();
        QTRY_VERIFY(row(file).isValid());
        QTRY_COMPARE(tree()->currentIndex(), row(file));
    }

    void edit(const QByteArray& file)
    {
        go(file);
        QTRY_VERIFY(fileAction(u"filesEdit"_s)->isEnabled());
        fileAction(u"filesEdit"_s)->trigger();
        QTRY_VERIFY(editor()->isVisible());
    }

    void type(const QString& text)
    {
        editor()->setFocus();
        editor()->moveCursor(QTextCursor::End);
        editor()->insertPlainText(text);
    }

    pages::FilePermissions* permissionsOf(const QByteArray& file)
    {
        go(file);
        [&] { QTRY_VERIFY(fileAction(u"filesPermissions"_s)->isEnabled()); }();
        fileAction(u"filesPermissions"_s)->trigger();
        auto* dialog = find<pages::FilePermissions>(u"permissionsDialog"_s);
        if (!dialog)
            qFatal("there is no dialog");
        return dialog;
    }

    /// As soon as the dialog waits for it.
    void endSetting(const QStringList& result)
    {
        QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
        m_helper->endJob({}, {}, result);
    }

    static void set(const pages::FilePermissions* dialog)
    {
        dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->click();
    }

    bool says(const QString& words) const
    {
        for (const auto* one : m_window->findChildren<widgets::Banner*>()) {
            if (one->isVisible() && one->text().contains(words))
                return true;
        }
        return false;
    }

    void consent()
    {
        QTRY_VERIFY(m_window->findChild<widgets::Confirmation*>());
        m_window->findChild<QPushButton*>(u"deedButton"_s)->click();
    }
};

void TestFiles::looksIntoAFile()
{
    showFiles();
    go("/etc/motd");
    auto* content = find<pages::DifferenceView>(u"filesContent"_s);
    QTRY_VERIFY(content->isVisible() && content->isReady());
    QCOMPARE(content->shownAs(), models::ShownAs::Text);
    QCOMPARE(row("/etc/motd").siblingAtColumn(FilesModel::ChangeColumn).data().toString(), u"M"_s);
    QCOMPARE(row("/bin/su").isValid(), false); // not opened, not read
    go("/bin/su");
    QCOMPARE(row("/bin/su").siblingAtColumn(FilesModel::ModeColumn).data().toString(), u"-rwsr-xr-x"_s);
    go("/tmp");
    QCOMPARE(row("/tmp").siblingAtColumn(FilesModel::ModeColumn).data().toString(), u"drwxrwxrwt"_s);
    QTRY_VERIFY(!content->isVisible());
    // Directories stand first.
    QCOMPARE(tree()->model()->index(0, 0).data().toString(), u"bin"_s);
    go("/etc/nginx");
    QCOMPARE(row("/etc/nginx").row(), 0);
}

void TestFiles::goesByThePath()
{
    showFiles();
    go("/etc/nginx/nginx.conf");
    QCOMPARE(path()->text(), u"/etc/nginx/nginx.conf"_s);
    find<QAbstractButton>(u"filesUp"_s)->click();
    QTRY_COMPARE(tree()->currentIndex(), row("/etc/nginx"));
    find<QAbstractButton>(u"filesBack"_s)->click();
    QTRY_COMPARE(tree()->currentIndex(), row("/etc/nginx/nginx.conf"));
    path()->setText(u"/etc/none"_s);
    Q_EMIT path()->returnPressed();
    QTRY_VERIFY(says(u"/etc/none is not there"_s));
    path()->setText(u"/etc/../home/./user"_s);
    Q_EMIT path()->returnPressed();
    QTRY_COMPARE(tree()->currentIndex(), row("/home/user"));
    fileAction(u"filesCopyPath"_s)->trigger();
    QCOMPARE(QGuiApplication::clipboard()->text(), u"/home/user"_s);
}

void TestFiles::followsALink()
{
    showFiles();
    m_helper->tree.files.insert("/etc/way", {u"symlink"_s, 0777, "../home/user"});
    m_helper->tree.files.insert("/round", {u"symlink"_s, 0777, "round"});
    go("/bin/sh");
    fileAction(u"filesOpen"_s)->trigger();
    QTRY_COMPARE(tree()->currentIndex(), row("/bin/busybox"));
    path()->setText(u"/etc/way/notes.txt"_s);
    Q_EMIT path()->returnPressed();
    QTRY_COMPARE(tree()->currentIndex(), row("/home/user/notes.txt"));
    path()->setText(u"/round/x"_s);
    find<QAbstractButton>(u"filesRefresh"_s)->click();
    QTRY_VERIFY(row("/round").isValid());
    path()->setText(u"/round/x"_s);
    Q_EMIT path()->returnPressed();
    QTRY_VERIFY(says(u"leads nowhere"_s));
}

void TestFiles::showsWhatIsMounted()
{
    showFiles();
    go("/etc/hosts");
    QTRY_VERIFY(find<QLabel>(u"filesWords"_s)->text().contains(u"mounted"_s));
    for (const QString& name : {u"filesEdit"_s, u"filesRename"_s, u"filesRemove"_s, u"filesPermissions"_s})
        QVERIFY2(!fileAction(name)->isEnabled(), qPrintable(name));
    QVERIFY(!m_helper->calls.contains(u"ReadFile"_s));
}

void TestFiles::hasNamesThatAreNoText()
{
    m_helper->tree.files.insert("/odd\xff", {u"file"_s, 0644, "odd\n"});
    showFiles();
    const QModelIndex odd = row("/odd\xff");
    QVERIFY(odd.isValid());
    QCOMPARE(odd.data().toString(), u"odd\xfffd"_s);
    tree()->setCurrentIndex(odd);
    fileAction(u"filesRemove"_s)->trigger();
    consent();
    QTRY_VERIFY(!m_helper->tree.files.contains("/odd\xff"));
}

void TestFiles::readsLargeDirectoriesInParts()
{
    m_helper->tree.most = 100;
    for (int i = 0; i < 250; ++i)
        m_helper->tree.files.insert("/home/" + QByteArray::number(i), {u"file"_s});
    showFiles();
    go("/home/249");
    QCOMPARE(tree()->model()->rowCount(row("/home")), 251);
    QCOMPARE(m_helper->calls.count(u"ListDirectory"_s), 4);
}

void TestFiles::noticesWhatChanges()
{
    showFiles();
    go("/home/user/notes.txt");
    m_helper->tree.files.insert("/home/user/new", {u"file"_s, 0644, "x", u"A"_s});
    m_helper->tree.files.remove("/home/user/notes.txt");
    tree()->setFocus();
    press(Qt::Key_F5);
    QTRY_VERIFY(row("/home/user/new").isValid());
    QVERIFY(!row("/home/user/notes.txt").isValid());
    QVERIFY(tree()->isExpanded(row("/home/user")));
}

void TestFiles::editsAndSaves()
{
    showFiles();
    edit("/home/user/notes.txt");
    QCOMPARE(editor()->toPlainText(), u"one\ntwo\n"_s);
    QVERIFY(!fileAction(u"editorSave"_s)->isEnabled());
    type(u"three\n"_s);
    press(Qt::Key_S, Qt::ControlModifier);
    QTRY_COMPARE(contentOf("/home/user/notes.txt"), "one\ntwo\nthree\n");
    QTRY_COMPARE(find<QLabel>(u"editorName"_s)->text(), u"/home/user/notes.txt"_s);
    QVERIFY(!fileAction(u"editorSave"_s)->isEnabled());
    QVERIFY(!optionsOf(u"WriteFile"_s).value(u"replaces"_s).toString().isEmpty());
    // Once more, upon what was saved.
    type(u"four\n"_s);
    fileAction(u"editorSave"_s)->trigger();
    QTRY_COMPARE(contentOf("/home/user/notes.txt"), "one\ntwo\nthree\nfour\n");
    QTRY_COMPARE(find<QLabel>(u"editorName"_s)->text(), u"/home/user/notes.txt"_s);
    fileAction(u"editorClose"_s)->trigger();
    QVERIFY(!editor()->isVisible());
}

void TestFiles::savesOverNothingThatIsNew()
{
    showFiles();
    edit("/home/user/notes.txt");
    type(u"mine\n"_s);
    m_helper->tree.files["/home/user/notes.txt"].content = "theirs\n";
    fileAction(u"editorSave"_s)->trigger();
    QTRY_VERIFY(says(u"has been changed"_s));
    QCOMPARE(contentOf("/home/user/notes.txt"), "theirs\n");
    fileAction(u"editorRevert"_s)->trigger();
    QTRY_COMPARE(editor()->toPlainText(), u"theirs\n"_s);
    type(u"mine\n"_s);
    m_helper->tree.files["/home/user/notes.txt"].content = "theirs again\n";
    fileAction(u"editorSave"_s)->trigger();
    QTRY_VERIFY(says(u"has been changed"_s));
    for (auto* one : m_window->findChildren<widgets::Banner*>()) {
        if (one->isVisible() && one->text().contains(u"has been changed"_s))
            one->findChild<QPushButton*>(u"bannerAction"_s)->click();
    }
    QTRY_COMPARE(contentOf("/home/user/notes.txt"), "theirs\nmine\n");
}

void TestFiles::keepsWhatIsNotSaved()
{
    showFiles();
    edit("/home/user/notes.txt");
    type(u"three\n"_s);
    // Another file does not take its place, nor does another container.
    go("/etc/motd");
    QVERIFY(editor()->isVisible());
    const QString other = m_helper->addContainer(u"two"_s, u"running"_s);
    QTRY_COMPARE(shown(), 2);
    const QModelIndex before = containerView()->currentIndex();
    containerView()->setCurrentIndex(before.siblingAtRow(before.row() == 0 ? 1 : 0));
    QTRY_VERIFY(!editor()->isVisible());
    containerView()->setCurrentIndex(before.siblingAtRow(before.row() == 0 ? 1 : 0));
    for (int i = 0; i < 2 && !editor()->isVisible(); ++i)
        containerView()->setCurrentIndex(containerView()->model()->index(i, 0));
    QTRY_VERIFY(editor()->isVisible());
    QCOMPARE(editor()->toPlainText(), u"one\ntwo\nthree\n"_s);
    // The window asks, too.
    m_window->close();
    QVERIFY(m_window->isVisible());
    QTRY_VERIFY(find<widgets::Confirmation>(u"editorQuestion"_s));
    find<widgets::Confirmation>(u"editorQuestion"_s)->reject();
    QTRY_VERIFY(!find<widgets::Confirmation>(u"editorQuestion"_s));
    fileAction(u"editorClose"_s)->trigger();
    consent();
    QTRY_VERIFY(!editor()->isVisible());
    QCOMPARE(contentOf("/home/user/notes.txt"), "one\ntwo\n");
}

void TestFiles::leavesAloneWhatItWouldChange()
{
    showFiles();
    auto& files = m_helper->tree.files;
    files.insert("/home/user/latin", {u"file"_s, 0644, "caf\xe9\n"});
    files.insert("/home/user/mixed", {u"file"_s, 0644, "one\r\ntwo\n"});
    files.insert("/home/user/dos", {u"file"_s, 0644, "one\r\ntwo\r\n"});
    files.insert("/home/user/zero", {u"file"_s, 0644, QByteArray("a\0b\n", 4)});
    for (const char* file : {"/home/user/latin", "/home/user/mixed", "/home/user/zero"}) {
        go(file);
        QTRY_VERIFY2(fileAction(u"filesEdit"_s)->isEnabled(), file);
        fileAction(u"filesEdit"_s)->trigger();
        QTRY_VERIFY(says(QString::fromUtf8(file) + u" is no text in UTF-8"_s));
        QVERIFY(!editor()->isVisible());
    }
    edit("/home/user/dos");
    type(u"three\n"_s);
    fileAction(u"editorSave"_s)->trigger();
    QTRY_COMPARE(contentOf("/home/user/dos"), "one\r\ntwo\r\nthree\r\n");
}

void TestFiles::makesADirectory()
{
    showFiles();
    go("/home/user/notes.txt");
    tree()->setFocus();
    press(Qt::Key_N, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_VERIFY(m_helper->tree.files.contains("/home/user/New Directory"));
    // Its name can be typed at once.
    QTRY_VERIFY(tree()->findChild<QLineEdit*>());
    auto* line = tree()->findChild<QLineEdit*>();
    line->setText(u"things"_s);
    QTest::keyClick(line, Qt::Key_Return);
    QTRY_VERIFY(m_helper->tree.files.contains("/home/user/things"));
    QVERIFY(!m_helper->tree.files.contains("/home/user/New Directory"));
    QTRY_COMPARE(tree()->currentIndex(), row("/home/user/things"));
}

void TestFiles::renames()
{
    showFiles();
    go("/home/user/notes.txt");
    tree()->setFocus();
    press(Qt::Key_F2);
    QTRY_VERIFY(tree()->findChild<QLineEdit*>());
    auto* line = tree()->findChild<QLineEdit*>();
    QTRY_COMPARE(line->selectedText(), u"notes"_s);
    line->setText(u"../escaped"_s);
    QTest::keyClick(line, Qt::Key_Return);
    QVERIFY(!m_helper->calls.contains(u"MoveFile"_s));
    fileAction(u"filesRename"_s)->trigger();
    QTRY_VERIFY(tree()->findChild<QLineEdit*>());
    line = tree()->findChild<QLineEdit*>();
    line->setText(u"kept.txt"_s);
    QTest::keyClick(line, Qt::Key_Return);
    QTRY_VERIFY(m_helper->tree.files.contains("/home/user/kept.txt"));
    QTRY_VERIFY(row("/home/user/kept.txt").isValid() && !row("/home/user/notes.txt").isValid());
}

// Another container is shown by the time the answers come.
void TestFiles::answersForTheContainerThatWasAsked()
{
    m_helper->tree.files.insert("/odd", {u"file"_s, 0644, "odd\n"});
    showFiles();
    m_helper->addContainer(u"two"_s, u"running"_s);
    QTRY_COMPARE(shown(), 2);
    const auto showOther = [this] {
        containerView()->setCurrentIndex(
            containerView()->currentIndex().siblingAtRow(containerView()->currentIndex().row() == 0 ? 1 : 0));
    };
    const auto readAll = [this](const QByteArray& added) {
        m_helper->tree.files.insert(added, {u"file"_s});
        find<QAbstractButton>(u"filesRefresh"_s)->click();
        QTRY_VERIFY(row(added).isValid());
    };
    go("/odd");
    fileAction(u"filesNewDirectory"_s)->trigger();
    showOther();
    QTRY_VERIFY(row("/New Directory").isValid());
    readAll("/one");
    QVERIFY(!tree()->findChild<QLineEdit*>()); // its name would be typed
    go("/odd");
    const auto* model = static_cast<FilesModel*>(static_cast<QAbstractProxyModel*>(tree()->model())->sourceModel());
    connect(model, &FilesModel::renameRequested, this, showOther,
            static_cast<Qt::ConnectionType>(Qt::QueuedConnection | Qt::SingleShotConnection));
    tree()->model()->setData(row("/odd"), u"even"_s);
    QTRY_VERIFY(row("/even").isValid());
    readAll("/two");
    QCOMPARE_NE(tree()->currentIndex(), row("/even"));
}

void TestFiles::asksNothingOfAnotherContainer_data()
{
    QTest::addColumn<QString>("action");
    QTest::addColumn<QString>("question");
    QTest::newRow("add files") << u"filesAdd"_s << u"addChooser"_s;
    QTest::newRow("add a directory") << u"filesAddDirectory"_s << u"addChooser"_s;
    QTest::newRow("remove") << u"filesRemove"_s << u"filesQuestion"_s;
    QTest::newRow("save to") << u"filesSaveTo"_s << u"saveToChooser"_s;
}

// A question about files goes with their container.
void TestFiles::asksNothingOfAnotherContainer()
{
    QFETCH(const QString, action);
    QFETCH(const QString, question);
    showFiles();
    const QString one = m_client->containers().constFirst()->id();
    m_helper->addContainer(u"two"_s, u"running"_s);
    QTRY_COMPARE(shown(), 2);
    go("/etc/motd");
    QTRY_VERIFY(fileAction(action)->isEnabled());
    fileAction(action)->trigger();
    QTRY_VERIFY(find<QDialog>(question));
    m_helper->removeContainer(one);
    QTRY_COMPARE(shown(), 1);
    QTRY_VERIFY(!find<QDialog>(question));
    QTRY_VERIFY(tree()->isVisible()); // of the other
}

void TestFiles::removes()
{
    showFiles();
    go("/etc/nginx");
    tree()->selectionModel()->select(row("/etc/group"), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    tree()->selectionModel()->select(row("/etc/motd"), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    tree()->setFocus();
    press(Qt::Key_Delete);
    QTRY_VERIFY(m_window->findChild<widgets::Confirmation*>());
    const QString loss = m_window->findChild<widgets::Confirmation*>()->informativeText();
    QVERIFY2(loss.contains(u"Lost for good: what the container has made of 2"_s), qPrintable(loss));
    QVERIFY2(loss.contains(u"Changes tab can bring it back: 1"_s) && loss.contains(u"running"_s), qPrintable(loss));
    QVERIFY(!m_helper->calls.contains(u"RemoveFiles"_s));
    consent();
    QTRY_VERIFY(!m_helper->tree.files.contains("/etc/nginx/nginx.conf"));
    m_helper->endJob({});
    QTRY_VERIFY(!row("/etc/nginx").isValid() && !row("/etc/group").isValid() && !row("/etc/motd").isValid());
}

void TestFiles::setsPermissions()
{
    showFiles();
    go("/etc/shadow");
    QTRY_VERIFY(fileAction(u"filesPermissions"_s)->isEnabled());
    fileAction(u"filesPermissions"_s)->trigger();
    auto* dialog = find<pages::FilePermissions>(u"permissionsDialog"_s);
    QVERIFY(dialog);
    auto* octal = dialog->findChild<QLineEdit*>(u"permissionsOctal"_s);
    QCOMPARE(octal->text(), u"0600"_s);
    dialog->findChild<QCheckBox*>(u"permissionsGroup0"_s)->click();
    QCOMPARE(octal->text(), u"0640"_s);
    dialog->findChild<QCheckBox*>(u"permissionsSpecial1"_s)->click();
    QCOMPARE(octal->text(), u"2640"_s);
    octal->setText(u"0755"_s);
    Q_EMIT octal->textEdited(u"0755"_s);
    QVERIFY(dialog->findChild<QCheckBox*>(u"permissionsOthers2"_s)->isChecked());
    dialog->findChild<QSpinBox*>(u"permissionsGid"_s)->setValue(7);
    dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->click();
    QTRY_COMPARE(m_helper->tree.files.value("/etc/shadow").mode, 0755u);
    QCOMPARE(m_helper->tree.files.value("/etc/shadow").gid, 7u);
    QVERIFY(!optionsOf(u"SetFileAttributes"_s).contains(u"uid"_s));
}

void TestFiles::setsPermissionsOfAllBelow()
{
    showFiles();
    auto* dialog = permissionsOf("/etc/shadow");
    QVERIFY(!dialog->findChild<QCheckBox*>(u"permissionsBelow"_s)); // it is no directory
    dialog->reject();
    QTRY_VERIFY(!find<pages::FilePermissions>(u"permissionsDialog"_s));
    dialog = permissionsOf("/etc/nginx");
    dialog->findChild<QCheckBox*>(u"permissionsBelow"_s)->setChecked(true);
    dialog->findChild<QCheckBox*>(u"permissionsOthers0"_s)->click();
    set(dialog);
    QTRY_COMPARE(m_helper->tree.files.value("/etc/nginx/nginx.conf").mode, 0751u);
    QVERIFY(dialog->isVisible()); // until the job has ended
    QCOMPARE(m_helper->lastCall.value(u"SetAttributesBelow"_s).constFirst().value<QByteArrayList>(),
             QByteArrayList{"/etc/nginx"});
    QVERIFY(!optionsOf(u"SetAttributesBelow"_s).contains(u"uid"_s));
    endSetting({u"2"_s, u"0"_s});
    QTRY_VERIFY(!find<pages::FilePermissions>(u"permissionsDialog"_s));
    QVERIFY(!m_helper->calls.contains(u"SetFileAttributes"_s));
    QTRY_COMPARE(row("/etc/nginx").siblingAtColumn(FilesModel::ModeColumn).data().toString(), u"drwxr-x--x"_s);
}

void TestFiles::leavesPermissionsWhereOwnersAreMeant()
{
    showFiles();
    auto* dialog = permissionsOf("/etc/nginx");
    dialog->findChild<QCheckBox*>(u"permissionsBelow"_s)->setChecked(true);
    dialog->findChild<QSpinBox*>(u"permissionsUid"_s)->setValue(33);
    set(dialog);
    QTRY_COMPARE(m_helper->tree.files.value("/etc/nginx").uid, 33u);
    QVERIFY(!optionsOf(u"SetAttributesBelow"_s).contains(u"mode"_s));
    QVERIFY(!optionsOf(u"SetAttributesBelow"_s).contains(u"gid"_s));
    endSetting({u"2"_s, u"0"_s});
    QTRY_VERIFY(!find<pages::FilePermissions>(u"permissionsDialog"_s));
}

void TestFiles::saysWhichPermissionsWereNotSet()
{
    showFiles();
    auto* dialog = permissionsOf("/etc/nginx");
    dialog->findChild<QCheckBox*>(u"permissionsBelow"_s)->setChecked(true);
    dialog->findChild<QCheckBox*>(u"permissionsOthers0"_s)->click();
    set(dialog);
    QTRY_VERIFY(m_helper->calls.contains(u"SetAttributesBelow"_s));
    auto* problem = dialog->findChild<QLabel*>(u"permissionsProblem"_s);
    QStringList result{u"4"_s, u"7"_s};
    for (int i = 0; i < 7; ++i)
        result.append(u"/etc/nginx/%1 is of nobody"_s.arg(i));
    result[2] = u'/' + QString(4000, u'x') + u" is of nobody"_s;
    endSetting(result);
    QTRY_VERIFY(problem->isVisible());
    QVERIFY2(problem->text().contains(u"7 could not be changed"_s) && problem->text().contains(u"/etc/nginx/4 is of"_s)
                 && !problem->text().contains(u"/etc/nginx/5"_s) && problem->text().endsWith(u'…')
                 && problem->text().size() < 1000,
             qPrintable(problem->text()));
    // It may be tried otherwise.
    QVERIFY(dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->isEnabled());
    QVERIFY(dialog->findChild<QLineEdit*>(u"permissionsOctal"_s)->isEnabled());
}

void TestFiles::stopsSettingPermissions()
{
    showFiles();
    auto* dialog = permissionsOf("/etc/nginx");
    dialog->findChild<QCheckBox*>(u"permissionsBelow"_s)->setChecked(true);
    dialog->findChild<QCheckBox*>(u"permissionsOthers0"_s)->click();
    set(dialog);
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    m_helper->changeJob({{u"Stage"_s, u"In /etc/nginx"_s}});
    auto* progress = dialog->findChild<QLabel*>(u"permissionsProgress"_s);
    QVERIFY(!progress->isVisible()); // what is over at once tells nothing
    QTRY_VERIFY(progress->isVisible() && progress->text() == u"In /etc/nginx"_s);
    dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Cancel)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"Cancel"_s));
    QTRY_VERIFY(dialog->findChild<QLabel*>(u"permissionsProblem"_s)->text().contains(u"stopped"_s));
    QVERIFY(dialog->isVisible());
    dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Cancel)->click();
    QTRY_VERIFY(!find<pages::FilePermissions>(u"permissionsDialog"_s));
}

// Before there is a job to be stopped.
void TestFiles::stopsWhatIsOnlyBeingAskedFor()
{
    showFiles();
    auto* dialog = permissionsOf("/etc/nginx");
    dialog->findChild<QCheckBox*>(u"permissionsBelow"_s)->setChecked(true);
    dialog->findChild<QCheckBox*>(u"permissionsOthers0"_s)->click();
    set(dialog);
    dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Cancel)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"Cancel"_s));
    QVERIFY(dialog->isVisible());
    QTRY_VERIFY(dialog->findChild<QLabel*>(u"permissionsProblem"_s)->text().contains(u"stopped"_s));
    // It may be tried again, and is not stopped then.
    m_helper->calls.clear();
    set(dialog);
    endSetting({u"2"_s, u"0"_s});
    QTRY_VERIFY(!find<pages::FilePermissions>(u"permissionsDialog"_s));
    QVERIFY(!m_helper->calls.contains(u"Cancel"_s));
}

// A file's would shut directories, which are read and gone into by what files have no bit for.
void TestFiles::takesPermissionsFromADirectory()
{
    showFiles();
    go("/etc/nginx");
    go("/etc/motd");
    tree()->selectionModel()->select(row("/etc/nginx"), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    QCOMPARE(tree()->currentIndex(), row("/etc/motd"));
    QTRY_VERIFY(fileAction(u"filesPermissions"_s)->isEnabled());
    fileAction(u"filesPermissions"_s)->trigger();
    auto* dialog = find<pages::FilePermissions>(u"permissionsDialog"_s);
    QVERIFY(dialog);
    QCOMPARE(dialog->findChild<QLineEdit*>(u"permissionsOctal"_s)->text(), u"0755"_s);
    dialog->findChild<QCheckBox*>(u"permissionsGroup1"_s)->click();
    dialog->findChild<QCheckBox*>(u"permissionsBelow"_s)->setChecked(true);
    set(dialog);
    QTRY_COMPARE(m_helper->tree.files.value("/etc/nginx").mode, 0775u);
}

void TestFiles::setsOnlyWhatWasTouched()
{
    showFiles();
    m_helper->tree.files["/etc/group"].uid = 33;
    go("/etc/shadow");
    tree()->selectionModel()->select(row("/etc/group"), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    QTRY_VERIFY(fileAction(u"filesPermissions"_s)->isEnabled());
    fileAction(u"filesPermissions"_s)->trigger();
    auto* dialog = find<pages::FilePermissions>(u"permissionsDialog"_s);
    QVERIFY(dialog);
    const auto* ok = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
    QVERIFY(!ok->isEnabled()); // there is nothing to be set
    dialog->findChild<QSpinBox*>(u"permissionsGid"_s)->setValue(7);
    QVERIFY(ok->isEnabled());
    set(dialog);
    QTRY_VERIFY(!find<pages::FilePermissions>(u"permissionsDialog"_s));
    for (const char* path : {"/etc/group", "/etc/shadow"})
        QCOMPARE(m_helper->tree.files.value(path).gid, 7u);
    QCOMPARE(m_helper->tree.files.value("/etc/group").mode, 0644u);
    QCOMPARE(m_helper->tree.files.value("/etc/group").uid, 33u);
    QCOMPARE(m_helper->tree.files.value("/etc/shadow").mode, 0600u);
}

void TestFiles::addsFiles()
{
    showFiles();
    const QByteArray large = QByteArray(20 << 20, 'l') + "end";
    QDir(m_directory->path()).mkpath(u"things/below"_s);
    file(u"things/one"_s, "1\n");
    file(u"things/below/large"_s, large);
    QVERIFY(QFile::link(u"/etc/passwd"_s, m_directory->filePath(u"things/link"_s)));
    QVERIFY(QFile::setPermissions(m_directory->filePath(u"things/one"_s),
                                  QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    go("/home/user");
    fileAction(u"filesAddDirectory"_s)->trigger();
    QTRY_VERIFY(find<QFileDialog>(u"addChooser"_s));
    Q_EMIT find<QFileDialog>(u"addChooser"_s)->filesSelected({m_directory->filePath(u"things"_s)});
    find<QFileDialog>(u"addChooser"_s)->close();
    QTRY_COMPARE_WITH_TIMEOUT(contentOf("/home/user/things/below/large").size(), large.size(), 20000);
    QTRY_VERIFY(row("/home/user/things").isValid());
    QCOMPARE(contentOf("/home/user/things/below/large"), large);
    QCOMPARE(contentOf("/home/user/things/one"), "1\n");
    QCOMPARE(m_helper->tree.files.value("/home/user/things/one").mode, 0700u);
    // A link stays one: what it leads to is not sent.
    QCOMPARE(m_helper->tree.files.value("/home/user/things/link").type, u"symlink"_s);
    for (const auto& [path, made] : m_helper->tree.files.asKeyValueRange())
        QVERIFY2(!path.contains(".lamella"), path.constData());
}

void TestFiles::addsWhatIsDropped()
{
    showFiles();
    go("/home/user");
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file(u"dropped"_s, "here\n")), QUrl(u"http://example.org/x"_s)});
    const QPoint at = tree()->visualRect(row("/etc")).center();
    QDragEnterEvent enter(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(tree()->viewport(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(tree()->viewport(), &drop);
    QTRY_COMPARE(contentOf("/etc/dropped"), "here\n");
}

void TestFiles::asksBeforeItReplaces()
{
    showFiles();
    const QString mine = file(u"notes.txt"_s, "mine\n");
    const auto add = [&] {
        fileAction(u"filesAdd"_s)->trigger();
        QTRY_VERIFY(find<QFileDialog>(u"addChooser"_s));
        Q_EMIT find<QFileDialog>(u"addChooser"_s)->filesSelected({mine});
        find<QFileDialog>(u"addChooser"_s)->close();
        QTRY_VERIFY(!find<QFileDialog>(u"addChooser"_s));
        QTRY_VERIFY(find<QMessageBox>(u"copyQuestion"_s));
    };
    go("/home/user");
    add();
    QVERIFY(find<QMessageBox>(u"copyQuestion"_s)->text().contains(u"/home/user/notes.txt"_s));
    find<QPushButton>(u"copySkip"_s)->click();
    QTRY_VERIFY(!find<QMessageBox>(u"copyQuestion"_s));
    QCOMPARE(contentOf("/home/user/notes.txt"), "one\ntwo\n");
    add();
    find<QPushButton>(u"copyReplace"_s)->click();
    QTRY_COMPARE(contentOf("/home/user/notes.txt"), "mine\n");
}

void TestFiles::savesToADirectory()
{
    showFiles();
    const QByteArray large = QByteArray(20 << 20, 'x') + "end";
    m_helper->tree.files.insert("/etc/nginx/large", {u"file"_s, 04755, large});
    m_helper->tree.files.insert("/etc/nginx/link", {u"symlink"_s, 0777, "/etc/passwd"});
    m_helper->tree.files.insert("/etc/nginx/pipe", {u"fifo"_s, 0666});
    go("/etc/nginx");
    fileAction(u"filesSaveTo"_s)->trigger();
    choose(u"saveToChooser"_s, m_directory->path());
    const QString made = m_directory->filePath(u"nginx"_s);
    QTRY_VERIFY_WITH_TIMEOUT(says(u"/etc/nginx/pipe"_s), 20000);
    QFile conf(made + u"/nginx.conf"_s);
    QVERIFY(conf.open(QIODevice::ReadOnly));
    QCOMPARE(conf.readAll(), contentOf("/etc/nginx/nginx.conf"));
    QFile saved(made + u"/large"_s);
    QVERIFY(saved.open(QIODevice::ReadOnly));
    QCOMPARE(saved.readAll(), large);
    QVERIFY((saved.permissions() & QFile::ExeOwner) != 0);
    QCOMPARE(QFileInfo(made + u"/link"_s).symLinkTarget(), u"/etc/passwd"_s);
    QVERIFY(!QFileInfo::exists(made + u"/pipe"_s));
    QCOMPARE(QDir(made).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot).size(), 3);
}

void TestFiles::isDraggedOut()
{
    showFiles();
    go("/etc/nginx");
    tree()->selectionModel()->select(row("/etc/motd"), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    const std::unique_ptr<QMimeData> data(static_cast<pages::FilesTree*>(tree())->draggedData());
    QVERIFY(data->hasUrls());
    QVERIFY(!m_helper->calls.contains(u"ReadFile"_s)); // nothing is copied before it is wanted
    const QList<QUrl> urls = data->urls();
    QCOMPARE(urls.size(), 2);
    QCOMPARE(data->urls(), urls);
    QFile motd(urls.last().toLocalFile());
    QVERIFY(motd.open(QIODevice::ReadOnly));
    QCOMPARE(motd.readAll(), contentOf("/etc/motd"));
    QVERIFY(QFileInfo::exists(urls.first().toLocalFile() + u"/nginx.conf"_s));
}

// A container that wants its files elsewhere: a link stands where a directory is to be made.
void TestFiles::writesNowhereElse()
{
    showFiles();
    QDir directory(m_directory->path());
    QVERIFY(directory.mkpath(u"target"_s) && directory.mkpath(u"outside"_s));
    QVERIFY(QFile::link(m_directory->filePath(u"outside"_s), m_directory->filePath(u"target/nginx"_s)));
    QVERIFY(QFile::link(m_directory->filePath(u"outside/motd"_s), m_directory->filePath(u"target/motd"_s)));
    go("/etc/nginx");
    tree()->selectionModel()->select(row("/etc/motd"), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    fileAction(u"filesSaveTo"_s)->trigger();
    choose(u"saveToChooser"_s, m_directory->filePath(u"target"_s));
    QTRY_VERIFY(find<QMessageBox>(u"copyQuestion"_s));
    find<QPushButton>(u"copyReplace"_s)->click();
    QTRY_VERIFY(says(u"/etc/nginx: "_s));
    QCOMPARE(QDir(m_directory->filePath(u"outside"_s)).entryList(QDir::AllEntries | QDir::NoDotAndDotDot),
             QStringList());
    // The link was replaced, not followed.
    QVERIFY(!QFileInfo(m_directory->filePath(u"target/motd"_s)).isSymLink());
    // And names that are none are not believed.
    m_helper->tree.files.insert("/root/..", {u"file"_s, 0644, "escaped"});
    path()->setText(u"/root/x"_s);
    Q_EMIT path()->returnPressed();
    QTRY_VERIFY(says(u"cannot be understood"_s));
}

void TestFiles::saysWhatFails()
{
    showFiles();
    m_helper->failNext(u"MakeDirectory"_s, u"Busy"_s, u"the container one must wait"_s);
    fileAction(u"filesNewDirectory"_s)->trigger();
    QTRY_VERIFY(says(u"The directory was not made: The container one must wait"_s)
                || says(u"The directory was not made: the container one must wait"_s));
    m_helper->failNext(u"ListDirectory"_s, u"Failed"_s, u"the disk is on fire"_s);
    tree()->setFocus();
    press(Qt::Key_F5);
    QTRY_VERIFY(says(u"on fire"_s));
    press(Qt::Key_F5);
    QTRY_VERIFY(!says(u"on fire"_s));
}

QTEST_MAIN(TestFiles)
#include "test_files.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/banner.h"
#include "gui/widgets/confirmation.h"
#include "tests/gui/window/window_fixture.h"

#include <QAbstractButton>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDir>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFile>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QTableWidget>
#include <QTest>
#include <QUrl>

#include <sys/stat.h>

using namespace lamella;
using namespace Qt::StringLiterals;

/// Images from files and into files.
class TestImageFiles : public test::WindowFixture {
    Q_OBJECT

public:
    TestImageFiles()
        : WindowFixture(u"images"_s)
    {
    }

private Q_SLOTS:
    void loadsAFile();
    void loadsWhatIsDropped();
    void importsAFileSystem();
    void brokenImagesAreNotImported();
    void importsWhatIsNoImage();
    void savesSeveral();
    void savesADirectory();
    void leavesWhatWasThere_data();
    void leavesWhatWasThere();
    void replacesWhatIsWhole();
    void writesOnlyFiles();
    void keepsWhatCannotGetItsName();
    void asksBeforeItsFileIsLost_data();
    void asksBeforeItsFileIsLost();
    void commitsAContainer();
    void saysWhatTheNewImageIs();
    void takesVariablesOut();
    void refusesWhatNoImageCanSay_data();
    void refusesWhatNoImageCanSay();
    void exportsAContainer();

private:
    void beginSaving(const QString& file);
    void beginExporting(const QString& file);
    void openCommit();
    QByteArray contentOf(const QString& file) const;
};

void TestImageFiles::openCommit()
{
    m_helper->addContainer(u"web"_s, u"running"_s);
    connectReady();
    QTRY_VERIFY(action(u"commitAction"_s)->isEnabled());
    action(u"commitAction"_s)->trigger();
    QTRY_VERIFY(find<QDialog>(u"commitDialog"_s));
}

/// Of the only image.
void TestImageFiles::beginSaving(const QString& file)
{
    m_helper->addImage(u"one:1"_s);
    connectReady();
    QTRY_COMPARE(imageView()->model()->rowCount(), 1);
    imageView()->selectAll();
    action(u"saveImagesAction"_s)->trigger();
    QTRY_VERIFY(find<QAbstractButton>(u"chooseFileButton"_s));
    find<QAbstractButton>(u"chooseFileButton"_s)->click();
    choose(u"saveChooser"_s, file);
}

void TestImageFiles::beginExporting(const QString& file)
{
    m_helper->addContainer(u"web"_s, u"stopped"_s);
    connectReady();
    QTRY_VERIFY(action(u"exportAction"_s)->isEnabled());
    action(u"exportAction"_s)->trigger();
    choose(u"exportChooser"_s, file);
}

QByteArray TestImageFiles::contentOf(const QString& file) const
{
    QFile opened(file);
    return opened.open(QIODevice::ReadOnly) ? opened.readAll() : QByteArray("it cannot be opened");
}

void TestImageFiles::loadsAFile()
{
    connectReady();
    const QString archive = file(u"images.tar"_s, "an archive");
    action(u"loadImageAction"_s)->trigger();
    choose(u"archiveChooser"_s, archive);
    QTRY_VERIFY(m_helper->lastCall.contains(u"LoadImage"_s));
    QCOMPARE(m_helper->lastCall.value(u"LoadImage"_s).at(0).toString(), u"an archive"_s);
    action(u"loadLayoutAction"_s)->trigger();
    choose(u"layoutChooser"_s, m_directory->path());
    QTRY_COMPARE(m_helper->lastCall.value(u"LoadImage"_s).at(0).toString(), u"directory"_s);
    // What is not there never reaches the helper.
    action(u"loadImageAction"_s)->trigger();
    choose(u"archiveChooser"_s, m_directory->filePath(u"missing.tar"_s));
    QTRY_VERIFY(banner()->isVisible());
    QVERIFY2(banner()->text().contains(u"missing.tar"), qPrintable(banner()->text()));
    QCOMPARE(m_helper->calls.count(u"LoadImage"_s), 2);
}

void TestImageFiles::loadsWhatIsDropped()
{
    connectReady();
    m_window->showPage(u"containers"_s);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file(u"dropped.tar"_s, "dropped"))});
    QDragEnterEvent enter(QPoint(100, 100), Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(m_window.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(QPointF(100, 100), Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(m_window.get(), &drop);
    QTRY_VERIFY(m_helper->lastCall.contains(u"LoadImage"_s));
    QCOMPARE(m_helper->lastCall.value(u"LoadImage"_s).at(0).toString(), u"dropped"_s);
    // What is somewhere else is no file that could be opened.
    data.setUrls({QUrl(u"https://example.org/a.tar"_s)});
    QDragEnterEvent far(QPoint(100, 100), Qt::CopyAction, &data, Qt::LeftButton, {});
    far.ignore();
    QCoreApplication::sendEvent(m_window.get(), &far);
    QVERIFY(!far.isAccepted());
}

void TestImageFiles::importsAFileSystem()
{
    connectReady();
    action(u"importAction"_s)->trigger();
    choose(u"importChooser"_s, file(u"rootfs.tar"_s, "files"));
    QTRY_VERIFY(find<QDialog>(u"importDialog"_s));
    QVERIFY2(find<QDialog>(u"importDialog"_s)->windowTitle().contains(u"rootfs.tar"), "it says what is imported");
    find<QLineEdit>(u"newReference"_s)->setText(u"my-root:1"_s);
    find<QAbstractButton>(u"newOk"_s)->click();
    QTRY_VERIFY(m_helper->lastCall.contains(u"ImportImage"_s));
    QCOMPARE(m_helper->lastCall.value(u"ImportImage"_s).at(0).toString(), u"files"_s);
    QCOMPARE(m_helper->lastCall.value(u"ImportImage"_s).at(1).toString(), u"my-root:1"_s);
    // Nobody had to fail at loading it first.
    QVERIFY(!m_helper->calls.contains(u"LoadImage"_s));
}

void TestImageFiles::brokenImagesAreNotImported()
{
    connectReady();
    action(u"loadImageAction"_s)->trigger();
    choose(u"archiveChooser"_s, file(u"torn.tar"_s, "half of an image"));
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    m_helper->endJob(u"the archive ends too early"_s, u"InvalidArgument"_s);
    QTRY_VERIFY(banner()->isVisible());
    QVERIFY2(banner()->text().contains(u"ends too early"), qPrintable(banner()->text()));
    QVERIFY(!find<widgets::Confirmation>(u"confirmation"_s));
}

void TestImageFiles::importsWhatIsNoImage()
{
    connectReady();
    action(u"loadImageAction"_s)->trigger();
    choose(u"archiveChooser"_s, file(u"rootfs.tar"_s, "files"));
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    m_helper->endJob(u"The archive has no images."_s, u"NotFound"_s);
    QTRY_VERIFY(find<widgets::Confirmation>(u"confirmation"_s));
    find<QAbstractButton>(u"deedButton"_s)->click();
    QTRY_VERIFY(find<QDialog>(u"importDialog"_s));
    find<QLineEdit>(u"newReference"_s)->setText(u"my root"_s);
    find<QAbstractButton>(u"newOk"_s)->click();
    QTRY_VERIFY(find<QLabel>(u"newProblem"_s)->text().contains(u"is no name"));
    find<QLineEdit>(u"newReference"_s)->setText(u"my-root:1"_s);
    find<QLineEdit>(u"newCommand"_s)->setText(u"sh -c 'echo hi'"_s);
    find<QAbstractButton>(u"newOk"_s)->click();
    QTRY_VERIFY(m_helper->lastCall.contains(u"ImportImage"_s));
    QCOMPARE(m_helper->lastCall.value(u"ImportImage"_s).at(0).toString(), u"files"_s);
    QCOMPARE(m_helper->lastCall.value(u"ImportImage"_s).at(1).toString(), u"my-root:1"_s);
    QCOMPARE(optionsOf(u"ImportImage"_s), (QVariantMap{{u"command"_s, QStringList{u"sh"_s, u"-c"_s, u"echo hi"_s}}}));
}

void TestImageFiles::savesSeveral()
{
    m_helper->addImage(u"one:1"_s);
    m_helper->addImage(u"two:2"_s);
    connectReady();
    QTRY_COMPARE(imageView()->model()->rowCount(), 2);
    imageView()->selectAll();
    action(u"saveImagesAction"_s)->trigger();
    QTRY_VERIFY(find<QComboBox>(u"compressionCombo"_s));
    find<QComboBox>(u"compressionCombo"_s)->setCurrentIndex(2);
    find<QAbstractButton>(u"chooseFileButton"_s)->click();
    const QString out = m_directory->filePath(u"out.tar"_s);
    choose(u"saveChooser"_s, out);
    QTRY_VERIFY(m_helper->lastCall.contains(u"SaveImages"_s));
    QStringList names = m_helper->lastCall.value(u"SaveImages"_s).at(0).toStringList();
    names.sort();
    QCOMPARE(names, (QStringList{u"one:1"_s, u"two:2"_s}));
    QCOMPARE(m_helper->lastCall.value(u"SaveImages"_s).at(1).toString(), u"written"_s);
    QCOMPARE(optionsOf(u"SaveImages"_s), (QVariantMap{{u"compression"_s, u"zstd"_s}}));
}

void TestImageFiles::savesADirectory()
{
    m_helper->addImage(u"one:1"_s);
    connectReady();
    QTRY_COMPARE(imageView()->model()->rowCount(), 1);
    imageView()->selectAll();
    action(u"saveImagesAction"_s)->trigger();
    QTRY_VERIFY(find<QComboBox>(u"compressionCombo"_s));
    find<QComboBox>(u"compressionCombo"_s)->setCurrentIndex(3);
    find<QAbstractButton>(u"chooseFileButton"_s)->click();
    choose(u"saveChooser"_s, m_directory->path());
    QTRY_VERIFY(m_helper->lastCall.contains(u"SaveImages"_s));
    QCOMPARE(optionsOf(u"SaveImages"_s), (QVariantMap{{u"format"_s, u"oci-dir"_s}}));
}

void TestImageFiles::leavesWhatWasThere_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<QString>("end");
    for (const QString& method : {u"SaveImages"_s, u"Export"_s}) {
        for (const QString& end : {u"refused"_s, u"failed"_s, u"cancelled"_s, u"lost"_s})
            QTest::newRow(qPrintable(method + u' ' + end)) << method << end;
    }
}

void TestImageFiles::leavesWhatWasThere()
{
    QFETCH(QString, method);
    QFETCH(QString, end);
    const QString out = file(u"out.tar"_s, "the archive of last week");
    if (end == "refused"_L1)
        m_helper->failNext(method, u"Busy"_s, u"It is busy."_s);
    method == "Export"_L1 ? beginExporting(out) : beginSaving(out);
    if (end != "refused"_L1) {
        QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
        QCOMPARE(m_helper->lastCall.value(method).at(method == "Export"_L1 ? 0 : 1).toString(), u"written"_s);
        // While it is written, what was there is whole.
        QCOMPARE(contentOf(out), "the archive of last week");
        QCOMPARE(QDir(m_directory->path()).entryList(QDir::Files | QDir::Hidden).size(), 2);
    }
    if (end == "failed"_L1)
        m_helper->endJob(u"the disk is full"_s, u"NoSpace"_s);
    else if (end == "cancelled"_L1)
        m_client->jobs().constFirst()->cancel();
    else if (end == "lost"_L1)
        m_helper.reset();
    QTRY_COMPARE(QDir(m_directory->path()).entryList(QDir::Files | QDir::Hidden), QStringList{u"out.tar"_s});
    QCOMPARE(contentOf(out), "the archive of last week");
}

void TestImageFiles::replacesWhatIsWhole()
{
    const QString old = file(u"out.tar"_s, "the archive of last week");
    QVERIFY(QFile::setPermissions(old, QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup));
    const QString link = m_directory->filePath(u"link.tar"_s);
    QVERIFY(QFile::link(u"out.tar"_s, link));
    beginSaving(link);
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    m_helper->endJob({});
    QTRY_COMPARE(contentOf(old), "written");
    QVERIFY(QFileInfo(link).isSymLink());
    QCOMPARE(QDir(m_directory->path()).entryList(QDir::Files | QDir::Hidden),
             (QStringList{u"link.tar"_s, u"out.tar"_s}));
    const QFile::Permissions others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
    QCOMPARE(QFile::permissions(old) & others, QFile::ReadGroup);
    QVERIFY(!banner()->isVisible());
    // A new one is the person's alone.
    const QString made = m_directory->filePath(u"new.tar"_s);
    action(u"saveImagesAction"_s)->trigger();
    QTRY_VERIFY(find<QAbstractButton>(u"chooseFileButton"_s));
    find<QAbstractButton>(u"chooseFileButton"_s)->click();
    choose(u"saveChooser"_s, made);
    QTRY_COMPARE(m_helper->calls.count(u"Wait"_s), 2);
    QVERIFY(!QFile::exists(made));
    m_helper->endJob({});
    QTRY_COMPARE(contentOf(made), "written");
    QCOMPARE(QFile::permissions(made) & others, QFile::Permissions());
}

void TestImageFiles::writesOnlyFiles()
{
    const QString pipe = m_directory->filePath(u"pipe"_s);
    QCOMPARE(::mkfifo(QFile::encodeName(pipe).constData(), S_IRUSR | S_IWUSR), 0);
    beginSaving(pipe);
    QTRY_VERIFY(banner()->isVisible());
    QVERIFY2(banner()->text().contains(pipe), qPrintable(banner()->text()));
    QVERIFY(!m_helper->calls.contains(u"SaveImages"_s));
    QCOMPARE(QDir(m_directory->path()).entryList(QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot),
             QStringList{u"pipe"_s});
}

/// What took so long is not thrown away because a name cannot be had at its end.
void TestImageFiles::keepsWhatCannotGetItsName()
{
    const QString out = m_directory->filePath(u"out.tar"_s);
    beginSaving(out);
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    QVERIFY(QDir().mkdir(out));
    m_helper->endJob({});
    QTRY_VERIFY(banner()->isVisible());
    const QStringList files = QDir(m_directory->path()).entryList(QDir::Files | QDir::Hidden);
    QCOMPARE(files.size(), 1);
    QCOMPARE(contentOf(m_directory->filePath(files.constFirst())), "written");
    QVERIFY2(banner()->text().contains(files.constFirst()), qPrintable(banner()->text()));
}

void TestImageFiles::asksBeforeItsFileIsLost_data()
{
    QTest::addColumn<bool>("closes");
    QTest::newRow("the window stays") << false;
    QTest::newRow("the window is closed") << true;
}

void TestImageFiles::asksBeforeItsFileIsLost()
{
    QFETCH(bool, closes);
    const QString out = file(u"out.tar"_s, "the archive of last week");
    beginSaving(out);
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    QVERIFY(!m_window->close());
    auto* question = m_window->findChild<widgets::Confirmation*>();
    QVERIFY(question && m_window->isVisible());
    if (closes) {
        question->findChild<QAbstractButton*>(u"deedButton"_s)->click();
        QTRY_VERIFY(m_helper->calls.contains(u"Cancel"_s));
        QTRY_VERIFY(!m_window->isVisible());
    } else {
        question->reject();
        m_helper->endJob({});
    }
    QTRY_COMPARE(QDir(m_directory->path()).entryList(QDir::Files | QDir::Hidden), QStringList{u"out.tar"_s});
    QTRY_COMPARE(contentOf(out), closes ? "the archive of last week" : "written");
    // There is nothing to ask about any more.
    QTRY_VERIFY(m_window->close());
}

void TestImageFiles::commitsAContainer()
{
    const QString image = m_helper->addImage(u"starter:latest"_s);
    m_helper->changeImage(image, {{u"Env"_s, QStringList{u"PATH=/bin"_s}}});
    m_helper->addContainer(u"web"_s, u"running"_s);
    connectReady();
    QTRY_VERIFY(action(u"commitAction"_s)->isEnabled());
    action(u"commitAction"_s)->trigger();
    QTRY_VERIFY(find<QDialog>(u"commitDialog"_s));
    QVERIFY(find<QLabel>(u"newNote"_s)->text().contains(u"paused"));
    find<QLineEdit>(u"newReference"_s)->setText(u"web:2"_s);
    find<QLineEdit>(u"newAuthor"_s)->setText(u"me"_s);
    find<QLineEdit>(u"newMessage"_s)->setText(u"with notes"_s);
    find<QLineEdit>(u"newWorkingDir"_s)->setText(u"srv"_s);
    QVERIFY(!find<QAbstractButton>(u"newOk"_s)->isEnabled());
    find<QLineEdit>(u"newWorkingDir"_s)->setText(u"/srv"_s);
    find<QCheckBox>(u"newPause"_s)->setChecked(false);
    find<QAbstractButton>(u"newOk"_s)->click();
    QTRY_VERIFY(m_helper->lastCall.contains(u"Commit"_s));
    QCOMPARE(m_helper->lastCall.value(u"Commit"_s).at(0).toString(), u"web:2"_s);
    // The environment was left as it is, and is not sent.
    QCOMPARE(optionsOf(u"Commit"_s),
             (QVariantMap{{u"author"_s, u"me"_s},
                          {u"message"_s, u"with notes"_s},
                          {u"working_dir"_s, u"/srv"_s},
                          {u"pause"_s, false}}));
}

void TestImageFiles::saysWhatTheNewImageIs()
{
    m_helper->addImage(u"starter:latest"_s);
    m_helper->imageConfig = R"({"Entrypoint":["/entry","-v"],"Cmd":["serve","two words"],"StopSignal":"SIGQUIT",
        "WorkingDir":"/srv","User":"www","ExposedPorts":{"443/tcp":{},"80/tcp":{}},"Labels":{"a":"b"}})";
    openCommit();
    const auto field = [this](const QString& name) { return find<QLineEdit>(name); };
    // Each for itself: what is typed takes the place of one of them.
    QTRY_COMPARE(field(u"newEntrypoint"_s)->placeholderText(), u"/entry -v"_s);
    QCOMPARE(field(u"newCommand"_s)->placeholderText(), u"serve 'two words'"_s);
    QCOMPARE(field(u"newWorkingDir"_s)->placeholderText(), u"/srv"_s);
    QCOMPARE(field(u"newUser"_s)->placeholderText(), u"www"_s);
    QCOMPARE(field(u"newStopSignal"_s)->placeholderText(), u"SIGQUIT"_s);
    QCOMPARE(field(u"newPorts"_s)->placeholderText(), u"besides 443/tcp 80/tcp"_s);
    QCOMPARE(field(u"newLabels"_s)->placeholderText(), u"besides a=b"_s);
    // The command of before goes with its entrypoint.
    field(u"newEntrypoint"_s)->setText(u"/bin/sh -c"_s);
    QVERIFY(!field(u"newCommand"_s)->placeholderText().contains(u"serve"));
    field(u"newCommand"_s)->setText(u"'echo hi'"_s);
    field(u"newStopSignal"_s)->setText(u"SIGINT"_s);
    field(u"newPorts"_s)->setText(u"8080 53/udp"_s);
    field(u"newVolumes"_s)->setText(u"/data '/my data'"_s);
    field(u"newLabels"_s)->setText(u"version=2 'title=Two words'"_s);
    find<QAbstractButton>(u"newOk"_s)->click();
    QTRY_VERIFY(m_helper->lastCall.contains(u"Commit"_s));
    QCOMPARE(optionsOf(u"Commit"_s),
             (QVariantMap{{u"entrypoint"_s, QStringList{u"/bin/sh"_s, u"-c"_s}},
                          {u"command"_s, QStringList{u"echo hi"_s}},
                          {u"stop_signal"_s, u"SIGINT"_s},
                          {u"exposed_ports"_s, QStringList{u"8080"_s, u"53/udp"_s}},
                          {u"volumes"_s, QStringList{u"/data"_s, u"/my data"_s}},
                          {u"labels"_s, QStringList{u"version=2"_s, u"title=Two words"_s}}}));
}

void TestImageFiles::takesVariablesOut()
{
    const QString image = m_helper->addImage(u"starter:latest"_s);
    m_helper->changeImage(
        image, {{u"Env"_s, QStringList{u"PATH=/bin"_s, u"an.old-name=1"_s, u"TOKEN=secret"_s, u"MODE=slow"_s}}});
    openCommit();
    auto* table = find<QTableWidget>(u"environmentTable"_s);
    QStringList names;
    for (int row = 0; row < table->rowCount(); ++row)
        names.append(table->item(row, 0) ? table->item(row, 0)->text() : QString());
    QCOMPARE(names, (QStringList{u"PATH"_s, u"an.old-name"_s, u"TOKEN"_s, u"MODE"_s, QString()}));
    // What the image calls it is nobody's fault here.
    QVERIFY2(find<QAbstractButton>(u"newOk"_s)->isEnabled(), qPrintable(find<QLabel>(u"newProblem"_s)->text()));
    table->setCurrentCell(2, 0);
    find<QAbstractButton>(u"removeVariable"_s)->click();
    table->item(2, 1)->setText(u"fast"_s);
    table->item(0, 0)->setText(u"MY_PATH"_s);
    find<QAbstractButton>(u"newOk"_s)->click();
    QTRY_VERIFY(m_helper->lastCall.contains(u"Commit"_s));
    QCOMPARE(optionsOf(u"Commit"_s),
             (QVariantMap{{u"env"_s, QStringList{u"MY_PATH=/bin"_s, u"MODE=fast"_s}},
                          {u"unset_env"_s, QStringList{u"PATH"_s, u"TOKEN"_s}}}));
}

void TestImageFiles::refusesWhatNoImageCanSay_data()
{
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("said");
    const auto row = [](const char* name, const QString& field, const QString& text, const QString& said) {
        QTest::newRow(name) << field << text << said;
    };
    row("an entrypoint with an open quote", u"newEntrypoint"_s, u"sh -c 'x"_s, u"quote"_s);
    row("a port of letters", u"newPorts"_s, u"80 http"_s, u"“http” is no port"_s);
    row("a port that is too large", u"newPorts"_s, u"65536"_s, u"“65536” is no port"_s);
    row("a port of no protocol", u"newPorts"_s, u"80/icmp"_s, u"“80/icmp” is no port"_s);
    row("a volume below nothing", u"newVolumes"_s, u"/a b"_s, u"“b” is no volume"_s);
    row("a label without a name", u"newLabels"_s, u"=1"_s, u"“=1” is no label"_s);
    row("a label without a value", u"newLabels"_s, u"a"_s, u"“a” is no label"_s);
    row("a signal that is none", u"newStopSignal"_s, u"term please"_s, u"“term please” is no signal"_s);
}

void TestImageFiles::refusesWhatNoImageCanSay()
{
    QFETCH(QString, field);
    QFETCH(QString, text);
    QFETCH(QString, said);
    m_helper->addImage(u"starter:latest"_s);
    openCommit();
    QVERIFY(find<QAbstractButton>(u"newOk"_s)->isEnabled());
    find<QLineEdit>(field)->setText(text);
    QVERIFY(!find<QAbstractButton>(u"newOk"_s)->isEnabled());
    QVERIFY2(find<QLabel>(u"newProblem"_s)->text().contains(said), qPrintable(find<QLabel>(u"newProblem"_s)->text()));
    find<QLineEdit>(field)->clear();
    QVERIFY(find<QAbstractButton>(u"newOk"_s)->isEnabled());
}

void TestImageFiles::exportsAContainer()
{
    m_helper->addContainer(u"web"_s, u"stopped"_s);
    connectReady();
    QTRY_VERIFY(action(u"exportAction"_s)->isEnabled());
    action(u"exportAction"_s)->trigger();
    choose(u"exportChooser"_s, m_directory->filePath(u"web.tar"_s));
    QTRY_VERIFY(m_helper->lastCall.contains(u"Export"_s));
    QCOMPARE(m_helper->lastCall.value(u"Export"_s).at(0).toString(), u"written"_s);
}

QTEST_MAIN(TestImageFiles)
#include "test_image_files.moc"

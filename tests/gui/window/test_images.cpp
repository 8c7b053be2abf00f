// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/image_actions.h"
#include "gui/app/job_card.h"
#include "gui/app/main_window.h"
#include "gui/client/client.h"
#include "gui/client/credentials.h"
#include "gui/dialogs/confirmation.h"
#include "gui/dialogs/registry_dialog.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/elidedlabel.h"
#include "gui/widgets/emptystate.h"
#include "tests/support/fake_helper/fake_helper.h"
#include "tests/support/fake_helper/fake_keyring.h"
#include "tests/support/fake_helper/private_bus.h"

#include <QAbstractButton>
#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFile>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>

using namespace lamella;
using namespace Qt::StringLiterals;

/// What a person does with images, at a helper that says what the test wants.
class TestImages : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void offersTheFirstStep();
    void listsImages();
    void leadsToTheContainer();
    void tagsAndUntags();
    void removesWhatIsNotUsed();
    void prunesAfterShowing();
    void showsTheHistory();
    void showsTheDocuments();
    void showsTheNameBeforeItPulls();
    void pulls();
    void asksForALogin();
    void usesWhatIsKnown();
    void listsTags();
    void warnsOfPlainHttp();
    void pushes();
    void showsLayersOfAJob();
    void failedPullsAreTriedAgain();
    void loadsAFile();
    void loadsWhatIsDropped();
    void importsWhatIsNoImage();
    void savesSeveral();
    void commitsAContainer();
    void exportsAContainer();
    void showsLogins();

private:
    template <class Widget>
    Widget* find(const QString& name) const
    {
        return m_window->findChild<Widget*>(name);
    }
    QAction* action(const QString& name) const { return find<QAction>(name); }
    QTableView* view() const { return find<QTableView>(u"imageView"_s); }
    QString cell(int row, const QString& header) const;
    widgets::Banner* banner() const { return find<widgets::Banner>(u"banner"_s); }
    void connectReady();
    /// Opens the pull dialog and types a name, until the helper has said what it means.
    dialogs::RegistryDialog* openPull(const QString& name);
    void choose(const QString& chooser, const QString& file);
    QString file(const QString& name, const QByteArray& content = {});
    QVariantMap optionsOf(const QString& method) const;

    std::unique_ptr<test::PrivateBus> m_bus;
    std::unique_ptr<test::FakeHelper> m_helper;
    std::unique_ptr<client::Client> m_client;
    std::unique_ptr<client::Credentials> m_credentials;
    std::unique_ptr<app::MainWindow> m_window;
    std::shared_ptr<test::FakeKeyring::Content> m_keyring;
    std::unique_ptr<QTemporaryDir> m_directory;
};

void TestImages::initTestCase()
{
    QCoreApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    // This machine's proxies are not what is tried here.
    for (const char* name : {"http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"})
        qunsetenv(name);
    m_bus = std::make_unique<test::PrivateBus>();
    QVERIFY(!m_bus->address().isEmpty());
}

void TestImages::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    m_helper = std::make_unique<test::FakeHelper>(m_bus->address());
    m_client = std::make_unique<client::Client>();
    m_keyring = std::make_shared<test::FakeKeyring::Content>();
    m_credentials = std::make_unique<client::Credentials>(std::make_unique<test::FakeKeyring>(m_keyring),
                                                          QStringList{m_directory->filePath(u"auth.json"_s)});
    m_window = std::make_unique<app::MainWindow>(m_client.get(), m_credentials.get());
    m_window->showPage(u"images"_s);
    m_window->show();
}

void TestImages::cleanup()
{
    m_window.reset();
    m_credentials.reset();
    m_client.reset();
    m_helper.reset();
}

void TestImages::connectReady()
{
    QVERIFY(m_helper->appear());
    m_client->connectToHelper();
    QTRY_VERIFY(m_client->isReady());
}

QString TestImages::cell(int row, const QString& header) const
{
    const QAbstractItemModel* model = view()->model();
    for (int column = 0; column < model->columnCount(); ++column) {
        if (model->headerData(column, Qt::Horizontal).toString() == header)
            return model->index(row, column).data().toString();
    }
    return u"no such column"_s;
}

QString TestImages::file(const QString& name, const QByteArray& content)
{
    QFile made(m_directory->filePath(name));
    if (!made.open(QIODevice::WriteOnly) || made.write(content) != content.size())
        return {};
    return made.fileName();
}

QVariantMap TestImages::optionsOf(const QString& method) const
{
    return m_helper->lastCall.value(method).value(m_helper->lastCall.value(method).size() - 1).toMap();
}

void TestImages::choose(const QString& chooser, const QString& file)
{
    QTRY_VERIFY(find<QFileDialog>(chooser));
    auto* dialog = find<QFileDialog>(chooser);
    Q_EMIT dialog->fileSelected(file);
    dialog->close();
}

dialogs::RegistryDialog* TestImages::openPull(const QString& name)
{
    action(u"pullAction"_s)->trigger();
    auto* dialog = find<dialogs::RegistryDialog>(u"pullDialog"_s);
    dialog->findChild<QLineEdit*>(u"referenceField"_s)->setText(name);
    const bool ready
        = QTest::qWaitFor([dialog] { return dialog->findChild<QAbstractButton*>(u"registryOk"_s)->isEnabled(); });
    return ready ? dialog : nullptr;
}

void TestImages::offersTheFirstStep()
{
    connectReady();
    auto* empty = find<widgets::EmptyState>(u"imagesEmpty"_s);
    QTRY_VERIFY(empty->isVisible());
    QVERIFY(empty->findChild<QAbstractButton*>(u"emptyStateSecond"_s)->text().contains(u"Load"));
    empty->findChild<QAbstractButton*>(u"emptyStateAction"_s)->click();
    QVERIFY(find<dialogs::RegistryDialog>(u"pullDialog"_s));
}

void TestImages::listsImages()
{
    const QString id = m_helper->addImage(u"docker.io/library/debian:13"_s);
    m_helper->addImage(u"quay.io/team/app:1"_s);
    m_helper->addContainer(u"web"_s, u"running"_s);
    connectReady();
    QTRY_COMPARE(view()->model()->rowCount(), 2);
    QCOMPARE(cell(0, u"Name"_s), u"debian"_s);
    QCOMPARE(cell(0, u"Tag"_s), u"13"_s);
    QCOMPARE(cell(0, u"Used by"_s), u"web"_s);
    QCOMPARE(cell(1, u"Name"_s), u"quay.io/team/app"_s);
    QCOMPARE(cell(1, u"Used by"_s), QString());
    QTRY_COMPARE(cell(0, u"Shared"_s), u"1.4 MB"_s);
    m_helper->changeImage(id, {{u"References"_s, QStringList{u"a:1"_s, u"b:2"_s}}});
    QTRY_COMPARE(cell(0, u"Tag"_s), u"1 and 1 more"_s);
}

void TestImages::leadsToTheContainer()
{
    m_helper->addImage(u"starter:latest"_s);
    m_helper->addContainer(u"web"_s, u"running"_s);
    connectReady();
    QTRY_COMPARE(view()->model()->rowCount(), 1);
    m_window->resize(1200, 700);
    const QModelIndex users = view()->model()->index(0, view()->model()->columnCount() - 1);
    QTRY_COMPARE(users.data().toString(), u"web"_s);
    QTest::mouseClick(view()->viewport(), Qt::LeftButton, {}, view()->visualRect(users).center());
    QTRY_VERIFY(find<QWidget>(u"containerList"_s)->isVisible());
    QCOMPARE(find<widgets::ElidedLabel>(u"containerName"_s)->text(), u"web"_s);
}

void TestImages::tagsAndUntags()
{
    m_helper->addImage(u"starter:latest"_s);
    connectReady();
    QTRY_VERIFY(action(u"tagAction"_s)->isEnabled());
    m_helper->failNext(u"Tag"_s, u"InvalidArgument"_s, u"That is no name."_s);
    action(u"tagAction"_s)->trigger();
    auto* line = find<QLineEdit>(u"lineField"_s);
    QVERIFY(line);
    line->setText(u"mine:1"_s);
    find<QAbstractButton>(u"lineOk"_s)->click();
    QTRY_COMPARE(find<QLabel>(u"lineProblem"_s)->text(), u"That is no name."_s);
    QCOMPARE(line->text(), u"mine:1"_s);
    find<QAbstractButton>(u"lineOk"_s)->click();
    QTRY_COMPARE(m_client->images().constFirst()->data().references, (QStringList{u"starter:latest"_s, u"mine:1"_s}));
    QTRY_VERIFY(!find<QLineEdit>(u"lineField"_s));
    // With several names a person says which.
    action(u"untagAction"_s)->trigger();
    QTRY_VERIFY(find<QMenu>(u"untagMenu"_s));
    find<QMenu>(u"untagMenu"_s)->actions().constFirst()->trigger();
    find<QMenu>(u"untagMenu"_s)->close();
    QTRY_COMPARE(m_client->images().constFirst()->data().references, QStringList{u"mine:1"_s});
    action(u"untagAction"_s)->trigger();
    QTRY_VERIFY(m_client->images().constFirst()->data().references.isEmpty());
    QVERIFY(!action(u"untagAction"_s)->isEnabled());
}

void TestImages::removesWhatIsNotUsed()
{
    m_helper->addImage(u"starter:latest"_s);
    const QString web = m_helper->addContainer(u"web"_s, u"stopped"_s);
    connectReady();
    QTRY_VERIFY(action(u"removeImageAction"_s)->isEnabled());
    action(u"removeImageAction"_s)->trigger();
    QTRY_VERIFY(banner()->isVisible());
    QVERIFY2(banner()->text().contains(u"web"), qPrintable(banner()->text()));
    QVERIFY(!find<dialogs::Confirmation>(u"confirmation"_s));
    m_helper->removeContainer(web);
    QTRY_VERIFY(m_client->containers().isEmpty());
    action(u"removeImageAction"_s)->trigger();
    find<QAbstractButton>(u"deedButton"_s)->click();
    QTRY_VERIFY(m_client->images().isEmpty());
}

void TestImages::prunesAfterShowing()
{
    const QString old = m_helper->addImage(u"old:1"_s);
    m_helper->changeImage(old, {{u"References"_s, QStringList()}});
    const QString named = m_helper->addImage(u"named:1"_s);
    m_helper->nameless = {old};
    m_helper->unused = {old, named};
    connectReady();
    QTRY_VERIFY(action(u"pruneAction"_s)->isEnabled());
    action(u"pruneAction"_s)->trigger();
    QTRY_VERIFY(find<QListWidget>(u"pruneList"_s));
    QCOMPARE(find<QListWidget>(u"pruneList"_s)->count(), 1);
    QVERIFY(find<QLabel>(u"pruneSummary"_s)->text().contains(u"3.0 MB"));
    QCOMPARE(m_helper->calls.count(u"PruneImages"_s), 2);
    QVERIFY(optionsOf(u"PruneImages"_s).value(u"dry_run"_s).toBool());
    find<QCheckBox>(u"pruneNamed"_s)->setChecked(true);
    QCOMPARE(find<QListWidget>(u"pruneList"_s)->count(), 2);
    QVERIFY(find<QLabel>(u"pruneSummary"_s)->text().contains(u"6.0 MB"));
    find<QAbstractButton>(u"pruneDeed"_s)->click();
    QTRY_COMPARE(m_helper->calls.count(u"PruneImages"_s), 3);
    QCOMPARE(optionsOf(u"PruneImages"_s), (QVariantMap{{u"all"_s, true}}));
}

void TestImages::showsTheHistory()
{
    m_helper->addImage(u"starter:latest"_s);
    m_helper->history = {{u"/bin/sh -c #(nop) ADD file:1 in / "_s, false},
                         {u"RUN /bin/sh -c apt-get update # buildkit"_s, false},
                         {u"/bin/sh -c #(nop)  CMD [\"bash\"]"_s, true}};
    connectReady();
    QTRY_VERIFY(action(u"historyAction"_s)->isEnabled());
    action(u"historyAction"_s)->trigger();
    auto* steps = find<QTableView>(u"historyView"_s);
    QTRY_COMPARE(steps->model()->rowCount(), 3);
    const auto at = [steps](int row, int column) { return steps->model()->index(row, column).data().toString(); };
    QCOMPARE(at(0, 1), u"CMD [\"bash\"]"_s);
    QCOMPARE(at(0, 2), QString());
    QCOMPARE(at(1, 1), u"RUN apt-get update"_s);
    QCOMPARE(at(1, 2), u"1.0 MB"_s);
    QCOMPARE(at(2, 0), u"1"_s);
    steps->setCurrentIndex(steps->model()->index(1, 1));
    QCOMPARE(find<QPlainTextEdit>(u"historyText"_s)->toPlainText(), u"RUN /bin/sh -c apt-get update # buildkit"_s);
}

void TestImages::showsTheDocuments()
{
    m_helper->addImage(u"starter:latest"_s);
    connectReady();
    QTRY_VERIFY(action(u"inspectAction"_s)->isEnabled());
    m_helper->failNext(u"Inspect"_s, u"Failed"_s, u"The disk does not answer."_s);
    action(u"inspectAction"_s)->trigger();
    auto* banner = find<widgets::Banner>(u"imageBanner"_s);
    QTRY_VERIFY(banner->isVisible());
    QVERIFY(banner->text().contains(u"The disk does not answer."));
    banner->findChild<QAbstractButton*>(u"bannerAction"_s)->click();
    auto* text = find<QPlainTextEdit>(u"documentText"_s);
    QTRY_VERIFY2(text->toPlainText().contains(u"    \"os\": \"linux\""), qPrintable(text->toPlainText()));
    find<QComboBox>(u"documentCombo"_s)->setCurrentIndex(1);
    QVERIFY(text->toPlainText().contains(u"schemaVersion"));
}

void TestImages::showsTheNameBeforeItPulls()
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

void TestImages::pulls()
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

void TestImages::asksForALogin()
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

void TestImages::usesWhatIsKnown()
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

void TestImages::listsTags()
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

void TestImages::warnsOfPlainHttp()
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
    const QByteArray pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    certificates->setText(file(u"good.pem"_s, pem));
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"PullImage"_s));
    QCOMPARE(optionsOf(u"PullImage"_s),
             (QVariantMap{{u"plain_http"_s, true}, {u"ca_certificates"_s, QString::fromLatin1(pem)}}));
}

void TestImages::pushes()
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

void TestImages::showsLayersOfAJob()
{
    connectReady();
    for (const QString& name : {u"debian"_s, u"alpine"_s}) {
        auto* dialog = openPull(name);
        QVERIFY(dialog);
        dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
        QTRY_VERIFY(m_helper->calls.count(u"PullImage"_s) == (name == "debian"_L1 ? 1 : 2));
        QTRY_VERIFY(m_client->jobs().size() == m_helper->calls.count(u"PullImage"_s));
        m_helper->changeParts({{u"sha256:"_s + QString(64, u'1'), 1024 * 1024, 4 * 1024 * 1024},
                               {u"sha256:"_s + QString(64, u'2'), 512, 0}});
        QTRY_VERIFY(!find<dialogs::RegistryDialog>(u"pullDialog"_s));
    }
    m_window->showPage(u"activity"_s);
    const auto cards = [this] { return m_window->findChildren<app::JobCard*>(); };
    QTRY_COMPARE(cards().size(), 2);
    const auto withTitle = [&](const QString& title) {
        const auto all = cards();
        for (app::JobCard* card : all) {
            if (card->findChild<widgets::ElidedLabel*>(u"jobTitle"_s)->text() == title)
                return card;
        }
        return static_cast<app::JobCard*>(nullptr);
    };
    app::JobCard* alpine = withTitle(u"Pulling alpine:latest"_s);
    QVERIFY(alpine && withTitle(u"Pulling debian:latest"_s));
    const QList<QLabel*> figures = alpine->findChildren<QLabel*>(u"partFigures"_s);
    QTRY_COMPARE(figures.size(), 2);
    QCOMPARE(figures.at(0)->text(), u"1.0 MB of 4.0 MB"_s);
    QCOMPARE(figures.at(1)->text(), u"512 B"_s);
    const QList<QProgressBar*> bars = alpine->findChildren<QProgressBar*>(u"partProgress"_s);
    QCOMPARE(bars.at(0)->value(), 250);
    QCOMPARE(bars.at(1)->maximum(), 0);
    m_helper->changeJob(
        {{u"BytesDone"_s, quint64(1) << 20}, {u"BytesTotal"_s, quint64(2) << 20}, {u"Progress"_s, 0.5}});
    QTRY_COMPARE(alpine->findChild<QProgressBar*>(u"cardProgress"_s)->value(), 500);
    QVERIFY(alpine->findChild<QLabel*>(u"jobFigures"_s)->text().contains(u"1.0 MB of 2.0 MB"));
    // The page is left, the work goes on; each is cancelled for itself.
    m_window->showPage(u"containers"_s);
    m_window->showPage(u"activity"_s);
    withTitle(u"Pulling debian:latest"_s)->findChild<QAbstractButton*>(u"cardCancel"_s)->click();
    QTRY_COMPARE(m_helper->calls.count(u"Cancel"_s), 1);
    QTRY_VERIFY(!withTitle(u"Pulling debian:latest"_s)->findChild<QWidget*>(u"cardProgress"_s)->isVisible());
    QVERIFY(alpine->findChild<QWidget*>(u"cardProgress"_s)->isVisible());
    // Whoever cancels knows it.
    QVERIFY(!banner()->isVisible());
}

void TestImages::failedPullsAreTriedAgain()
{
    connectReady();
    auto* dialog = openPull(u"debian"_s);
    QVERIFY(dialog);
    dialog->findChild<QComboBox*>(u"platformCombo"_s)->setCurrentText(u"linux/arm64"_s);
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    m_helper->changeParts({{u"sha256:aaaa"_s, 10, 100}});
    QTRY_COMPARE(m_helper->calls.count(u"Wait"_s), 2);
    m_helper->endJob(u"the connection broke"_s, u"Network"_s);
    QTRY_VERIFY(banner()->isVisible());
    QVERIFY(banner()->text().contains(u"the connection broke"));
    m_window->showPage(u"activity"_s);
    auto* card = m_window->findChild<app::JobCard*>();
    QVERIFY(card);
    auto* retry = card->findChild<QAbstractButton*>(u"cardRetry"_s);
    QTRY_VERIFY(retry->isVisible());
    // It stays when the helper has forgotten the job.
    m_helper->forgetJob();
    QTRY_VERIFY(m_client->jobs().isEmpty());
    QVERIFY(retry->isVisible());
    retry->click();
    QTRY_COMPARE(m_helper->calls.count(u"PullImage"_s), 2);
    QCOMPARE(m_helper->lastCall.value(u"PullImage"_s).at(0).toString(), u"docker.io/library/debian:latest"_s);
    QCOMPARE(optionsOf(u"PullImage"_s), (QVariantMap{{u"platform"_s, u"linux/arm64"_s}}));
    QTRY_COMPARE(m_window->findChildren<app::JobCard*>().size(), 1);
}

void TestImages::loadsAFile()
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

void TestImages::loadsWhatIsDropped()
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

void TestImages::importsWhatIsNoImage()
{
    connectReady();
    action(u"loadImageAction"_s)->trigger();
    choose(u"archiveChooser"_s, file(u"rootfs.tar"_s, "files"));
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    m_helper->endJob(u"The archive has no images."_s, u"InvalidArgument"_s);
    QTRY_VERIFY(find<dialogs::Confirmation>(u"confirmation"_s));
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

void TestImages::savesSeveral()
{
    m_helper->addImage(u"one:1"_s);
    m_helper->addImage(u"two:2"_s);
    connectReady();
    QTRY_COMPARE(view()->model()->rowCount(), 2);
    view()->selectAll();
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

void TestImages::commitsAContainer()
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

void TestImages::exportsAContainer()
{
    m_helper->addContainer(u"web"_s, u"stopped"_s);
    connectReady();
    QTRY_VERIFY(action(u"exportAction"_s)->isEnabled());
    action(u"exportAction"_s)->trigger();
    choose(u"exportChooser"_s, m_directory->filePath(u"web.tar"_s));
    QTRY_VERIFY(m_helper->lastCall.contains(u"Export"_s));
    QCOMPARE(m_helper->lastCall.value(u"Export"_s).at(0).toString(), u"written"_s);
}

void TestImages::showsLogins()
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

QTEST_MAIN(TestImages)
#include "test_images.moc"

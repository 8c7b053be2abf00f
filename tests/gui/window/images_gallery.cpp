// SPDX-License-Identifier: GPL-3.0-or-later
// Paints the window's sections, its dialogs and what it says when something is wrong into pictures:
// lamella-images-gallery DIRECTORY.
#include "gui/app/image_actions.h"
#include "gui/app/main_window.h"
#include "gui/app/pictures.h"
#include "gui/client/client.h"
#include "gui/client/credentials.h"
#include "gui/client/registry_settings.h"
#include "tests/gui/widgets/schemes.h"
#include "tests/support/fake_helper/fake_helper.h"
#include "tests/support/fake_helper/fake_keyring.h"
#include "tests/support/fake_helper/private_bus.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDateTime>
#include <QDialog>
#include <QDir>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QListView>
#include <QTableView>
#include <QTranslator>

using namespace lamella;
using namespace Qt::StringLiterals;

namespace {

void wait(int milliseconds)
{
    QElapsedTimer timer;
    timer.start();
    while (!timer.hasExpired(milliseconds))
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
}

void fill(test::FakeHelper& helper)
{
    const QString debian = helper.addImage(u"docker.io/library/debian:13"_s);
    const quint64 now = static_cast<quint64>(QDateTime::currentMSecsSinceEpoch()) * 1000;
    helper.changeImage(debian,
                       {{u"SizeBytes"_s, quint64(124'000'000)}, {u"CreatedUsec"_s, now - 40 * 86'400'000'000ULL}});
    helper.addImage(u"quay.io/a-team-with-a-name/an-application:1.27.3-slim"_s);
    helper.addImage(u"localhost:5000/app:latest"_s);
    helper.addContainer(u"web"_s, u"running"_s);
    helper.addContainer(u"job"_s, u"stopped"_s);
    helper.nameless = {debian};
    helper.unused = {debian};
    helper.history
        = {{u"/bin/sh -c #(nop) ADD file:8b5c5cbbfe1a1f2d in / "_s, false},
           {u"RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends nginx # buildkit"_s, false},
           {u"ENV LANG=C.UTF-8"_s, true},
           {u"/bin/sh -c #(nop)  CMD [\"bash\"]"_s, true}};
}

class Gallery {
public:
    Gallery(app::MainWindow& window, test::FakeHelper& helper, QString prefix)
        : m_window(window)
        , m_helper(helper)
        , m_prefix(std::move(prefix))
    {
    }

    void paint()
    {
        page(u"images"_s, u"images"_s);
        trigger(u"inspectAction"_s);
        shoot(u"inspect"_s);
        files();
        trigger(u"historyAction"_s);
        trigger(u"pullAction"_s);
        child<QLineEdit>(u"referenceField"_s)->setText(u"debian"_s);
        wait(400);
        shoot(u"pull-closed"_s);
        child<QWidget>(u"moreFold"_s)->findChild<QAbstractButton*>(u"foldOutTitle"_s)->click();
        shoot(u"pull-open"_s);
        child<QAbstractButton>(u"plainHttpCheck"_s)->setChecked(true);
        shoot(u"pull"_s);
        child<QAbstractButton>(u"registryOk"_s)->click();
        wait(200);
        m_helper.endJob(u"docker.io wants to know who you are."_s, u"RegistryDenied"_s);
        shoot(u"login"_s);
        close();
        dialog(u"saveImagesAction"_s, u"save"_s);
        dialog(u"tagAction"_s, u"tag"_s);
        dialog(u"pullAgainAction"_s, u"pull-again"_s);
        dialog(u"pruneAction"_s, u"prune"_s);
        dialog(u"removeImageAction"_s, u"remove"_s);
        child<QTableView>(u"imageView"_s)->selectAll();
        dialog(u"removeImageAction"_s, u"remove-several"_s);
        logins();
        registries();
        push();
        m_window.showPage(u"containers"_s);
        commit();
        dialog(u"renameAction"_s, u"rename"_s);
        dialog(u"runAction"_s, u"run"_s);
        trash();
        dialog(u"aboutAction"_s, u"about"_s);
        pull();
        page(u"activity"_s, u"activity"_s);
        m_window.resize(860, 640);
        shoot(u"activity-860"_s);
    }

    /// What is shown before there is anything, or when there is nobody to ask.
    void paintState(const QString& name)
    {
        page(u"containers"_s, name + u"-containers"_s);
        page(u"images"_s, name + u"-images"_s);
        page(u"activity"_s, name + u"-activity"_s);
    }

private:
    template <class Widget>
    Widget* child(const QString& name)
    {
        return m_window.findChild<Widget*>(name);
    }

    void trigger(const QString& name)
    {
        child<QAction>(name)->trigger();
        wait(400);
    }

    void shoot(const QString& name)
    {
        wait(300);
        app::pictureOf(&m_window).save(m_prefix + name + u".png"_s);
    }

    void page(const QString& id, const QString& name)
    {
        m_window.showPage(id);
        wait(500);
        shoot(name);
    }

    void close()
    {
        const QList<QDialog*> open = m_window.findChildren<QDialog*>();
        for (QDialog* one : open)
            one->reject();
        // Without a loop of its own nothing else deletes them, and they would be found again.
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        wait(100);
    }

    void dialog(const QString& action, const QString& name)
    {
        trigger(action);
        shoot(name);
        close();
    }

    void files()
    {
        m_helper.imageTree.fillImage(u"sha256:d"_s);
        trigger(u"imageFilesAction"_s);
        child<QLineEdit>(u"image-filesPath"_s)->setText(u"/etc/nginx/nginx.conf"_s);
        Q_EMIT child<QLineEdit>(u"image-filesPath"_s)->returnPressed();
        wait(500);
        shoot(u"files"_s);
    }

    void logins()
    {
        trigger(u"loginsAction"_s);
        child<QAbstractButton>(u"addLogin"_s)->click();
        wait(200);
        child<QLineEdit>(u"loginRegistry"_s)->setText(u"ghcr.io"_s);
        shoot(u"add-login"_s);
        close();
        dialog(u"loginsAction"_s, u"logins"_s);
    }

    void registries()
    {
        dialog(u"registriesAction"_s, u"registries-empty"_s);
        client::RegistrySettings* settings = m_window.registries();
        settings->set(u"docker.io"_s, {false, {}, {u"https://mirror.example:5000/hub"_s, u"https://other.example"_s}});
        settings->set(u"localhost:5000"_s, {true, {}, {}});
        settings->set(u"registry.a-company-with-a-name.example"_s,
                      {false, QDir::homePath() + u"/certificates/company-ca.pem"_s, {}});
        trigger(u"registriesAction"_s);
        shoot(u"registries"_s);
        child<QAbstractButton>(u"editRegistry"_s)->click();
        shoot(u"registries-edit"_s);
        close();
        trigger(u"registriesAction"_s);
        child<QAbstractButton>(u"addRegistry"_s)->click();
        child<QLineEdit>(u"registryField"_s)->setText(u"host:5000"_s);
        child<QLineEdit>(u"mirrorsField"_s)->setText(u"http://mirror"_s);
        child<QLineEdit>(u"certificatesField"_s)->setText(u"/none/ca.pem"_s);
        child<QAbstractButton>(u"editRegistryOk"_s)->click();
        shoot(u"registries-add"_s);
        close();
        trigger(u"pullAction"_s);
        child<QLineEdit>(u"referenceField"_s)->setText(u"debian"_s);
        wait(400);
        shoot(u"pull-remembered"_s);
        close();
    }

    void trash()
    {
        dialog(u"removeAction"_s, u"remove-running"_s);
        dialog(u"removeForGoodAction"_s, u"remove-for-good"_s);
        trigger(u"trashAction"_s);
        shoot(u"trash-empty"_s);
        close();
        m_helper.addTrashed(u"web-before-the-update"_s, {{u"Changes"_s, 1204ll}, {u"SizeBytes"_s, 812'000'000ull}});
        m_helper.addTrashed(u"job"_s);
        m_helper.addTrashed(u"counted-just-now"_s, {{u"Changes"_s, -1ll}});
        dialog(u"trashAction"_s, u"trash"_s);
        trigger(u"trashAction"_s);
        child<QAbstractButton>(u"eraseButton"_s)->click();
        wait(300);
        shoot(u"trash-erase"_s);
        close();
        m_helper.addContainer(u"a-b"_s, u"stopped"_s);
        wait(200);
        m_window.findChild<QListView*>(u"containerView"_s)
            ->setCurrentIndex(m_window.findChild<QListView*>(u"containerView"_s)->model()->index(0, 0));
        wait(200);
        trigger(u"removeAction"_s);
        shoot(u"trash-notice"_s);
    }

    void commit()
    {
        m_helper.changeImage(u"sha256:"_s + QString(64, u'a'),
                             {{u"Env"_s, QStringList{u"PATH=/usr/local/bin:/usr/bin:/bin"_s, u"LANG=C.UTF-8"_s}}});
        m_helper.imageConfig = R"({"Entrypoint":["/docker-entrypoint.sh"],"Cmd":["nginx","-g","daemon off;"],
            "StopSignal":"SIGQUIT","ExposedPorts":{"443/tcp":{},"80/tcp":{}},"Labels":{"maintainer":"somebody"}})";
        wait(200);
        trigger(u"commitAction"_s);
        shoot(u"commit"_s);
        for (const QString& name : {u"newRun"_s, u"newOffers"_s}) {
            child<QWidget>(name)->findChild<QAbstractButton*>(u"foldOutTitle"_s)->click();
            shoot(u"commit-"_s + name);
        }
        child<QLineEdit>(u"newPorts"_s)->setText(u"80 http"_s);
        child<QLineEdit>(u"newEntrypoint"_s)->setText(u"/bin/sh -c"_s);
        shoot(u"commit-wrong"_s);
        close();
    }

    void push()
    {
        trigger(u"pushAction"_s);
        wait(400);
        child<QAbstractButton>(u"registryOk"_s)->click();
        wait(200);
        m_helper.endJob(u"quay.io/a-team-with-a-name/an-application: the registry is in trouble (HTTP 503): try again "
                        "later (in its words: the storage is read-only while it is being moved)"_s,
                        u"Network"_s);
        shoot(u"push-failed"_s);
        close();
    }

    void pull()
    {
        for (const QString& name : {u"alpine"_s, u"fedora"_s, u"debian"_s}) {
            trigger(u"pullAction"_s);
            child<QLineEdit>(u"referenceField"_s)->setText(name);
            wait(400);
            child<QAbstractButton>(u"registryOk"_s)->click();
            wait(300);
            m_helper.changeParts({{u"sha256:"_s + QString(64, u'1'), 4'000'000, 4'000'000},
                                  {u"sha256:"_s + QString(64, u'2'), 9'000'000, 31'000'000},
                                  {u"sha256:"_s + QString(64, u'3'), 0, 800}});
            m_helper.changeJob({{u"BytesDone"_s, quint64(13'000'000)},
                                {u"BytesTotal"_s, quint64(35'000'800)},
                                {u"Progress"_s, 0.37},
                                {u"Stage"_s, u"fetching layers"_s}});
            wait(300);
            if (name == "alpine"_L1)
                m_helper.endJob(u"The registry broke the connection after 13 MB."_s, u"Network"_s);
            if (name == "fedora"_L1)
                child<QAbstractButton>(u"jobCancel"_s)->click();
            wait(300);
        }
    }

    app::MainWindow& m_window;
    test::FakeHelper& m_helper;
    QString m_prefix;
};

/// One window at one helper, in one size and scheme.
struct Scene {
    Scene(const test::PrivateBus& bus, QSize size)
        : helper(bus.address())
        , credentials(std::make_unique<test::FakeKeyring>(std::make_shared<test::FakeKeyring::Content>()), {u"/none"_s})
        , registries({u"/none"_s})
        , window(&client, &credentials, &registries)
    {
        window.resize(size);
        window.show();
    }

    void connect()
    {
        if (!helper.appear())
            qFatal("the helper's name is taken");
        client.connectToHelper();
        wait(500);
    }

    test::FakeHelper helper;
    client::Client client;
    client::Credentials credentials;
    client::RegistrySettings registries;
    app::MainWindow window;
};

void paintEverything(const test::PrivateBus& bus, QSize size, const QString& prefix)
{
    {
        Scene scene(bus, size);
        fill(scene.helper);
        scene.credentials.keep(u"quay.io"_s, {u"me"_s, u"secret"_s, {}});
        scene.connect();
        Gallery(scene.window, scene.helper, prefix).paint();
    }
    {
        Scene scene(bus, size);
        scene.connect();
        Gallery(scene.window, scene.helper, prefix).paintState(u"empty"_s);
    }
    {
        Scene scene(bus, size);
        scene.client.connectToHelper();
        wait(500);
        Gallery(scene.window, scene.helper, prefix).paintState(u"away"_s);
    }
    {
        Scene scene(bus, size);
        scene.helper.apiVersion = 0;
        scene.connect();
        Gallery(scene.window, scene.helper, prefix).paintState(u"old"_s);
    }
    {
        Scene scene(bus, size);
        scene.helper.failNext(u"GetManagedObjects"_s, u"NotAuthorized"_s, u"This user may not see containers."_s);
        scene.connect();
        Gallery(scene.window, scene.helper, prefix).paintState(u"refused"_s);
    }
}

} // namespace

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    QCoreApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    const QString directory = application.arguments().value(1, QStringLiteral("."));
    QDir().mkpath(directory);
    QTranslator plurals;
    if (plurals.load(u":/lamella/translations/lamella_en"_s))
        QApplication::installTranslator(&plurals);
    const test::PrivateBus bus;
    for (const bool dark : {false, true}) {
        useScheme(dark);
        for (const QSize size : {QSize(1280, 800), QSize(680, 480)}) {
            paintEverything(bus, size, u"%1/%2-%3-"_s.arg(directory, dark ? u"dark"_s : u"light"_s).arg(size.width()));
        }
    }
    return 0;
}

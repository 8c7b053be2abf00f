// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/format/image_text.h"
#include "gui/models/rate_meter.h"

#include <QTest>

using namespace lamella;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// What is made of the texts and counts that images and their jobs come with.
class TestImageText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsCommands_data();
    void readsCommands();
    void partsNames_data();
    void partsNames();
    void measuresARate();
};

void TestImageText::readsCommands_data()
{
    QTest::addColumn<QString>("createdBy");
    QTest::addColumn<QString>("command");
    QTest::newRow("nothing") << QString() << QString();
    QTest::newRow("classic, no layer") << u"/bin/sh -c #(nop)  CMD [\"bash\"]"_s << u"CMD [\"bash\"]"_s;
    QTest::newRow("classic, a file") << u"/bin/sh -c #(nop) ADD file:12ab in / "_s << u"ADD file:12ab in /"_s;
    QTest::newRow("classic, a command") << u"/bin/sh -c apt-get update"_s << u"RUN apt-get update"_s;
    QTest::newRow("buildkit") << u"RUN /bin/sh -c apt-get update # buildkit"_s << u"RUN apt-get update"_s;
    QTest::newRow("buildkit, a file") << u"COPY a /b # buildkit"_s << u"COPY a /b"_s;
    QTest::newRow("arguments") << u"|2 A=1 B=two words /bin/sh -c make"_s << u"RUN make"_s;
    QTest::newRow("bash") << u"/bin/bash -c echo hi"_s << u"RUN echo hi"_s;
    QTest::newRow("several lines") << u"RUN /bin/sh -c a &&\n\t\tb # buildkit"_s << u"RUN a && b"_s;
    QTest::newRow("anything else") << u"umoci unpack"_s << u"umoci unpack"_s;
    QTest::newRow("a shell within") << u"ENTRYPOINT [\"/bin/sh -c x\"]"_s << u"ENTRYPOINT [\"/bin/sh -c x\"]"_s;
    QTest::newRow("only the shell") << u"/bin/sh -c "_s << u"/bin/sh -c"_s;
    QTest::newRow("arguments without a shell") << u"|99 A=1"_s << u"|99 A=1"_s;
}

void TestImageText::readsCommands()
{
    QFETCH(QString, createdBy);
    QTEST(format::imageCommand(createdBy), "command");
}

void TestImageText::partsNames_data()
{
    QTest::addColumn<QString>("reference");
    QTest::addColumn<QString>("repository");
    QTest::addColumn<QString>("tag");
    QTest::addColumn<QString>("shown");
    const auto row = [](const char* reference, const char* repository, const char* tag, const char* shown) {
        QTest::newRow(reference) << QString::fromLatin1(reference) << QString::fromLatin1(repository)
                                 << QString::fromLatin1(tag) << QString::fromLatin1(shown);
    };
    row("starter:latest", "starter", "latest", "starter:latest");
    row("docker.io/library/debian:13", "docker.io/library/debian", "13", "debian:13");
    row("docker.io/team/app:1", "docker.io/team/app", "1", "team/app:1");
    row("host:5000/app", "host:5000/app", "", "host:5000/app");
    row("host:5000/app:2", "host:5000/app", "2", "host:5000/app:2");
    row("quay.io/a/b@sha256:12", "quay.io/a/b", "sha256:12", "quay.io/a/b@sha256:12");
    row("quay.io/a/b:1@sha256:12", "quay.io/a/b", "1@sha256:12", "quay.io/a/b:1@sha256:12");
}

void TestImageText::partsNames()
{
    QFETCH(QString, reference);
    QFETCH(QString, repository);
    QFETCH(QString, tag);
    QCOMPARE(format::nameParts(reference), (format::NameParts{repository, tag}));
    QTEST(format::shortReference(reference), "shown");
}

void TestImageText::measuresARate()
{
    models::RateMeter meter;
    meter.add(0, 0ms);
    QCOMPARE(meter.perSecond(), 0.0);
    meter.add(50, 100ms);
    QCOMPARE(meter.perSecond(), 0.0);
    meter.add(1000, 1000ms);
    QCOMPARE(meter.perSecond(), 1000.0);
    // It goes towards what is new, and not beyond.
    meter.add(4000, 2000ms);
    QVERIFY(meter.perSecond() > 1000 && meter.perSecond() < 3000);
    for (int second = 3; second < 60; ++second)
        meter.add(4000, std::chrono::milliseconds(second * 1000));
    QVERIFY(meter.perSecond() < 1);
    // A count that falls is another count.
    meter.add(10, 61s);
    QCOMPARE(meter.perSecond(), 0.0);
}

QTEST_GUILESS_MAIN(TestImageText)
#include "test_image_text.moc"

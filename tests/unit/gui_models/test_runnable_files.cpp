// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/runnable_files.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using lamella::models::runnableKind;
using namespace Qt::StringLiterals;

/// What of a container's is not handed to the desktop.
class TestRunnableFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isKnown_data();
    void isKnown();
};

void TestRunnableFiles::isKnown_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<bool>("runs");
    const QByteArray entry("[Desktop Entry]\nType=Application\nName=x\nExec=xterm\n");
    const QByteArray elf = QByteArray("\x7f"
                                      "ELF\x02\x01\x01",
                                      7)
        + QByteArray(9, '\0') + QByteArray("\x02\0\x3e\0\x01\0\0\0", 8) + QByteArray(40, '\0');
    const QByteArray exe = QByteArray("MZ") + QByteArray(58, '\0') + QByteArray("\x40\0\0\0PE\0\0", 8);
    // By the name, whatever it holds.
    for (const char* name :
         {"notes.desktop", "setup.exe", "SETUP.EXE", "setup.msi", "game.jar",   "tool.AppImage", "run.sh",
          "run.py",        "run.pl",    "run.rb",    "site.url",  "start.jnlp", "a.deb",         "a.rpm",
          "a.flatpakref",  "start.bat", "lib.so",    "x.js",      "x.vbs",      "x.lnk"})
        QTest::newRow(name) << QString::fromLatin1(name) << QByteArray("words\n") << true;
    // By what it holds, whatever it is called.
    QTest::newRow("desktop entry") << u"readme"_s << entry << true;
    QTest::newRow("desktop entry as text") << u"readme.txt"_s << entry << true;
    QTest::newRow("shell script") << u"photo.jpg"_s << QByteArray("#!/bin/sh\nexit\n") << true;
    QTest::newRow("python script") << u"data"_s << QByteArray("#!/usr/bin/env python3\n") << true;
    QTest::newRow("ELF") << u"data"_s << elf << true;
    QTest::newRow("Windows program") << u"photo.png"_s << exe << true;
    // What is looked at.
    QTest::newRow("text") << u"notes.txt"_s << QByteArray("words\n") << false;
    QTest::newRow("no name") << u"motd"_s << QByteArray("words\n") << false;
    QTest::newRow("configuration") << u"nginx.conf"_s << QByteArray("http {\n}\n") << false;
    QTest::newRow("empty") << u"empty"_s << QByteArray() << false;
    QTest::newRow("picture") << u"photo.png"_s << QByteArray("\x89PNG\r\n\x1a\n") + QByteArray(16, '\0') << false;
    QTest::newRow("document") << u"paper.pdf"_s << QByteArray("%PDF-1.4\n") << false;
    QTest::newRow("page") << u"index.html"_s << QByteArray("<!DOCTYPE html><html></html>") << false;
    QTest::newRow("archive") << u"all.zip"_s << QByteArray("PK\x03\x04") + QByteArray(30, '\0') << false;
    QTest::newRow("C++") << u"main.cpp"_s << QByteArray("int main() {}\n") << false;
    QTest::newRow("JSON") << u"package.json"_s << QByteArray("{\"name\": 1}\n") << false;
    QTest::newRow("log") << u"error.log"_s << QByteArray("it failed\n") << false;
}

void TestRunnableFiles::isKnown()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, content);
    QFETCH(bool, runs);
    const QTemporaryDir directory;
    QFile file(directory.filePath(name));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    file.close();
    const QString kind = runnableKind(file.fileName());
    QVERIFY2(kind.isEmpty() != runs, qPrintable(kind));
}

QTEST_GUILESS_MAIN(TestRunnableFiles)
#include "test_runnable_files.moc"

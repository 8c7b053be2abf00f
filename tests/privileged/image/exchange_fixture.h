// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/privileged/image/archive_fixture.h"

#include <QProcess>
#include <QStandardPaths>
#include <QStringList>

/// What the tests of the exchange with other tools share: an image with what tools differ in, and the tools.
namespace lamella::image {

/// What a tool says on its standard output; the test ends where it fails.
inline std::string said(const std::string& program, const std::vector<std::string>& arguments)
{
    QStringList list;
    for (const auto& argument : arguments)
        list.append(QString::fromStdString(argument));
    QProcess process;
    process.start(QString::fromStdString(program), list);
    const bool ended = process.waitForFinished(120'000);
    if (!ended || process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)
        qFatal("%s %s: %s", program.c_str(), qPrintable(list.join(QLatin1Char(' '))),
               process.readAllStandardError().constData());
    return process.readAllStandardOutput().toStdString();
}

inline bool isInstalled(const char* program)
{
    return !QStandardPaths::findExecutable(QString::fromLatin1(program)).isEmpty();
}

/// The archive of a tree that a shell script makes, as GNU tar writes it with all attributes.
inline std::string archiveMadeBy(const fs::path& directory, const std::string& script)
{
    const auto tree = directory / "tree";
    fs::remove_all(tree);
    fs::create_directories(tree);
    said("sh", {"-euc", "cd \"$0\"\n" + script, tree.string()});
    const auto archive = directory / "tree.tar";
    said("tar",
         {"--format=posix", "--sort=name", "--numeric-owner", "--xattrs", "--xattrs-include=*", "-C", tree.string(),
          "-cf", archive.string(), "."});
    return os::readFile(archive, 64u << 20).value();
}

inline std::vector<std::string> interestingArchives(const fs::path& directory)
{
    return {
        archiveMadeBy(directory, R"sh(
            mkdir -p bin etc/deep/down gone kept $(printf 'long%.0s' $(seq 40))
            head -c 300000 /dev/urandom > bin/tool; chmod 4755 bin/tool; ln bin/tool bin/other; ln -s ../bin/tool etc/link
            ln -s /etc/nowhere etc/dangling
            printf 'secret' > etc/config; chown 1001:1002 etc/config; chmod 0640 etc/config
            python3 -c 'import os; os.setxattr("etc/config", "user.note", b"noted")'
            printf 'x' > gone/file; printf 'y' > kept/below; printf 'z' > etc/deep/down/leaf
            mkfifo etc/fifo; mkdir -m 1777 tmp; touch 'name with spaces and ü'
            touch -d '2001-02-03 04:05:06.123456789' etc/config bin/tool)sh"),
        archiveMadeBy(directory, R"sh(
            mkdir -p etc/deep kept bin; : > .wh.gone; : > etc/deep/.wh.down
            : > kept/.wh..wh..opq; printf 'above' > kept/new
            printf 'changed' > etc/config; chown 7:8 etc/config; ln etc/config etc/same)sh"),
        archiveMadeBy(directory, "mkdir -m 0700 home; printf 'top' > home/top; chown -R 1000:1000 home"),
    };
}

inline json interestingConfig()
{
    return {{"created", "2020-01-02T03:04:05.678Z"},
            {"author", "Somebody <somebody@example.org>"},
            {"config",
             {{"User", "1000:1000"},
              {"Env", {"PATH=/bin", "GREETING=gr\u00fc\u00df dich"}},
              {"Entrypoint", {"/bin/tool", "-v"}},
              {"Cmd", {"one", "two words"}},
              {"WorkingDir", "/home"},
              {"Labels", {{"org.example.key", "value"}}},
              {"ExposedPorts", {{"80/tcp", json::object()}}},
              {"StopSignal", "SIGUSR1"}}},
            {"history",
             {{{"created", "2020-01-01T00:00:00Z"}, {"created_by", "base"}},
              {{"created_by", "ENV GREETING"}, {"empty_layer", true}},
              {{"created_by", "change"}, {"comment", "of something"}},
              {{"created_by", "home"}}}}};
}

inline std::vector<std::string> diffIdsOf(const Image& image)
{
    std::vector<std::string> ids;
    for (const auto& layer : image.layers)
        ids.push_back(layer.diffId);
    return ids;
}

} // namespace lamella::image

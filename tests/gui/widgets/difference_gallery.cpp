// SPDX-License-Identifier: GPL-3.0-or-later
// Paints two versions of files into pictures, in light and dark: lamella-difference-gallery DIRECTORY.
#include "gui/pages/differencetext.h"
#include "gui/pages/differenceview.h"
#include "tests/gui/widgets/file_versions.h"
#include "tests/gui/widgets/schemes.h"

#include <QDir>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QTest>
#include <QToolButton>

using namespace lamella;
using client::FileVersion;

namespace {

struct Sample {
    QString name;
    QString path;
    client::FileVersion image;
    client::FileVersion container;
    QSize size;
};

QByteArray script()
{
    QByteArray text
        = "#!/usr/bin/env python3\n\"\"\"Serves what it is given.\"\"\"\nimport http.server\nimport sys\n\n";
    for (int i = 0; i < 12; ++i)
        text += "ROUTE_" + QByteArray::number(i) + " = '/path/" + QByteArray::number(i * 7) + "'  # of the index\n";
    text += "\n\ndef main(port=8080):\n    address = (\"\", port)\n"
            "    server = http.server.HTTPServer(address, Handler)\n    server.serve_forever()\n\n\n"
            "if __name__ == \"__main__\":\n    sys.exit(main())\n";
    return text;
}

QByteArray changedScript()
{
    QByteArray text = script();
    text.replace("import sys\n", "import logging\nimport sys\n");
    text.replace("port=8080", "port=8443");
    text.replace("    server.serve_forever()\n",
                 "    try:\n        server.serve_forever()\n    except KeyboardInterrupt:\n"
                 "        logging.info(\"leaving after %d requests\", server.count)\n");
    text.replace("ROUTE_3 = '/path/21'", "ROUTE_3 = '/another/way/to/say/it/that/is/rather/long/and/goes/on'");
    return text.chopped(1);
}

QByteArray bytes(int seed)
{
    QByteArray result("\x7f"
                      "ELF\2\1\1\0\0\0\0\0",
                      12);
    for (int i = 0; i < 300; ++i)
        result += static_cast<char>(i * 37 + (i % 50 == 20 ? seed : 0));
    return result + QByteArray("libc.so.6\0GLIBC_2.34", 20) + QByteArray(seed * 4, 'x');
}

QList<Sample> samples()
{
    const client::FileVersion none;
    client::FileVersion beginning = fileVersion(changedScript());
    beginning.isWhole = false;
    beginning.size = 7'400'000;
    const QByteArray config = "# nginx\r\nuser nginx;\r\nworker_processes auto;\r\n";
    const QSize wide(1080, 620);
    const QString server = QStringLiteral("/srv/server");
    const QString tool = QStringLiteral("/usr/bin/tool");
    const QString logo = QStringLiteral("/srv/logo.png");
    return {
        {QStringLiteral("text"), server, fileVersion(script()), fileVersion(changedScript(), 0755, 33), wide},
        {QStringLiteral("text-found"), server, fileVersion(script()), fileVersion(changedScript()), wide},
        {QStringLiteral("text-narrow"), server, fileVersion(script()), fileVersion(changedScript(), 0755), {560, 720}},
        {QStringLiteral("text-added"), server, none, beginning, wide},
        {QStringLiteral("text-deleted"), server, fileVersion(script()), none, {760, 420}},
        {QStringLiteral("line-ends"),
         QStringLiteral("/etc/nginx/nginx.conf"),
         fileVersion(config),
         fileVersion(QByteArray(config).replace("\r\n", "\n")),
         {760, 280}},
        {QStringLiteral("bytes"), tool, fileVersion(bytes(0)), fileVersion(bytes(9)), {1180, 560}},
        {QStringLiteral("bytes-narrow"), tool, fileVersion(bytes(0)), fileVersion(bytes(9)), {700, 560}},
        {QStringLiteral("bytes-added"), tool, none, fileVersion(bytes(9)), {760, 420}},
        {QStringLiteral("pictures"),
         logo,
         fileVersion(discPicture({320, 240}, Qt::darkCyan)),
         fileVersion(discPicture({900, 900}, Qt::darkRed)),
         {860, 460}},
        {QStringLiteral("picture-deleted"), logo, fileVersion(discPicture({320, 240}, Qt::darkCyan)), none, {600, 400}},
        {QStringLiteral("links"),
         QStringLiteral("/usr/bin/python"),
         linkVersion(QStringLiteral("python3.11")),
         linkVersion(QStringLiteral("/usr/local/bin/python3.13")),
         {700, 220}},
    };
}

QString pictureName(const QString& name, bool dark)
{
    return QStringLiteral("difference-%1-%2-%3x.png")
        .arg(name, dark ? QStringLiteral("dark") : QStringLiteral("light"))
        .arg(qApp->devicePixelRatio());
}

void save(const Sample& sample, const QString& directory, bool dark)
{
    pages::DifferenceView view;
    view.setContentsMargins(16, 16, 16, 16);
    view.resize(sample.size);
    view.setVersions(sample.path, sample.image, sample.container);
    view.show();
    if (!QTest::qWaitFor([&view] { return view.isReady(); }))
        return;
    if (sample.name == QLatin1StringView("text")) {
        auto* text = view.findChild<pages::DifferenceText*>();
        QTest::keyClick(text, Qt::Key_F7);
        const QPoint from(text->columns().left.text.from + 30, text->lineRect(2).center().y());
        QTest::mousePress(text->viewport(), Qt::LeftButton, {}, from);
        QTest::mouseMove(text->viewport(), from + QPoint(120, text->lineHeight()));
        QTest::mouseRelease(text->viewport(), Qt::LeftButton, {}, from + QPoint(120, text->lineHeight()));
    }
    if (sample.name == QLatin1StringView("text-found")) {
        QTest::keyClick(view.findChild<pages::DifferenceText*>(), Qt::Key_F, Qt::ControlModifier);
        QTest::keyClicks(view.findChild<QLineEdit*>(QStringLiteral("findField")), QStringLiteral("server"));
        QTest::qWait(200);
        QTest::keyClick(&view, Qt::Key_F3);
    }
    QTest::qWait(60);
    view.grab().save(QDir(directory).filePath(pictureName(sample.name, dark)));
}

} // namespace

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    const QString directory = application.arguments().value(1, QStringLiteral("."));
    QDir().mkpath(directory);
    for (const bool dark : {false, true}) {
        useScheme(dark);
        for (const Sample& sample : samples())
            save(sample, directory, dark);
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
// The terminal with a real shell at a real PTY.
#include "gui/terminal/terminaldata.h"
#include "gui/terminal/terminalview.h"
#include "tests/gui/widgets/schemes.h"

#include <QAccessible>
#include <QClipboard>
#include <QImage>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <pty.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using lamella::terminal::TerminalView;
using namespace std::chrono_literals;

namespace {

/// A program at a PTY of its own; killed and reaped with this.
class Program {
public:
    explicit Program(const QByteArray& script)
    {
        m_pid = ::forkpty(&m_master, nullptr, nullptr, nullptr);
        if (m_pid == 0) {
            ::setenv("PS1", "$ ", 1);
            ::setenv("TERM", "xterm-256color", 1);
            ::execl("/bin/sh", "sh", "-c", script.constData(), nullptr);
            ::_exit(127);
        }
        ::fcntl(m_master, F_SETFD, FD_CLOEXEC);
    }
    ~Program()
    {
        ::kill(m_pid, SIGKILL);
        ::waitpid(m_pid, nullptr, 0);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    int master() const { return m_master; }

private:
    int m_master = -1;
    pid_t m_pid = -1;
};

} // namespace

class TerminalTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<TerminalView> m_view;
    std::unique_ptr<Program> m_program;

    void run(const QByteArray& script)
    {
        m_program = std::make_unique<Program>(script);
        m_view = std::make_unique<TerminalView>();
        m_view->resize(700, 400);
        m_view->show();
        m_view->openStream(m_program->master());
    }

    bool shows(const QString& text) const { return m_view->screenText().contains(text); }

private Q_SLOTS:
    void initTestCase() { useScheme(false); }

    void cleanup()
    {
        m_view.reset();
        m_program.reset();
    }

    void showsOutputAndTakesKeys()
    {
        run("read line; echo \"got <$line>\"; sleep 60");
        m_view->pasteText(QStringLiteral("hello\n"));
        QTRY_VERIFY(shows(QStringLiteral("got <hello>")));
    }

    void coloursArrive_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void coloursArrive()
    {
        QFETCH(bool, dark);
        useScheme(dark);
        run("printf '\\033[48;2;255;0;255m          \\033[0m ready'; sleep 60");
        QTRY_VERIFY(shows(QStringLiteral("ready")));
        const auto magenta = [this] {
            const QImage image = m_view->grab().toImage();
            int count = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    count += image.pixel(x, y) == qRgb(255, 0, 255) ? 1 : 0;
            return count;
        };
        QTRY_VERIFY(magenta() > 200);
        // The ground is of the window's scheme.
        const QImage image = m_view->grab().toImage();
        const int gray = qGray(image.pixel(image.width() / 2, image.height() - 20));
        QVERIFY2(dark ? gray < 64 : gray > 192, qPrintable(QString::number(gray)));
        useScheme(false);
    }

    void theProgramLearnsTheSize()
    {
        run("trap 'stty size' WINCH; stty size; echo started; while :; do sleep 0.05; done");
        QTRY_VERIFY(shows(QStringLiteral("started")));
        m_view->resize(1000, 600);
        QTRY_VERIFY(m_view->columns() > 90);
        QTRY_VERIFY(shows(QStringLiteral("%1 %2").arg(m_view->rows()).arg(m_view->columns())));
    }

    void aSocketsSizeGoesThroughTheSession()
    {
        int ends[2];
        QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        m_view = std::make_unique<TerminalView>();
        int rows = 0;
        int columns = 0;
        m_view->setResizer([&](int r, int c) {
            rows = r;
            columns = c;
        });
        m_view->resize(700, 400);
        m_view->show();
        m_view->openStream(ends[0]);
        QTRY_VERIFY(columns > 20);
        QCOMPARE(rows, m_view->rows());
        QCOMPARE(::write(ends[1], "from afar", 9), 9);
        QTRY_VERIFY(shows(QStringLiteral("from afar")));
        QSignalSpy closed(m_view.get(), &TerminalView::streamClosed);
        ::close(ends[1]);
        QTRY_COMPARE(closed.count(), 1);
        QVERIFY(!m_view->isConnected());
    }

    void aLargePasteArrivesWhole()
    {
        // 1 MB in lines, more than the kernel's buffers take at once.
        const QByteArray line(99, 'x');
        QString text;
        for (int i = 0; i < 10'000; ++i)
            text += QString::fromLatin1(line) + u'\n';
        run("stty -echo -icanon min 1; echo ready; head -c 1000000 | wc -c; sleep 60");
        QTRY_VERIFY(shows(QStringLiteral("ready")));
        m_view->pasteText(text);
        QTRY_VERIFY_WITH_TIMEOUT(shows(QStringLiteral("1000000")), 60s);
    }

    void muchOutputEndsWhole()
    {
        run("yes 'some words to fill a line of the terminal with' | head -c 10000000; echo; echo the-end; sleep 60");
        QTRY_VERIFY_WITH_TIMEOUT(shows(QStringLiteral("the-end")), 100s);
    }

    void bothDirectionsAtOnceDoNotDeadlock()
    {
        // cat echoes all that is pasted: either side waits for the other unless both are queued.
        run("stty -echo -icanon min 1; echo ready; cat");
        QTRY_VERIFY(shows(QStringLiteral("ready")));
        QString text;
        for (int i = 0; i < 10'000; ++i)
            text += QStringLiteral("line %1 of a long paste\n").arg(i);
        m_view->pasteText(text + QStringLiteral("last-line\n"));
        QTRY_VERIFY_WITH_TIMEOUT(shows(QStringLiteral("last-line")), 60s);
    }

    void copyGivesTheText()
    {
        run("printf 'copy me'; sleep 60");
        QTRY_VERIFY(shows(QStringLiteral("copy me")));
        m_view->selectAll();
        QVERIFY(m_view->copyAction()->isEnabled());
        m_view->copyAction()->trigger();
        QVERIFY2(QGuiApplication::clipboard()->text().contains(QStringLiteral("copy me")),
                 qPrintable(QGuiApplication::clipboard()->text()));
    }

    void severalLinesAreAskedAbout_data()
    {
        QTest::addColumn<bool>("bracketed");
        QTest::newRow("a plain program") << false;
        QTest::newRow("a program that takes pastes as a whole") << true;
    }
    void severalLinesAreAskedAbout()
    {
        QFETCH(bool, bracketed);
        run(QByteArray(bracketed ? "printf '\\033[?2004h'; " : "") + "stty -echo; echo ready; cat > /dev/null");
        QTRY_VERIFY(shows(QStringLiteral("ready")));
        QGuiApplication::clipboard()->setText(QStringLiteral("one\ntwo\n"));
        m_view->paste();
        auto* question = m_view->findChild<QMessageBox*>(QStringLiteral("pasteQuestion"));
        QCOMPARE(question != nullptr, !bracketed);
        if (question)
            question->reject();
        QGuiApplication::clipboard()->setText(QStringLiteral("one line"));
        m_view->paste();
        QVERIFY(!m_view->findChild<QPushButton*>(QStringLiteral("pasteAnyway")) || question);
    }

    void aPasteCannotEndItsBracket()
    {
        run("printf '\\033[?2004h'; stty -echo -icanon min 1; echo ready; head -c 22 | od -An -c | tr -d ' \\n'; echo; "
            "sleep 60");
        QTRY_VERIFY(shows(QStringLiteral("ready")));
        m_view->pasteText(QStringLiteral("a\x1b[201~bcdefg"));
        QTRY_VERIFY(shows(QStringLiteral("a[201~b")));
    }

    void theEndIsSaid()
    {
        run("echo bye");
        QSignalSpy closed(m_view.get(), &TerminalView::streamClosed);
        QTRY_COMPARE(closed.count(), 1);
        QTRY_VERIFY(shows(QStringLiteral("bye")));
        m_view->showEnded(QStringLiteral("The shell ended with status 0."), QStringLiteral("Start Again"));
        QVERIFY(m_view->findChild<QLabel*>(QStringLiteral("terminalEndText"))->isVisible());
        QSignalSpy again(m_view.get(), &TerminalView::startAgainRequested);
        QTest::mouseClick(m_view->findChild<QPushButton*>(QStringLiteral("terminalStartAgain")), Qt::LeftButton);
        QCOMPARE(again.count(), 1);
        // A new stream shows below the old text, and the line is gone.
        m_program = std::make_unique<Program>("echo second; sleep 60");
        m_view->openStream(m_program->master());
        QTRY_VERIFY(shows(QStringLiteral("second")));
        QVERIFY(shows(QStringLiteral("bye")));
        QVERIFY(!m_view->findChild<QLabel*>(QStringLiteral("terminalEndText"))->isVisible());
    }

    void assistiveToolsReadTheScreen()
    {
        run("echo readable; sleep 60");
        QTRY_VERIFY(shows(QStringLiteral("readable")));
        auto* display = m_view->findChild<QWidget*>(QStringLiteral("terminalDisplay"));
        QVERIFY(display);
        QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(display);
        QVERIFY(accessible);
        QCOMPARE(accessible->role(), QAccessible::Terminal);
        QVERIFY(accessible->textInterface());
        QVERIFY(accessible->textInterface()->text(0, -1).contains(QStringLiteral("readable")));
    }

    void zoomChangesTheSize()
    {
        run("sleep 60");
        const int columns = m_view->columns();
        for (int i = 0; i < 4; ++i)
            m_view->zoomIn();
        QTRY_VERIFY(m_view->columns() < columns);
        for (int i = 0; i < 4; ++i)
            m_view->zoomOut();
        QTRY_COMPARE(m_view->columns(), columns);
    }
};

QTEST_MAIN(TerminalTest)
#include "terminal_test.moc"

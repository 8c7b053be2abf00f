// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/terminal/terminalview.h"

#include "gui/terminal/outputqueue.h"
#include "gui/terminal/qtermwidget_include.h"
#include "gui/terminal/terminalaccessible.h"
#include "gui/terminal/terminaldata.h"
#include "gui/terminal/terminalstream.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QAction>
#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

#include <termios.h>

namespace lamella::terminal {
namespace {

constexpr int kScrollbackLines = 10'000;
constexpr auto kQuestionLines = 12;

} // namespace

TerminalView::TerminalView(QWidget* parent)
    : QWidget(parent)
{
    installTerminalAccessibility();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    createTerminal();
    createEndLine();
    layout->addWidget(m_terminal, 1);
    layout->addWidget(m_endLine);
    createActions();
    setFocusProxy(m_display ? m_display : static_cast<QWidget*>(m_terminal));
}

TerminalView::~TerminalView() = default;

void TerminalView::createTerminal()
{
    m_terminal = new QTermWidget(0, this);
    m_terminal->setObjectName(QStringLiteral("terminalWidget"));
    m_terminal->setTerminalFont(widgets::monospaceFont(font()));
    m_terminal->setHistorySize(kScrollbackLines);
    m_terminal->setScrollBarPosition(QTermWidget::ScrollBarRight);
    m_terminal->setTerminalSizeHint(false);
    m_terminal->setMargin(widgets::kGrid);
    // We ask ourselves, in our words, and only where it matters.
    m_terminal->setConfirmMultilinePaste(false);
    m_terminal->setBlinkingCursor(true);
    m_terminal->setFlowControlWarningEnabled(false);
    if (const QString bindings = keyBindings(); !bindings.isEmpty())
        m_terminal->setKeyBindings(bindings);
    applyColors();
    m_terminal->startTerminalTeletype();

    // The emulator reads an inner PTY. Its slave must not change what passes (no echo, no line endings).
    const int inner = m_terminal->getPtySlaveFd();
    termios settings{};
    ::tcgetattr(inner, &settings);
    ::cfmakeraw(&settings);
    ::tcsetattr(inner, TCSANOW, &settings);
    m_toEmulator = new OutputQueue(inner, this);
    connect(m_toEmulator, &OutputQueue::drained, this, [this] {
        if (m_stream)
            m_stream->setReading(true);
    });
    connect(m_terminal, &QTermWidget::sendData, this, [this](const char* bytes, int length) {
        if (m_stream)
            m_stream->write(QByteArrayView(bytes, length));
    });
    connect(m_terminal, &QTermWidget::titleChanged, this, [this] { Q_EMIT titleChanged(m_terminal->title()); });
    for (QWidget* child : m_terminal->findChildren<QWidget*>())
        if (qstrcmp(child->metaObject()->className(), "Konsole::TerminalDisplay") == 0)
            m_display = child;
    if (m_display) {
        m_display->setObjectName(QStringLiteral("terminalDisplay"));
        m_display->setAccessibleName(tr("Terminal"));
        m_display->installEventFilter(this);
    }
}

void TerminalView::createEndLine()
{
    m_endLine = new QWidget(this);
    m_endLine->setObjectName(QStringLiteral("terminalEnd"));
    m_endLine->setAutoFillBackground(true);
    auto* layout = new QHBoxLayout(m_endLine);
    layout->setContentsMargins(widgets::kSpacing, widgets::kGrid, widgets::kSpacing, widgets::kGrid);
    m_endText = new QLabel(m_endLine);
    m_endText->setObjectName(QStringLiteral("terminalEndText"));
    m_endText->setTextFormat(Qt::PlainText);
    m_endText->setWordWrap(true);
    m_again = new QPushButton(m_endLine);
    m_again->setObjectName(QStringLiteral("terminalStartAgain"));
    layout->addWidget(m_endText, 1);
    layout->addWidget(m_again);
    m_endLine->hide();
    connect(m_again, &QPushButton::clicked, this, &TerminalView::startAgainRequested);
}

QAction* TerminalView::addTerminalAction(const char* name, QStringView iconName, const QString& text,
                                         const QString& keys)
{
    auto* action = new QAction(text, this);
    if (!iconName.isEmpty())
        action->setIcon(widgets::icon(iconName));
    action->setObjectName(QLatin1StringView(name));
    action->setShortcut(QKeySequence(keys));
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(action);
    return action;
}

void TerminalView::createActions()
{
    m_copy = addTerminalAction("terminalCopy", u"copy", tr("&Copy"), QStringLiteral("Ctrl+Shift+C"));
    m_copy->setEnabled(false);
    connect(m_copy, &QAction::triggered, this, &TerminalView::copy);
    connect(m_terminal, &QTermWidget::copyAvailable, m_copy, &QAction::setEnabled);
    m_paste = addTerminalAction("terminalPaste", u"paste", tr("&Paste"), QStringLiteral("Ctrl+Shift+V"));
    connect(m_paste, &QAction::triggered, this, &TerminalView::paste);
    m_search = addTerminalAction("terminalSearch", u"search", tr("&Find…"), QStringLiteral("Ctrl+Shift+F"));
    connect(m_search, &QAction::triggered, this, &TerminalView::search);
    connect(addTerminalAction("terminalZoomIn", u"", tr("&Larger Text"), QStringLiteral("Ctrl++")), &QAction::triggered,
            this, &TerminalView::zoomIn);
    connect(addTerminalAction("terminalZoomOut", u"", tr("&Smaller Text"), QStringLiteral("Ctrl+-")),
            &QAction::triggered, this, &TerminalView::zoomOut);
    connect(addTerminalAction("terminalSelectAll", u"", tr("Select &All"), QStringLiteral("Ctrl+Shift+A")),
            &QAction::triggered, this, &TerminalView::selectAll);
    connect(addTerminalAction("terminalClear", u"", tr("Clear Scroll&back"), QStringLiteral("Ctrl+Shift+K")),
            &QAction::triggered, this, &TerminalView::clearScreen);
}

void TerminalView::openStream(int fd)
{
    delete m_stream;
    m_stream = new TerminalStream(fd, this);
    m_endLine->hide();
    connect(m_stream, &TerminalStream::received, this, &TerminalView::receive);
    connect(m_stream, &TerminalStream::closed, this, [this] {
        m_stream->deleteLater();
        m_stream = nullptr;
        Q_EMIT streamClosed();
    });
    m_rows = m_columns = 0;
    updateSize();
}

void TerminalView::setResizer(std::function<void(int, int)> resizer)
{
    m_resizer = std::move(resizer);
}

void TerminalView::receive(const QByteArray& bytes)
{
    m_toEmulator->write(bytes);
    // The emulator is slower than a program can print: let the program wait instead of storing its output here.
    if (m_toEmulator->isFull() && m_stream)
        m_stream->setReading(false);
}

void TerminalView::showEnded(const QString& sentence, const QString& action)
{
    m_endText->setText(sentence);
    m_again->setText(action);
    m_again->setVisible(!action.isEmpty());
    m_endLine->show();
}

int TerminalView::rows() const
{
    return m_terminal->screenLinesCount();
}

int TerminalView::columns() const
{
    return m_terminal->screenColumnsCount();
}

void TerminalView::updateSize()
{
    if (!m_stream || (rows() == m_rows && columns() == m_columns))
        return;
    m_rows = rows();
    m_columns = columns();
    if (!m_stream->setWindowSize(m_rows, m_columns) && m_resizer)
        m_resizer(m_rows, m_columns);
    Q_EMIT sizeChanged(m_rows, m_columns);
}

QString TerminalView::screenText() const
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    m_terminal->saveHistory(&buffer);
    return QString::fromUtf8(buffer.data());
}

QString TerminalView::selectedText() const
{
    return m_terminal->selectedText();
}

void TerminalView::copy()
{
    m_terminal->copyClipboard();
}

void TerminalView::paste()
{
    const QString text = QGuiApplication::clipboard()->text();
    if (text.isEmpty())
        return;
    confirmPaste(text, [this, text] { pasteText(text); });
}

bool TerminalView::confirmPaste(const QString& text, std::function<void()> paste)
{
    QString probe;
    m_terminal->bracketText(probe);
    // A program that brackets pastes gets it as one piece and runs nothing of it by itself.
    const bool bracketed = !probe.isEmpty();
    if (bracketed || !text.trimmed().contains(u'\n')) {
        paste();
        return true;
    }
    const QStringList lines = text.split(u'\n');
    auto* question = new QMessageBox(QMessageBox::Warning, tr("Paste several lines?"),
                                     tr("The clipboard holds %n lines. The shell runs each as soon as it arrives.",
                                        nullptr, static_cast<int>(lines.size())),
                                     QMessageBox::Cancel, this);
    question->setObjectName(QStringLiteral("pasteQuestion"));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setDetailedText(
        lines.size() > kQuestionLines ? lines.mid(0, kQuestionLines).join(u'\n') + QStringLiteral("\n…") : text);
    QPushButton* yes = question->addButton(tr("Paste"), QMessageBox::AcceptRole);
    yes->setObjectName(QStringLiteral("pasteAnyway"));
    connect(yes, &QPushButton::clicked, this, std::move(paste));
    question->open();
    return false;
}

void TerminalView::pasteText(const QString& text)
{
    if (!m_stream)
        return;
    // Terminals send a carriage return for a line end. An escape in the paste could end the bracket early and run what
    // follows.
    QString sent = text;
    sent.replace(QLatin1StringView("\r\n"), QLatin1StringView("\r")).replace(u'\n', u'\r').remove(QChar(0x1b));
    m_terminal->bracketText(sent);
    m_stream->write(sent.toUtf8());
    m_terminal->scrollToEnd();
}

void TerminalView::search()
{
    m_terminal->toggleShowSearchBar();
}

void TerminalView::zoomIn()
{
    m_terminal->zoomIn();
    updateSize();
}

void TerminalView::zoomOut()
{
    m_terminal->zoomOut();
    updateSize();
}

void TerminalView::selectAll()
{
    m_terminal->setSelectionStart(0, 0);
    m_terminal->setSelectionEnd(m_terminal->historyLinesCount() + rows() - 1, columns() - 1);
    m_copy->setEnabled(true);
}

void TerminalView::clearScreen()
{
    m_terminal->clear();
}

void TerminalView::applyColors()
{
    const QString scheme = colorSchemeFile(widgets::isDark(palette()));
    if (scheme == m_scheme)
        return;
    m_scheme = scheme;
    m_terminal->setColorScheme(scheme.isEmpty() ? QStringLiteral("BlackOnWhite") : scheme);
}

void TerminalView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_terminal)
        applyColors();
}

void TerminalView::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    m_terminal->setFocus();
}

bool TerminalView::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_display && (event->type() == QEvent::Resize || event->type() == QEvent::Show))
        QMetaObject::invokeMethod(this, &TerminalView::updateSize, Qt::QueuedConnection);
    if (watched == m_display && event->type() == QEvent::ContextMenu) {
        showMenu(static_cast<QContextMenuEvent*>(event)->globalPos());
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void TerminalView::showMenu(const QPoint& globalPosition)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions(actions());
    menu->popup(globalPosition);
}

} // namespace lamella::terminal

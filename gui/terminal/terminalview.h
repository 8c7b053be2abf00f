// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <functional>

class QAction;
class QPushButton;
class QLabel;
class QTermWidget;

namespace lamella::terminal {

class OutputQueue;
class TerminalStream;

/// A terminal for a program that runs elsewhere: at a PTY whose master it gets, or behind a stream socket. Colours,
/// scrollback, search, copy and paste (which asks before it pastes several lines), zoom. No read or write ever blocks.
class TerminalView final : public QWidget {
    Q_OBJECT
public:
    explicit TerminalView(QWidget* parent = nullptr);
    ~TerminalView() override;

    /// Shows what comes from `fd` and sends it what is typed. Owns `fd`. A former stream is dropped, its text stays.
    void openStream(int fd);
    /// Called with rows and columns where the stream is not a terminal of its own (attach); a PTY is told directly.
    void setResizer(std::function<void(int rows, int columns)> resizer);

    /// Shows a line below that says how the program ended, and a button (which emits startAgainRequested).
    void showEnded(const QString& sentence, const QString& action);
    bool isConnected() const { return m_stream != nullptr; }

    int rows() const;
    int columns() const;
    /// Everything that can be scrolled to, without colours.
    QString screenText() const;
    QString selectedText() const;

    /// Pastes `text` as if it came from the clipboard, without asking.
    void pasteText(const QString& text);

    QAction* copyAction() const { return m_copy; }
    QAction* pasteAction() const { return m_paste; }
    QAction* searchAction() const { return m_search; }

public Q_SLOTS:
    void copy();
    /// Pastes the clipboard; asks first where it holds several lines and the program does not take pastes as a whole.
    void paste();
    void search();
    void zoomIn();
    void zoomOut();
    void selectAll();
    void clearScreen();

Q_SIGNALS:
    /// The stream's other side has closed.
    void streamClosed();
    void startAgainRequested();
    void titleChanged(const QString& title);
    void sizeChanged(int rows, int columns);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;

private:
    void createTerminal();
    void createActions();
    QAction* addTerminalAction(const char* name, QStringView iconName, const QString& text, const QString& keys);
    void createEndLine();
    void applyColors();
    void updateSize();
    void receive(const QByteArray& bytes);
    void showMenu(const QPoint& globalPosition);
    bool confirmPaste(const QString& text, std::function<void()> paste);

    QTermWidget* m_terminal = nullptr;
    QWidget* m_display = nullptr;
    /// To the emulator: its inner PTY, whose other side this thread reads, so that a blocking write would never end.
    OutputQueue* m_toEmulator = nullptr;
    TerminalStream* m_stream = nullptr;
    std::function<void(int, int)> m_resizer;
    int m_rows = 0;
    int m_columns = 0;
    QString m_scheme;
    QWidget* m_endLine = nullptr;
    QLabel* m_endText = nullptr;
    QPushButton* m_again = nullptr;
    QAction* m_copy = nullptr;
    QAction* m_paste = nullptr;
    QAction* m_search = nullptr;
};

} // namespace lamella::terminal

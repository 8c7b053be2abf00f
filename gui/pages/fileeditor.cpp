// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/fileeditor.h"

#include "gui/client/container_client.h"
#include "gui/models/file_paths.h"
#include "gui/pages/syntaxlanguages.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/confirmation.h"
#include "gui/widgets/fonts.h"

#include <KSyntaxHighlighting/SyntaxHighlighter>
#include <KSyntaxHighlighting/Theme>

#include <QAction>
#include <QCryptographicHash>
#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QVBoxLayout>

namespace lamella::pages {

namespace {

/// Of the first line, as much as tells the language.
constexpr qsizetype kFirstLine = 200;

QString digestOf(const QByteArray& bytes)
{
    return QStringLiteral("sha256:%1")
        .arg(QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex()));
}

/// What the editor has makes of a text these bytes again, or it would change what nobody typed.
bool comesBack(const QPlainTextEdit& editor, const QByteArray& bytes, bool hasCrLf)
{
    QString text = editor.toPlainText();
    if (hasCrLf)
        text.replace(u'\n', QLatin1StringView("\r\n"));
    return text.toUtf8() == bytes && !bytes.contains('\0');
}

} // namespace

FileEditor::FileEditor(QWidget* parent)
    : QWidget(parent)
    , m_name(new QLabel(this))
    , m_banner(new widgets::Banner(this))
    , m_text(new QPlainTextEdit(this))
    , m_colors(new KSyntaxHighlighting::SyntaxHighlighter(m_text->document()))
{
    auto* bar = new QWidget(this);
    auto* barLayout = new QHBoxLayout(bar);
    barLayout->setContentsMargins(0, 0, 0, 0);
    barLayout->setSpacing(widgets::kGrid);
    m_name->setObjectName(QStringLiteral("editorName"));
    m_name->setTextFormat(Qt::PlainText);
    barLayout->addWidget(m_name, 1);
    m_revert = addAction(QStringLiteral("editorRevert"), tr("&Revert"), {}, bar);
    m_revert->setToolTip(tr("Read the file again, and forget what was typed"));
    m_save = addAction(QStringLiteral("editorSave"), tr("&Save"), QKeySequence::Save, bar);
    m_close = addAction(QStringLiteral("editorClose"), tr("&Close"), Qt::Key_Escape, bar);
    m_text->setObjectName(QStringLiteral("editorText"));
    m_text->setAccessibleName(tr("Content of the file"));
    m_text->setFont(widgets::monospaceFont(font()));
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setTabStopDistance(8 * QFontMetricsF(m_text->font()).horizontalAdvance(u' '));
    m_colors->setTheme(languages().themeForPalette(palette()));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(bar);
    layout->addWidget(m_banner);
    layout->addWidget(m_text, 1);
    m_text->installEventFilter(this);
    connect(m_save, &QAction::triggered, this, [this] { save(false); });
    connect(m_revert, &QAction::triggered, this, &FileEditor::revert);
    connect(m_close, &QAction::triggered, this, &FileEditor::close);
    connect(m_text->document(), &QTextDocument::modificationChanged, this, &FileEditor::updateState);
    connect(m_banner, &widgets::Banner::actionTriggered, this, [this] { save(true); });
    updateState();
}

QAction* FileEditor::addAction(const QString& name, const QString& text, const QKeySequence& key, QWidget* bar)
{
    auto* action = new QAction(text, this);
    action->setObjectName(name);
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    if (!key.isEmpty())
        action->setToolTip(
            QStringLiteral("%1 (%2)").arg(QString(text).remove(u'&'), key.toString(QKeySequence::NativeText)));
    QWidget::addAction(action);
    auto* button = new QToolButton(bar);
    button->setObjectName(name + QStringLiteral("Button"));
    button->setDefaultAction(action);
    bar->layout()->addWidget(button);
    return action;
}

bool FileEditor::canEdit(const client::FileEntry& entry)
{
    return entry.type == client::FileType::File && entry.size <= kLongest && !entry.isMounted;
}

bool FileEditor::isModified() const
{
    return isOpen() && m_text->document()->isModified();
}

void FileEditor::setContainer(client::ContainerClient* container)
{
    if (m_container && isModified())
        m_drafts.insert(m_container->id(), {m_path, m_bytes, m_text->toPlainText(), m_hasCrLf});
    leave();
    m_container = container;
    if (container && m_drafts.contains(container->id()))
        show(m_drafts.take(container->id()));
}

void FileEditor::open(const QByteArray& path)
{
    if (!m_container || path == m_path)
        return;
    m_container->readFile(path, client::ContainerClient::Version::Container)
        .then(this, [this, path, generation = ++m_generation](const client::Outcome<client::FileVersion>& file) {
            if (generation != m_generation)
                return;
            if (file)
                take(path, *file);
            else
                Q_EMIT failed(tr("%1 could not be read: %2").arg(models::textOf(path), file.error().sentence));
        });
}

void FileEditor::take(const QByteArray& path, const client::FileVersion& file)
{
    const QString name = models::textOf(path);
    if (!file.exists || file.type != client::FileType::File)
        return Q_EMIT failed(tr("%1 is no file any more.").arg(name));
    if (!file.isWhole || static_cast<quint64>(file.content.size()) > kLongest)
        return Q_EMIT failed(tr("%1 is too long to be edited here.").arg(name));
    const qsizetype lines = file.content.count('\n');
    const Text text{path, file.content, {}, lines > 0 && file.content.count("\r\n") == lines};
    const QSignalBlocker quiet(m_text->document());
    m_text->setPlainText(QString::fromUtf8(file.content));
    if (!comesBack(*m_text, text.bytes, text.hasCrLf)) {
        leave();
        return Q_EMIT failed(tr("%1 is no text in UTF-8, or its lines end in several ways: editing it here would "
                                "change more than what is typed.")
                                 .arg(name));
    }
    show(text);
}

void FileEditor::show(const Text& text)
{
    m_path = text.path;
    m_bytes = text.bytes;
    m_hasCrLf = text.hasCrLf;
    const QString content = QString::fromUtf8(text.bytes);
    m_text->setPlainText(content);
    m_colors->setDefinition(languageOf(models::textOf(m_path), content.section(u'\n', 0, 0).left(kFirstLine)));
    m_text->document()->setModified(false);
    if (!text.typed.isEmpty()) {
        m_text->setPlainText(text.typed);
        m_text->document()->setModified(true);
    }
    m_banner->hide();
    updateState();
    m_text->setFocus();
    Q_EMIT opened();
}

void FileEditor::close()
{
    if (!isModified()) {
        leave();
        return;
    }
    auto* question
        = new widgets::Confirmation(this, tr("Close %1 without saving?").arg(models::textOf(m_path)), tr("&Discard"));
    question->setObjectName(QStringLiteral("editorQuestion"));
    question->setConsequence(tr("Lost: what you have typed."));
    question->ask([this] { leave(); });
}

void FileEditor::leave()
{
    ++m_generation;
    const bool wasOpen = isOpen();
    m_path.clear();
    m_bytes.clear();
    m_saving = false;
    m_text->clear();
    m_text->document()->setModified(false);
    m_banner->hide();
    if (wasOpen)
        Q_EMIT closed();
}

QByteArray FileEditor::typedBytes() const
{
    QString text = m_text->toPlainText();
    if (m_hasCrLf)
        text.replace(u'\n', QLatin1StringView("\r\n"));
    return text.toUtf8();
}

void FileEditor::save(bool overwrite)
{
    if (!m_container || !isModified() || m_saving)
        return;
    const QByteArray bytes = typedBytes();
    m_saving = true;
    updateState();
    m_container->writeFile(m_path, bytes, {.replaces = overwrite ? QString() : digestOf(m_bytes)})
        .then(this, [this, bytes, generation = m_generation](const client::Outcome<void>& outcome) {
            if (generation != m_generation)
                return;
            m_saving = false;
            if (!outcome) {
                saveFailed(outcome.error());
                return;
            }
            m_bytes = bytes;
            m_text->document()->setModified(typedBytes() != bytes); // somebody types on while it is saved
            m_banner->hide();
            updateState();
            Q_EMIT saved(m_path);
        });
}

void FileEditor::saveFailed(const client::ClientError& error)
{
    updateState();
    if (error.kind == client::ErrorKind::DigestMismatch)
        m_banner->showMessage(widgets::Banner::Kind::Warning,
                              tr("The file has been changed since you began. Revert to see how it is now, or save over "
                                 "it."),
                              tr("Save &Over It"));
    else
        m_banner->showMessage(widgets::Banner::Kind::Error, tr("The file was not saved: %1").arg(error.sentence));
}

void FileEditor::revert()
{
    const QByteArray path = m_path;
    if (!m_container || path.isEmpty())
        return;
    m_container->readFile(path, client::ContainerClient::Version::Container)
        .then(this, [this, path, generation = ++m_generation](const client::Outcome<client::FileVersion>& file) {
            if (generation != m_generation)
                return;
            if (file)
                take(path, *file);
            else
                saveFailed(file.error());
        });
}

void FileEditor::updateState()
{
    const bool modified = isModified();
    m_name->setText(modified ? tr("%1 (not saved)").arg(models::textOf(m_path)) : models::textOf(m_path));
    m_save->setEnabled(modified && !m_saving);
    m_revert->setEnabled(isOpen() && !m_saving);
}

void FileEditor::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    window()->installEventFilter(this);
}

bool FileEditor::eventFilter(QObject* watched, QEvent* event)
{
    // While one types, this key is for the file, whatever it is for in the window.
    const bool isKey = event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress;
    if (watched == m_text && isKey && static_cast<QKeyEvent*>(event)->matches(QKeySequence::Save)) {
        if (event->type() == QEvent::KeyPress)
            save(false);
        event->accept();
        return true;
    }
    if (event->type() != QEvent::Close || watched != window() || m_mayClose || (!isModified() && m_drafts.isEmpty()))
        return QWidget::eventFilter(watched, event);
    event->ignore();
    auto* question = new widgets::Confirmation(window(), tr("Close the window without saving?"), tr("&Discard"));
    question->setObjectName(QStringLiteral("editorQuestion"));
    const int files = static_cast<int>(m_drafts.size()) + (isModified() ? 1 : 0);
    question->setConsequence(tr("Lost: what you have typed into %n file(s).", nullptr, files));
    question->ask([this] {
        m_mayClose = true;
        window()->close();
    });
    return true;
}

void FileEditor::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange)
        return;
    m_colors->setTheme(languages().themeForPalette(palette()));
    m_colors->rehighlight();
}

} // namespace lamella::pages

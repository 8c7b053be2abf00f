// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/pathbar.h"

#include "gui/client/file_source.h"
#include "gui/models/file_paths.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QAction>
#include <QCompleter>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QStringListModel>
#include <QToolButton>

namespace lamella::pages {

namespace {

constexpr qsizetype kMostPast = 100;

} // namespace

PathBar::PathBar(QWidget* parent)
    : QWidget(parent)
    , m_layout(new QHBoxLayout(this))
    , m_back(createButton(QStringLiteral("filesBack"), u"back", tr("Back"), Qt::ALT | Qt::Key_Backspace))
    , m_up(createButton(QStringLiteral("filesUp"), u"up", tr("To the directory above"), Qt::ALT | Qt::Key_Up))
    , m_line(new QLineEdit(this))
    , m_names(new QStringListModel(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(widgets::kGrid);
    m_layout->addWidget(m_back);
    m_layout->addWidget(m_up);
    m_layout->addWidget(m_line, 1);
    m_line->setObjectName(QStringLiteral("filesPath"));
    m_line->setAccessibleName(tr("Path"));
    m_line->setToolTip(tr("The path (Ctrl+L)"));
    m_line->setFont(widgets::monospaceFont(font()));
    m_line->setText(QStringLiteral("/"));
    auto* completer = new QCompleter(m_names, this);
    completer->setCaseSensitivity(Qt::CaseSensitive);
    m_line->setCompleter(completer);
    auto* toLine = new QAction(this);
    toLine->setShortcut(Qt::CTRL | Qt::Key_L);
    toLine->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    parent->addAction(toLine);
    connect(toLine, &QAction::triggered, m_line, [this] {
        m_line->setFocus();
        m_line->selectAll();
    });
    connect(m_back, &QToolButton::clicked, this, &PathBar::goBack);
    connect(m_up, &QToolButton::clicked, this, [this] { go(models::parentPath(m_path)); });
    connect(m_line, &QLineEdit::textEdited, this, &PathBar::complete);
    connect(m_line, &QLineEdit::returnPressed, this, [this] { go(models::cleanPath(m_line->text().toUtf8())); });
    updateButtons();
}

QToolButton* PathBar::createButton(const QString& name, QStringView icon, const QString& text, const QKeySequence& key)
{
    auto* button = new QToolButton(this);
    button->setObjectName(name);
    button->setIcon(widgets::icon(icon));
    button->setAccessibleName(text);
    button->setToolTip(QStringLiteral("%1 (%2)").arg(text, key.toString(QKeySequence::NativeText)));
    auto* action = new QAction(this);
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    parentWidget()->addAction(action);
    connect(action, &QAction::triggered, button, &QToolButton::click);
    return button;
}

void PathBar::setSource(client::FileSource* source)
{
    m_source = source;
    m_past.clear();
    m_completed.clear();
    m_names->setStringList({});
    m_path = "/";
    m_line->setText(QStringLiteral("/"));
    updateButtons();
}

void PathBar::setPath(const QByteArray& path)
{
    if (path == m_path)
        return;
    m_path = path;
    m_line->setText(models::textOf(path));
    updateButtons();
}

void PathBar::selectTyped()
{
    m_line->setFocus();
    m_line->selectAll();
}

void PathBar::addButton(QToolButton* button)
{
    m_layout->addWidget(button);
}

void PathBar::go(const QByteArray& path)
{
    if (path != m_path)
        m_past.append(m_path);
    if (m_past.size() > kMostPast)
        m_past.removeFirst();
    updateButtons();
    Q_EMIT entered(path);
}

void PathBar::goBack()
{
    if (m_past.isEmpty())
        return;
    const QByteArray path = m_past.takeLast();
    updateButtons();
    Q_EMIT entered(path);
}

void PathBar::updateButtons()
{
    m_back->setEnabled(!m_past.isEmpty());
    m_up->setEnabled(m_path != "/");
}

void PathBar::complete(const QString& typed)
{
    const QByteArray directory = models::cleanPath(typed.first(typed.lastIndexOf(u'/') + 1).toUtf8());
    if (!m_source || directory == m_completed || !typed.startsWith(u'/'))
        return;
    m_completed = directory;
    m_source->listDirectory(directory).then(
        this, [this, directory](const client::Outcome<client::FileListing>& listing) {
            if (!listing || directory != m_completed)
                return;
            QStringList paths;
            for (const client::FileEntry& entry : listing->entries)
                paths.append(models::textOf(models::childPath(directory, entry.name)));
            m_names->setStringList(paths);
            if (m_line->hasFocus())
                m_line->completer()->complete();
        });
}

} // namespace lamella::pages

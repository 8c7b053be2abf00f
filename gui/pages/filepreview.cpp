// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/filepreview.h"

#include "gui/client/file_source.h"
#include "gui/models/file_paths.h"
#include "gui/pages/differenceview.h"

#include <QLabel>
#include <QStackedLayout>

#include <chrono>

namespace lamella::pages {

using namespace std::chrono_literals;
using client::FileType;

namespace {

constexpr auto kRestBeforeReading = 60ms;
/// Of what is longer, this much is shown.
constexpr quint64 kPreviewed = 4 << 20;

} // namespace

FilePreview::FilePreview(QWidget* parent)
    : QWidget(parent)
    , m_stack(new QStackedLayout(this))
    , m_view(new DifferenceView(this))
    , m_words(new QLabel(this))
{
    m_view->setObjectName(QStringLiteral("filesContent"));
    m_words->setObjectName(QStringLiteral("filesWords"));
    m_words->setAlignment(Qt::AlignCenter);
    m_words->setWordWrap(true);
    m_words->setTextFormat(Qt::PlainText);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_words->setForegroundRole(QPalette::PlaceholderText);
    m_stack->addWidget(m_words);
    m_stack->addWidget(m_view);
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &FilePreview::read);
    connect(m_view, &DifferenceView::ready, this, [this] { m_stack->setCurrentWidget(m_view); });
}

void FilePreview::show(client::FileSource* source, const QByteArray& path, const client::FileEntry& entry)
{
    if (source == m_source && path == m_path && entry == m_entry)
        return;
    ++m_generation;
    m_source = source;
    m_path = path;
    m_entry = entry;
    if (entry.isMounted) {
        m_soon.stop();
        showWords(tr("Something is mounted here while the container runs. What it holds is no part of the container's "
                     "own files."));
        m_path = path;
        return;
    }
    m_soon.start(kRestBeforeReading);
}

void FilePreview::showWords(const QString& words)
{
    clear();
    m_words->setText(words);
}

void FilePreview::clear()
{
    ++m_generation;
    m_soon.stop();
    m_path.clear();
    m_view->clear();
    m_words->clear();
    m_stack->setCurrentWidget(m_words);
}

void FilePreview::read()
{
    if (!m_source)
        return;
    m_source->readPart(m_path, 0, kPreviewed)
        .then(this, [this, generation = m_generation](const client::Outcome<client::FileVersion>& file) {
            if (generation != m_generation)
                return;
            if (!file)
                return showWords(tr("The file could not be read: %1").arg(file.error().sentence));
            if (!file->exists)
                return showWords(tr("The file is gone."));
            m_view->setFile(models::textOf(m_path), *file);
        });
}

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/differenceview.h"

#include "gui/pages/changesteps.h"
#include "gui/pages/differenceheader.h"
#include "gui/pages/differencetext.h"
#include "gui/pages/findbar.h"
#include "gui/pages/hexview.h"
#include "gui/pages/pictureview.h"
#include "gui/pages/wordsview.h"
#include "gui/widgets/fonts.h"

#include <QLabel>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>
#include <QtConcurrentRun>

#include <chrono>

namespace lamella::pages {

using namespace std::chrono_literals;
using client::FileVersion;
using models::ShownAs;

namespace {

/// What comes sooner needs no word before.
constexpr auto kPatience = 400ms;

} // namespace

DifferenceView::DifferenceView(QWidget* parent)
    : QWidget(parent)
    , m_watcher(new QFutureWatcher<models::FileComparison>(this))
    , m_patience(new QTimer(this))
    , m_header(new DifferenceHeader(this))
    , m_steps(new ChangeSteps(this))
    , m_stack(new QStackedWidget(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(m_header);
    layout->addWidget(m_steps);
    createStack();
    m_find = new FindBar(m_text, this);
    layout->addWidget(m_find);
    layout->addWidget(m_stack, 1);
    m_patience->setSingleShot(true);
    m_patience->setInterval(kPatience);
    connect(m_patience, &QTimer::timeout, this, [this] {
        m_header->hide();
        m_steps->hide();
        m_find->setUsable(false);
        m_stack->setCurrentWidget(m_waiting);
        m_stack->show();
    });
    connect(m_watcher, &QFutureWatcherBase::finished, this, [this] {
        if (!m_watcher->isCanceled())
            showComparison(m_watcher->result());
    });
    connect(m_steps, &ChangeSteps::wholeWanted, m_text, &DifferenceText::setWhole);
    clear();
}

void DifferenceView::createStack()
{
    m_waiting = new QLabel(tr("Comparing…"), m_stack);
    m_waiting->setObjectName(QStringLiteral("differenceWaiting"));
    m_waiting->setAlignment(Qt::AlignCenter);
    m_text = new DifferenceText(m_stack);
    m_bytes = new HexView(m_stack);
    m_pictures = new PictureView(m_stack);
    m_words = new WordsView(m_stack);
    for (QWidget* page : std::initializer_list<QWidget*>{m_waiting, m_text, m_bytes, m_pictures, m_words})
        m_stack->addWidget(page);
}

void DifferenceView::setVersions(const QString& path, const client::FileVersion& image,
                                 const client::FileVersion& container)
{
    m_isAlone = false;
    start(path, image, container);
}

void DifferenceView::setFile(const QString& path, const client::FileVersion& file)
{
    m_isAlone = true;
    start(path, {}, file);
}

void DifferenceView::setRemark(const QString& remark)
{
    m_header->setRemark(remark);
}

void DifferenceView::clear()
{
    m_watcher->setFuture({});
    m_patience->stop();
    m_isReady = false;
    m_header->hide();
    m_steps->hide();
    m_find->setUsable(false);
    m_stack->hide();
}

void DifferenceView::start(const QString& path, const client::FileVersion& left, const client::FileVersion& right)
{
    // One that has not begun yet need not.
    m_watcher->cancel();
    m_path = path;
    m_left = left;
    m_right = right;
    m_isReady = false;
    m_patience->start();
    m_watcher->setFuture(QtConcurrent::run(&models::compareFiles, left, right));
}

void DifferenceView::showComparison(const models::FileComparison& comparison)
{
    m_patience->stop();
    m_comparison = comparison;
    m_isReady = true;
    if (m_isAlone)
        m_header->showFile(m_right, comparison);
    else
        m_header->showComparison(m_left, m_right, comparison);
    m_header->show();
    m_stack->show();
    showContent();
    m_find->setUsable(m_comparison.shownAs == ShownAs::Text);
    Q_EMIT ready();
}

void DifferenceView::showContent()
{
    switch (m_comparison.shownAs) {
    case ShownAs::Text:
        showText();
        break;
    case ShownAs::Bytes:
        showBytes();
        break;
    case ShownAs::Pictures:
        showPictures();
        break;
    case ShownAs::Words:
        m_words->setVersions(m_left, m_right, m_comparison.only);
        m_steps->hide();
        m_stack->setCurrentWidget(m_words);
        break;
    }
}

void DifferenceView::showText()
{
    m_stack->setCurrentWidget(m_text);
    m_text->setTexts(m_path, m_comparison.difference, m_comparison.only);
    m_steps->setView(m_text);
    m_steps->setSummary(summary());
    m_steps->setFolding(m_text->lines().hasFolds() || m_text->isWhole());
    m_steps->setVisible(m_text->changeCount() > 0);
    m_text->setAccessibleDescription(summary());
}

void DifferenceView::showBytes()
{
    m_stack->setCurrentWidget(m_bytes);
    m_bytes->setBytes(m_comparison.left.bytes, m_comparison.right.bytes, m_comparison.only);
    m_steps->setView(m_bytes);
    m_steps->setSummary({});
    m_steps->setFolding(false);
    m_steps->setVisible(m_bytes->changeCount() > 0);
}

void DifferenceView::showPictures()
{
    const auto shown
        = [](const models::FileContent& content) { return ShownPicture{content.picture, content.pictureSize}; };
    m_pictures->setPictures(shown(m_comparison.left), shown(m_comparison.right), m_comparison.only);
    m_steps->hide();
    m_stack->setCurrentWidget(m_pictures);
}

QString DifferenceView::summary() const
{
    QStringList words;
    if (m_comparison.difference->added > 0)
        words.append(tr("%n lines added", "", m_comparison.difference->added));
    if (m_comparison.difference->removed > 0)
        words.append(tr("%n lines removed", "", m_comparison.difference->removed));
    return words.join(QStringLiteral(", "));
}

} // namespace lamella::pages

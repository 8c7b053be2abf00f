// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/copybar.h"

#include "gui/format/formats.h"
#include "gui/models/file_copy.h"
#include "gui/widgets/fonts.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>

#include <chrono>

namespace lamella::pages {

using namespace std::chrono_literals;
using models::FileCopy;

namespace {

/// What is over sooner needs no word.
constexpr auto kShownAfter = 1s;
constexpr int kBarWidth = 120;

} // namespace

CopyBar::CopyBar(QWidget* parent)
    : QFrame(parent)
    , m_text(new QLabel(this))
{
    setObjectName(QStringLiteral("copyBar"));
    m_text->setObjectName(QStringLiteral("copyText"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* progress = new QProgressBar(this);
    progress->setRange(0, 0);
    progress->setMaximumWidth(kBarWidth);
    progress->setAccessibleName(tr("Copying"));
    auto* stop = new QPushButton(tr("&Cancel"), this);
    stop->setObjectName(QStringLiteral("copyCancel"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(m_text, 1);
    layout->addWidget(progress);
    layout->addWidget(stop);
    hide();
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &QWidget::show);
    connect(stop, &QPushButton::clicked, this, &CopyBar::cancel);
}

void CopyBar::run(FileCopy* copy, const QString& doing)
{
    m_copy = copy;
    m_doing = doing;
    m_text->setText(doing);
    m_soon.start(kShownAfter);
    connect(copy, &FileCopy::progressed, this, &CopyBar::show);
    connect(copy, &FileCopy::conflict, this, &CopyBar::ask);
    connect(copy, &FileCopy::ended, this, &CopyBar::take);
    copy->start();
}

void CopyBar::cancel()
{
    if (m_copy)
        m_copy->cancel();
}

void CopyBar::show(const QString& name, quint64 bytes)
{
    m_text->setText(tr("%1: %2, %3").arg(m_doing, name, format::bytes(bytes)));
}

void CopyBar::ask(const QString& path)
{
    auto* question = new QMessageBox(QMessageBox::Question, {}, tr("%1 is there already.").arg(path),
                                     QMessageBox::NoButton, window());
    question->setObjectName(QStringLiteral("copyQuestion"));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setTextFormat(Qt::PlainText);
    question->setInformativeText(tr("Replacing it loses what it holds."));
    auto* all = new QCheckBox(tr("The &same for all that follow"), question);
    question->setCheckBox(all);
    auto* replace = question->addButton(tr("&Replace"), QMessageBox::DestructiveRole);
    replace->setObjectName(QStringLiteral("copyReplace"));
    auto* skip = question->addButton(tr("&Skip"), QMessageBox::AcceptRole);
    skip->setObjectName(QStringLiteral("copySkip"));
    question->addButton(tr("&Cancel"), QMessageBox::RejectRole);
    question->setDefaultButton(skip);
    connect(question, &QMessageBox::finished, this, [this, question, all, replace, skip] {
        if (!m_copy)
            return;
        const auto* pressed = question->clickedButton();
        m_copy->decide(pressed == replace    ? FileCopy::Answer::Replace
                           : pressed == skip ? FileCopy::Answer::Skip
                                             : FileCopy::Answer::Cancel,
                       all->isChecked());
    });
    question->open();
}

void CopyBar::take(int files, const QStringList& problems, bool isCancelled)
{
    m_soon.stop();
    m_copy.clear();
    hide();
    QStringList sentences = problems;
    if (isCancelled)
        sentences.prepend(tr("Copying was stopped; %n file(s) had been copied.", nullptr, files));
    else if (!problems.isEmpty())
        sentences.prepend(tr("Not everything was copied."));
    Q_EMIT ended(sentences.join(u' '), isCancelled);
}

} // namespace lamella::pages

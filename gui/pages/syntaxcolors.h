// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/difference.h"

#include <KSyntaxHighlighting/AbstractHighlighter>
#include <KSyntaxHighlighting/State>

#include <QObject>
#include <QPalette>
#include <QTextLayout>

#include <memory>

class QTimer;

namespace lamella::pages {

/// The colours of one text's syntax, line by line. A line's colours depend on all lines above it: what is far down is
/// plain until a timer, a few milliseconds at a time, has come by it.
class SyntaxColors final : public QObject, private KSyntaxHighlighting::AbstractHighlighter {
    Q_OBJECT
    Q_INTERFACES(KSyntaxHighlighting::AbstractHighlighter)
public:
    explicit SyntaxColors(QObject* parent = nullptr);

    /// The language goes by the name of the file and, where that says nothing, by the first line.
    void setText(const QString& path, std::shared_ptr<const models::Difference> texts, models::Side side);
    void setPalette(const QPalette& palette);
    /// The language's name; empty: plain text.
    QString language() const;
    /// The ranges of a line; nothing where they are not known yet.
    QList<QTextLayout::FormatRange> formats(int line);

Q_SIGNALS:
    /// Lines that had no colours when they were asked for have them now.
    void knownFurther();

private:
    void applyFormat(int offset, int length, const KSyntaxHighlighting::Format& format) override;
    KSyntaxHighlighting::State highlight(int line);
    bool advanceTo(int line);
    void advance();

    std::shared_ptr<const models::Difference> m_texts;
    models::Side m_side = models::Side::Left;
    std::vector<KSyntaxHighlighting::State> m_states; ///< before each line, as far as it is known
    QList<QTextLayout::FormatRange> m_ranges; ///< of the line that is looked at
    QTimer* m_timer;
    int m_wanted = -1;
};

} // namespace lamella::pages

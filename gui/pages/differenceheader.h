// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"
#include "gui/models/file_comparison.h"

#include <QWidget>

class QLabel;

namespace lamella::pages {

class VersionCaption;

/// Above a difference: what both versions are, what differs in their attributes, and what a person has to know.
class DifferenceHeader final : public QWidget {
    Q_OBJECT
public:
    explicit DifferenceHeader(QWidget* parent = nullptr);

    void showComparison(const client::FileVersion& image, const client::FileVersion& container,
                        const models::FileComparison& comparison);
    /// One file that is compared to nothing.
    void showFile(const client::FileVersion& file, const models::FileComparison& content);

    /// What else there is to say, behind the attributes; empty: nothing. It stays until it is set again.
    void setRemark(const QString& remark);

private:
    void showAttributes();
    QLabel* addSentence(const QString& name);
    void setSentences(const QString& attributes, const QStringList& notes);

    VersionCaption* m_left;
    VersionCaption* m_right;
    QLabel* m_attributes;
    QLabel* m_notes;
    QString m_attributeWords;
    QString m_remark;
};

} // namespace lamella::pages

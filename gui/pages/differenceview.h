// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/file_comparison.h"

#include <QFutureWatcher>
#include <QWidget>

class QLabel;
class QStackedWidget;
class QTimer;

namespace lamella::pages {

class ChangeSteps;
class DifferenceHeader;
class DifferenceText;
class FindBar;
class HexView;
class PictureView;
class WordsView;

/// One file in two versions, or one file alone: as texts, bytes, pictures or words, with what differs in the
/// attributes. It reads nothing itself, and it compares on another thread.
class DifferenceView final : public QWidget {
    Q_OBJECT
public:
    explicit DifferenceView(QWidget* parent = nullptr);

    /// What is shown before stays until this can be.
    void setVersions(const QString& path, const client::FileVersion& image, const client::FileVersion& container);
    void setFile(const QString& path, const client::FileVersion& file);
    void clear();
    /// What else there is to say of what is shown; empty: nothing.
    void setRemark(const QString& remark);
    /// Whether what was set last is shown.
    bool isReady() const { return m_isReady; }
    models::ShownAs shownAs() const { return m_comparison.shownAs; }

Q_SIGNALS:
    void ready();

private:
    void createStack();
    void start(const QString& path, const client::FileVersion& left, const client::FileVersion& right);
    void showComparison(const models::FileComparison& comparison);
    void showContent();
    void showText();
    void showBytes();
    void showPictures();
    QString summary() const;

    QString m_path;
    client::FileVersion m_left;
    client::FileVersion m_right;
    models::FileComparison m_comparison;
    bool m_isAlone = false;
    bool m_isReady = false;
    QFutureWatcher<models::FileComparison>* m_watcher;
    QTimer* m_patience;
    DifferenceHeader* m_header;
    ChangeSteps* m_steps;
    QStackedWidget* m_stack;
    QLabel* m_waiting;
    DifferenceText* m_text;
    FindBar* m_find;
    HexView* m_bytes;
    PictureView* m_pictures;
    WordsView* m_words;
};

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/pages/page.h"

class QBoxLayout;
class QLabel;

namespace lamella::widgets {
class FoldOut;
class HistoryGraph;
class KeyValue;
class StateBadge;
class TimelineBars;
} // namespace lamella::widgets

namespace lamella::pages {

/// What a container is, in one glance.
class OverviewPage final : public Page {
    Q_OBJECT

public:
    explicit OverviewPage(client::Client* client, QWidget* parent = nullptr);

protected:
    void containerChanged() override;
    void refresh() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* createBody();
    QWidget* createGraphs();
    widgets::KeyValue* addGroup(QBoxLayout* layout, const QString& title);
    void createProgram(QBoxLayout* layout);
    void createIsolation(QBoxLayout* layout);
    void showProgram();
    void showIsolation();
    void showTimeline();
    void showGraphs();

    widgets::StateBadge* m_state = nullptr;
    widgets::KeyValue* m_program = nullptr;
    widgets::KeyValue* m_limits = nullptr;
    widgets::KeyValue* m_isolation = nullptr;
    widgets::HistoryGraph* m_cpu = nullptr;
    widgets::HistoryGraph* m_memory = nullptr;
    widgets::FoldOut* m_timeline = nullptr;
    widgets::TimelineBars* m_steps = nullptr;
    QLabel* m_stepsText = nullptr;
    QBoxLayout* m_columns = nullptr;
    QString m_shownError;
};

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/stats_reader.h"
#include "gui/pages/page.h"

#include <vector>

class QCheckBox;
class QComboBox;

namespace lamella::widgets {
class HistoryGraph;
class KeyValue;
class StackedBar;
} // namespace lamella::widgets

namespace lamella::pages {

/// CPU and memory over the last minutes with their limits, and the figures beside them.
class StatsPage final : public Page {
    Q_OBJECT

public:
    explicit StatsPage(client::Client* client, QWidget* parent = nullptr);

protected:
    void containerSet() override;
    void containerChanged() override;
    void refresh() override;

private:
    QWidget* createControls();
    void createFigures();
    void showSamples(const std::vector<client::StatsSample>& samples);
    void showLimits();
    void showFigures(const std::vector<client::StatsSample>& samples);

    QComboBox* m_span;
    bool m_chosen = false; ///< the span, by a person; until then it follows what there is
    QCheckBox* m_toLimit;
    widgets::HistoryGraph* m_cpu;
    widgets::HistoryGraph* m_memory;
    widgets::StackedBar* m_parts;
    widgets::KeyValue* m_cpuFigures;
    widgets::KeyValue* m_memoryFigures;
};

} // namespace lamella::pages

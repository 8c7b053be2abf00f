// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/pages/page.h"

#include <memory>

class QToolButton;

namespace lamella::client {
class LogReader;
}

namespace lamella::models {
class LogModel;
}

namespace lamella::widgets {
class SearchField;
}

namespace lamella::pages {

class LogSearch;
class LogView;

/// What the container's program has written.
class LogsPage final : public Page {
    Q_OBJECT

public:
    explicit LogsPage(client::Client* client, QWidget* parent = nullptr);
    ~LogsPage() override;

protected:
    void containerSet() override;
    void containerChanged() override;
    void refresh() override;
    void hideEvent(QHideEvent* event) override;

private:
    QWidget* createControls();
    QToolButton* addToggle(QWidget* bar, const char* name, QStringView icon, const QString& text, const QString& tip);
    void updateState();
    void save();
    void saveTo(const QString& path);
    void showSkipped();
    bool hasRun() const;

    models::LogModel* m_model;
    LogView* m_view;
    std::unique_ptr<client::LogReader> m_reader;
    widgets::SearchField* m_field = nullptr;
    LogSearch* m_search = nullptr;
};

} // namespace lamella::pages

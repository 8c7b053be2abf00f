// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"
#include "gui/pages/page.h"

#include <optional>

class QLabel;
class QListView;
class QPlainTextEdit;

namespace lamella::models {
class LayersModel;
}

namespace lamella::widgets {
class KeyValue;
}

namespace lamella::pages {

/// The stack of layers that the container's files come from, the writable one on top.
class LayersPage final : public Page {
    Q_OBJECT

public:
    explicit LayersPage(client::Client* client, QWidget* parent = nullptr);

protected:
    void containerSet() override;
    void containerChanged() override;
    void refresh() override;

private:
    QWidget* createDetails();
    void showStack();
    void showSelected();
    const client::ImageData* image() const;

    models::LayersModel* m_model;
    QLabel* m_summary;
    QListView* m_view;
    QWidget* m_details;
    widgets::KeyValue* m_values;
    QPlainTextEdit* m_command;
    std::optional<quint64> m_writableBytes;
    bool m_asking = false;
    quint64 m_generation = 0;
};

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"
#include "gui/pages/page.h"

#include <QElapsedTimer>

#include <optional>

namespace lamella::pages {

class LayersView;

/// The stack of layers that the container's files come from, the writable one on top.
class LayersPage final : public Page {
    Q_OBJECT

public:
    explicit LayersPage(client::Client* client, QWidget* parent = nullptr);

protected:
    void containerSet() override;
    void containerChanged() override;
    void refresh() override;
    void tick() override;

private:
    void showStack();
    void measure();
    const client::ImageData* image() const;

    LayersView* m_view;
    std::optional<std::pair<quint64, quint64>>
        m_measured; ///< paths and bytes of the writable layer, as the tree has them
    bool m_asking = false;
    quint64 m_generation = 0;
    QElapsedTimer m_asked;
    qint64 m_took = 0; ///< milliseconds, the last time
};

} // namespace lamella::pages

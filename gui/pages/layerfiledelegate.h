// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/widgets/tabledelegate.h"

namespace lamella::pages {

/// Files of layers: names monospace, the letter of a change in its colour, what is deleted struck through, and what the
/// layer has nothing to do with of second rank.
class LayerFileDelegate final : public widgets::TableDelegate {
    Q_OBJECT
public:
    explicit LayerFileDelegate(QObject* parent = nullptr);

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QPainter;
class QStyleOptionViewItem;

namespace lamella::widgets {

/// Around the current row of a list that has the keyboard, once somebody goes by keys: for rows that are painted by us.
void paintFocusRing(QPainter* painter, const QStyleOptionViewItem& option);

} // namespace lamella::widgets

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"
#include "gui/models/difference.h"

#include <QWidget>

#include <optional>

class QLabel;

namespace lamella::pages {

/// What has nothing to look into, in words side by side: the targets of links, directories, devices, empty files.
class WordsView final : public QWidget {
    Q_OBJECT
public:
    explicit WordsView(QWidget* parent = nullptr);

    void setVersions(const client::FileVersion& left, const client::FileVersion& right,
                     std::optional<models::Side> only);

private:
    QLabel* m_left;
    QLabel* m_right;
};

} // namespace lamella::pages

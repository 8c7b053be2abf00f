// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <span>

class QWidget;

namespace lamella::client {
class Client;
}

namespace lamella::pages {

class Page;

/// A tab of a container's details.
struct PageInfo {
    /// For settings, objectNames and --demo: "overview".
    const char* id;
    /// For people; translated by title().
    const char* name;
    /// Name for widgets::icon().
    const char16_t* icon;
    Page* (*create)(client::Client* client, QWidget* parent);

    QString title() const;
};

/// Every tab, in the order in which they stand.
std::span<const PageInfo> containerPages();

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/registry/access.h"

#include <QNetworkProxy>
#include <QUrl>

namespace lamella::registry {

/// The proxy for a URL, by the rules of the environment variables: none for this machine and for what no_proxy names
/// ("*", "example.com" with everything below it, ".example.com", addresses, each also with a port).
QNetworkProxy proxyFor(const QUrl& url, const Proxies& proxies);

} // namespace lamella::registry

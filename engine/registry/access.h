// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/platform.h"
#include "engine/registry/limits.h"

#include <string>
#include <vector>

namespace lamella::registry {

/// Who asks. Overwritten when it goes. At most one of `password` and `identityToken` is set.
struct Credentials {
    std::string user;
    std::string password;
    std::string identityToken; ///< what an earlier login got, for the token server (OAuth 2 refresh token)

    Credentials() = default;
    Credentials(const Credentials&) = default;
    Credentials(Credentials&&) = default;
    Credentials& operator=(const Credentials&) = default;
    Credentials& operator=(Credentials&&) = default;
    ~Credentials();

    bool empty() const { return password.empty() && identityToken.empty(); }
};

/// Overwrites a text that was secret.
void wipe(std::string& text);

/// Where a registry or a mirror is, and how it is spoken to.
struct Endpoint {
    std::string host; ///< with its port, if it has one
    std::string prefix; ///< what a mirror wants before each repository ("dockerhub"); usually empty
    bool plainHttp = false; ///< the user's word: without TLS, for this host
    std::string certificates; ///< PEM, trusted for this host and its token server beside the system's
    Credentials credentials;
};

/// As the environment variables of these names: URLs, and a list of hosts.
struct Proxies {
    std::string http;
    std::string https;
    std::string none; ///< no_proxy
};

/// How long a registry is waited for: the administrator's settings.
struct Patience {
    std::chrono::milliseconds connect = limits::kConnect;
    std::chrono::milliseconds idle = limits::kIdle;
    std::chrono::milliseconds whole = limits::kWhole;
    std::chrono::milliseconds backOff = limits::kBackOff;
    int attempts = limits::kAttempts; ///< one after another without a byte of progress
};

/// How one image's registry is reached.
struct Access {
    std::vector<Endpoint> mirrors; ///< asked first, in this order, for pulls
    Endpoint registry; ///< `host` may be empty: then it follows from the name
    Proxies proxies;
    Patience patience;
};

using image::Platform;

} // namespace lamella::registry

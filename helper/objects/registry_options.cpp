// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/registry_options.h"

#include "engine/registry/name.h"

#include <QStringList>
#include <QUrl>

#include <algorithm>
#include <format>

using namespace Qt::StringLiterals;

namespace lamella::helper {

namespace limits = registry::limits;

namespace {

constexpr std::size_t kProxy = 4096;

Result<std::string> text(const QVariantMap& options, const QString& name, std::size_t limit)
{
    std::string value = options.value(name).toString().toStdString();
    if (value.size() > limit)
        return failure(ErrorKind::LimitExceeded, std::format("the option '{}' is too long", name.toStdString()));
    return value;
}

/// Overwrites the text itself, which the copies of a QVariantMap share.
void wipe(const QVariantMap& options, const QString& name)
{
    const auto found = options.constFind(name);
    if (found == options.cend())
        return;
    QString secret = found->toString();
    if (secret.data_ptr().isMutable()) // not a part of this program
        std::fill_n(const_cast<QChar*>(secret.constData()), secret.size(), QChar());
}

Result<registry::Credentials> credentials(const QVariantMap& options)
{
    registry::Credentials credentials;
    credentials.user = TRY(text(options, u"user"_s, limits::kSecret));
    credentials.password = TRY(text(options, u"password"_s, limits::kSecret));
    credentials.identityToken = TRY(text(options, u"identity_token"_s, limits::kSecret));
    if (!credentials.password.empty() && !credentials.identityToken.empty())
        return failure(ErrorKind::InvalidArgument, "a password and an identity token cannot be used together");
    if (!credentials.password.empty() && credentials.user.empty())
        return failure(ErrorKind::InvalidArgument, "there is a password, but no user");
    return credentials;
}

/// "https://host[:port][/prefix]".
Result<registry::Endpoint> mirror(const QString& given)
{
    const QUrl url(given, QUrl::StrictMode);
    registry::Endpoint endpoint;
    endpoint.host = url.authority(QUrl::FullyEncoded).toStdString();
    QString path = url.path();
    while (path.endsWith(u'/'))
        path.chop(1);
    endpoint.prefix = path.mid(1).toStdString();
    endpoint.plainHttp = url.scheme() == "http"_L1;
    const bool known = endpoint.plainHttp || url.scheme() == "https"_L1;
    if (!known || !registry::isHost(endpoint.host) || url.hasQuery() || url.hasFragment()
        || (!endpoint.prefix.empty() && !registry::isRepository(endpoint.prefix)))
        return failure(ErrorKind::InvalidArgument, "a mirror is not an address like https://host:port/prefix");
    return endpoint;
}

} // namespace

Result<registry::Access> registryAccess(const QVariantMap& options, const registry::Patience& patience)
{
    registry::Access access;
    access.patience = patience;
    auto given = credentials(options);
    wipe(options, u"password"_s);
    wipe(options, u"identity_token"_s);
    access.registry.credentials = TRY(std::move(given));
    access.registry.plainHttp = options.value(u"plain_http"_s).toBool();
    access.registry.certificates = TRY(text(options, u"ca_certificates"_s, limits::kCertificates));
    const QStringList mirrors = options.value(u"mirrors"_s).toStringList();
    if (std::size_t(mirrors.size()) > limits::kMirrors)
        return failure(ErrorKind::LimitExceeded, std::format("there are more than {} mirrors", limits::kMirrors));
    for (const QString& one : mirrors)
        access.mirrors.push_back(TRY(mirror(one)));
    access.proxies.http = TRY(text(options, u"http_proxy"_s, kProxy));
    access.proxies.https = TRY(text(options, u"https_proxy"_s, kProxy));
    access.proxies.none = TRY(text(options, u"no_proxy"_s, kProxy));
    return access;
}

Result<RegistryRequest> registryRequest(const Services& services, const QString& name, const QVariantMap& options)
{
    RegistryRequest request;
    request.fetcher = services.fetcher;
    request.access = TRY(registryAccess(options, services.patience));
    request.name = TRY(registry::parseName(name.toStdString()));
    return request;
}

Result<image::Platform> platformOption(const QVariantMap& options)
{
    const QString given = options.value(u"platform"_s).toString();
    if (given.isEmpty())
        return image::Platform{};
    return image::parsePlatform(given.toStdString());
}

} // namespace lamella::helper

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/proxy.h"

#include "engine/registry/name.h"

#include <QHostAddress>

namespace lamella::registry {

namespace {

bool isExempt(const QUrl& url, const QString& list)
{
    const QString host = url.host().toLower();
    const int port = url.port(url.scheme() == QLatin1String("https") ? 443 : 80);
    const auto entries = QStringView{list}.split(u',', Qt::SkipEmptyParts);
    return std::ranges::any_of(entries, [&](QStringView whole) {
        QString entry = whole.trimmed().toString().toLower();
        if (entry == QLatin1String("*"))
            return true;
        if (const auto subnet = QHostAddress::parseSubnet(entry); entry.contains(u'/') && subnet.second >= 0) {
            const QHostAddress address(host);
            return !address.isNull() && address.isInSubnet(subnet);
        }
        const auto colon = entry.lastIndexOf(u':');
        if (colon > 0 && entry.count(u':') == 1) {
            if (entry.mid(colon + 1) != QString::number(port))
                return false;
            entry.truncate(colon);
        }
        while (entry.startsWith(u'*') || entry.startsWith(u'.'))
            entry.remove(0, 1);
        return !entry.isEmpty() && (host == entry || host.endsWith(u'.' + entry));
    });
}

} // namespace

QNetworkProxy proxyFor(const QUrl& url, const Proxies& proxies)
{
    const bool tls = url.scheme() == QLatin1String("https");
    QString text = QString::fromStdString(tls ? proxies.https : proxies.http);
    if (text.isEmpty()
        || isLoopback(url.host().contains(u':') ? '[' + url.host().toStdString() + ']' : url.host().toStdString())
        || isExempt(url, QString::fromStdString(proxies.none)))
        return QNetworkProxy{QNetworkProxy::NoProxy};
    if (!text.contains(QLatin1String("://")))
        text.prepend(QLatin1String("http://"));
    const QUrl proxy{text};
    // Without a number, as GNOME has it in ALL_PROXY, it is 5; "socks5h" differs in who finds the address: it is always
    // the proxy.
    const bool socks = proxy.scheme() == QLatin1String("socks") || proxy.scheme().startsWith(QLatin1String("socks5"));
    const auto type = socks ? QNetworkProxy::Socks5Proxy
        : tls               ? QNetworkProxy::HttpProxy
                            : QNetworkProxy::HttpCachingProxy;
    return QNetworkProxy{type, proxy.host(), static_cast<quint16>(proxy.port(socks ? 1080 : 80)), proxy.userName(),
                         proxy.password()};
}

} // namespace lamella::registry

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/keyring.h"

#include <QMap>

#include <memory>

namespace lamella::test {

/// A keyring in memory; it outlives its owner as long as somebody looks into it.
class FakeKeyring final : public client::Keyring {
public:
    struct Content {
        QMap<QString, QByteArray> secrets;
        bool isThere = true;
    };

    explicit FakeKeyring(std::shared_ptr<Content> content)
        : m_content(std::move(content))
    {
    }

    client::Pending<QByteArray> read(const QString& key) override
    {
        client::Promise<QByteArray> promise;
        if (!m_content->isThere)
            promise.fail(away());
        else if (!m_content->secrets.contains(key))
            promise.fail({client::ErrorKind::NotFound, QStringLiteral("no such entry")});
        else
            promise.give(m_content->secrets.value(key));
        return promise.pending();
    }

    client::Pending<void> write(const QString& key, const QByteArray& secret) override
    {
        client::Promise<void> promise;
        if (m_content->isThere) {
            m_content->secrets.insert(key, secret);
            promise.give({});
        } else {
            promise.fail(away());
        }
        return promise.pending();
    }

    client::Pending<void> remove(const QString& key) override
    {
        client::Promise<void> promise;
        m_content->secrets.remove(key);
        promise.give({});
        return promise.pending();
    }

private:
    static client::ClientError away()
    {
        return {client::ErrorKind::Failed, QStringLiteral("No keyring service is running.")};
    }

    std::shared_ptr<Content> m_content;
};

} // namespace lamella::test

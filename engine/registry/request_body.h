// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIODevice>

namespace lamella::registry {

/// What a request sends that must not come twice. Qt sends a request again by itself where the connection closes before
/// an answer has begun, as often as three times; it cannot once it has taken a byte of this, and says
/// QNetworkReply::ContentReSendError.
class RequestBody : public QIODevice {
public:
    explicit RequestBody(QByteArray bytes)
        : m_bytes(std::move(bytes))
    {
        open(ReadOnly | Unbuffered);
    }
    qint64 size() const override { return m_bytes.size(); }
    bool seek(qint64 to) override { return m_taken == 0 && QIODevice::seek(to); }

protected:
    qint64 readData(char* to, qint64 most) override
    {
        const auto count = std::min(most, m_bytes.size() - m_taken);
        std::copy_n(m_bytes.constData() + m_taken, count, to);
        m_taken += count;
        return count;
    }
    qint64 writeData(const char*, qint64) override { return -1; }

private:
    QByteArray m_bytes;
    qint64 m_taken = 0;
};

} // namespace lamella::registry

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QMap>
#include <QMutex>
#include <QSslConfiguration>
#include <QTcpServer>
#include <QThread>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

/// A HTTP server of the tests' own that tells every lie it is asked to. It runs in a thread of its own on a free port
/// of 127.0.0.1.
class HttpServer {
public:
    struct Request {
        QByteArray method;
        QByteArray path; ///< with the query
        QMap<QByteArray, QByteArray> headers; ///< names in lower case
        QByteArray body = {};
        std::chrono::steady_clock::time_point came = std::chrono::steady_clock::now(); ///< when it was all there
    };
    struct Reply {
        int status = 200;
        QList<std::pair<QByteArray, QByteArray>> headers = {};
        QByteArray body = {};
        qint64 cutAt = -1; ///< the connection is closed after so many bytes of the body
        qint64 claims = -1; ///< what Content-Length says instead of the truth
        bool endless = false; ///< the body again and again, without a length
        bool silent = false; ///< no answer at all
        bool hangsUp = false; ///< the connection is closed instead of an answer
        quint16 tunnel = 0; ///< to CONNECT: the connection goes on to this port of this machine
    };
    using Handler = std::function<Reply(const Request&)>;
    /// After how many bytes of a request's body the connection breaks, by its head; never where it says nothing.
    using Breaks = std::function<std::optional<qint64>(const Request&)>;

    /// With TLS where `tls` has a certificate.
    explicit HttpServer(Handler handler, const QSslConfiguration& tls = QSslConfiguration{}, Breaks breaks = {});
    ~HttpServer();

    quint16 port() const { return m_port; }
    std::string host() const { return "localhost:" + std::to_string(m_port); }
    QByteArray url(const QByteArray& path) const { return "http://" + QByteArray::fromStdString(host()) + path; }
    QList<Request> requests() const;

    /// To be called by the handler: nothing listens on the port for a while, whoever is connected stays.
    void vanishFor(std::chrono::milliseconds time);

private:
    void serve(class QTcpSocket* socket);
    bool breaksOff(class QTcpSocket* socket, const QByteArray& bytes);
    Reply answer(const Request& request);

    Handler m_handler;
    Breaks m_breaks;
    QThread m_thread;
    QTcpServer* m_server = nullptr;
    quint16 m_port = 0;
    mutable QMutex m_mutex;
    QList<Request> m_requests;
};

// SPDX-License-Identifier: GPL-3.0-or-later
#include "http_server.h"

#include <QSslServer>
#include <QTcpSocket>
#include <QTimer>

namespace {

// A request without its body; nothing where it is not all there yet.
std::optional<HttpServer::Request> headOf(const QByteArray& bytes)
{
    const auto end = bytes.indexOf("\r\n\r\n");
    if (end < 0)
        return std::nullopt;
    const auto lines = bytes.first(end).split('\n');
    const auto first = lines.first().trimmed().split(' ');
    if (first.size() != 3)
        return std::nullopt;
    HttpServer::Request request{first[0], first[1], {}, {}, {}};
    for (const auto& line : lines.sliced(1)) {
        const auto colon = line.indexOf(':');
        request.headers[line.first(colon).toLower()] = line.sliced(colon + 1).trimmed();
    }
    return request;
}

// Nothing where the request is not all there yet.
std::optional<HttpServer::Request> takeRequest(QByteArray& bytes)
{
    auto request = headOf(bytes);
    if (!request)
        return std::nullopt;
    const auto begin = bytes.indexOf("\r\n\r\n") + 4;
    const auto length = request->headers.value("content-length").toLongLong();
    if (bytes.size() < begin + length)
        return std::nullopt;
    request->body = bytes.sliced(begin, length);
    bytes.remove(0, begin + length);
    request->came = std::chrono::steady_clock::now();
    return request;
}

void send(QTcpSocket* socket, const HttpServer::Request& request, const HttpServer::Reply& reply)
{
    if (reply.hangsUp)
        return socket->abort();
    QByteArray head = "HTTP/1.1 " + QByteArray::number(reply.status) + " Status\r\n";
    for (const auto& [name, value] : reply.headers)
        head += name + ": " + value + "\r\n";
    if (reply.endless) {
        socket->write(head + "Connection: close\r\n\r\n");
        QObject::connect(socket, &QTcpSocket::bytesWritten, socket, [socket, body = reply.body] {
            while (socket->bytesToWrite() < (1 << 20))
                socket->write(body);
        });
        return;
    }
    head += "Content-Length: " + QByteArray::number(reply.claims >= 0 ? reply.claims : reply.body.size()) + "\r\n\r\n";
    socket->write(head);
    if (request.method != "HEAD")
        socket->write(reply.cutAt >= 0 ? reply.body.first(reply.cutAt) : reply.body);
    if (reply.cutAt >= 0)
        socket->disconnectFromHost();
}

// What comes from either end goes to the other.
void tunnel(QTcpSocket* socket, quint16 port)
{
    auto* beyond = new QTcpSocket{socket};
    QObject::disconnect(socket, &QTcpSocket::readyRead, socket, nullptr);
    QObject::connect(beyond, &QTcpSocket::connected, socket,
                     [socket] { socket->write("HTTP/1.1 200 Through\r\n\r\n"); });
    for (const auto& [from, to] : {std::pair{socket, beyond}, {beyond, socket}}) {
        QObject::connect(from, &QTcpSocket::readyRead, to, [from, to] { to->write(from->readAll()); });
        QObject::connect(from, &QTcpSocket::disconnected, to, [to] { to->disconnectFromHost(); });
    }
    beyond->connectToHost(QHostAddress::LocalHost, port);
}

} // namespace

HttpServer::HttpServer(Handler handler, const QSslConfiguration& tls, Breaks breaks)
    : m_handler(std::move(handler))
    , m_breaks(std::move(breaks))
{
    if (tls.localCertificate().isNull()) {
        m_server = new QTcpServer;
    } else {
        auto* server = new QSslServer;
        server->setSslConfiguration(tls);
        m_server = server;
    }
    m_server->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::finished, m_server, &QObject::deleteLater);
    QObject::connect(m_server, &QTcpServer::pendingConnectionAvailable, m_server, [this] {
        while (auto* socket = m_server->nextPendingConnection())
            serve(socket);
    });
    m_thread.start();
    QMetaObject::invokeMethod(
        m_server,
        [this] {
            m_server->listen(QHostAddress::LocalHost);
            m_port = m_server->serverPort();
        },
        Qt::BlockingQueuedConnection);
}

HttpServer::~HttpServer()
{
    m_thread.quit();
    m_thread.wait();
}

QList<HttpServer::Request> HttpServer::requests() const
{
    const QMutexLocker lock{&m_mutex};
    return m_requests;
}

void HttpServer::vanishFor(std::chrono::milliseconds time)
{
    m_server->close();
    QTimer::singleShot(time, m_server, [this] {
        if (!m_server->listen(QHostAddress::LocalHost, m_port))
            qFatal("cannot listen again: %s", qPrintable(m_server->errorString()));
    });
}

HttpServer::Reply HttpServer::answer(const Request& request)
{
    {
        const QMutexLocker lock{&m_mutex};
        m_requests.append(request);
    }
    return m_handler(request);
}

bool HttpServer::breaksOff(QTcpSocket* socket, const QByteArray& bytes)
{
    auto request = m_breaks ? headOf(bytes) : std::nullopt;
    const auto at = request ? m_breaks(*request) : std::nullopt;
    const auto begin = bytes.indexOf("\r\n\r\n") + 4;
    if (!at || bytes.size() - begin < *at)
        return false;
    request->body = bytes.sliced(begin, *at);
    answer(*request);
    socket->abort();
    return true;
}

void HttpServer::serve(QTcpSocket* socket)
{
    QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    const auto buffer = std::make_shared<QByteArray>();
    const auto take = [this, socket, buffer] {
        buffer->append(socket->readAll());
        if (buffer->startsWith('\x16')) // TLS, where there is none
            return socket->abort();
        if (breaksOff(socket, *buffer))
            return;
        while (auto request = takeRequest(*buffer)) {
            const auto reply = answer(*request);
            if (reply.tunnel != 0)
                return tunnel(socket, reply.tunnel);
            if (!reply.silent)
                send(socket, *request, reply);
        }
    };
    QObject::connect(socket, &QTcpSocket::readyRead, socket, take);
    take();
}

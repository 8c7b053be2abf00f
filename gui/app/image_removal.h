// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/image_client.h"

#include <QObject>
#include <QPointer>

#include <functional>

class QWidget;

namespace lamella::client {
class Client;
struct Pruned;
} // namespace lamella::client

namespace lamella::app {

/// Takes images away, and asks before: it says what goes, what stays because containers were made from it, and how many
/// bytes come free.
class ImageRemoval : public QObject {
    Q_OBJECT

public:
    ImageRemoval(client::Client* client, QWidget* window);

    void ask(const QList<client::ImageClient*>& images);
    /// About those that nothing uses, with a list of them.
    void askPrune();

Q_SIGNALS:
    /// `retry` asks for the same again; it may be empty.
    void failed(const QString& sentence, const std::function<void()>& retry);

private:
    using Images = QList<client::ImageClient*>;

    void refuse(const Images& used);
    QString consequence(const Images& free, const Images& used) const;
    void remove(client::ImageClient* image);
    void confirmPrune(const client::Pruned& unused, const client::Pruned& all);
    /// Of `shown`, what is not used by now either: nothing goes that nobody has seen.
    void prune(const QStringList& shown, bool all);
    void report(const QString& what, const client::ClientError& error, const std::function<void()>& retry);

    client::Client* m_client;
    QWidget* m_window;
};

} // namespace lamella::app

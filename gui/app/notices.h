// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>
#include <QString>

#include <functional>

namespace lamella::widgets {
class Banner;
}

namespace lamella::app {

/// What the banner across the window says: first that the helper is away, else what has failed, the newest first. A
/// failure stays until it is put away or tried again, also while the helper is away for a time.
class Notices : public QObject {
    Q_OBJECT

public:
    explicit Notices(widgets::Banner* banner, QObject* parent);

    /// Why nothing can be done now; empty: all is well.
    void setConnection(const QString& sentence);
    /// `retry`: makes the same request again; empty where that is not possible.
    void addFailure(const QString& sentence, std::function<void()> retry);

Q_SIGNALS:
    void reconnectRequested();

private:
    struct Failure {
        QString sentence;
        std::function<void()> retry;
    };

    void show();
    void act();
    void putAway();

    widgets::Banner* m_banner;
    QString m_connection;
    QList<Failure> m_failures; ///< the newest last
};

} // namespace lamella::app

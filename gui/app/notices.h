// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>
#include <QString>
#include <QTimer>

#include <functional>

namespace lamella::widgets {
class Banner;
}

namespace lamella::app {

/// What the banner across the window says: first that the helper is away, else what has failed or was done, the newest
/// first. A failure stays until it is put away or tried again, also while the helper is away for a time; what was done
/// and can be undone is said for a while.
class Notices : public QObject {
    Q_OBJECT

public:
    explicit Notices(widgets::Banner* banner, QObject* parent);

    /// Why nothing can be done now; empty: all is well.
    void setConnection(const QString& sentence);
    /// `retry`: makes the same request again; empty where that is not possible.
    void addFailure(const QString& sentence, std::function<void()> retry);
    /// What was done, with a button `action` that calls `act`: to undo it. The next one takes its place.
    void say(const QString& sentence, const QString& action, std::function<void()> act);

Q_SIGNALS:
    void reconnectRequested();

private:
    struct Notice {
        bool isFailure = true;
        QString sentence;
        QString action; ///< of the button; empty: none
        std::function<void()> act;
    };

    void forgetDone();
    void show();
    void act();
    void putAway();

    widgets::Banner* m_banner;
    QString m_connection;
    QList<Notice> m_notices; ///< the newest last
    QTimer m_patience; ///< for what was done
};

} // namespace lamella::app

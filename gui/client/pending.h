// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/error.h"

#include <QObject>
#include <QPointer>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace lamella::client {

/// The answer of an asynchronous call, which comes later on the same thread. It is taken once:
///     container->start().then(this, [this](Outcome<void> outcome) { … });
/// The callback always runs from the event loop, never inside then(); it does not run when `context` has been
/// destroyed. A Pending that nobody takes is simply dropped; the call is made all the same.
template <class T>
class Pending {
public:
    using Callback = std::function<void(Outcome<T>)>;

    void then(QObject* context, Callback callback) const
    {
        m_state->context = context;
        m_state->callback = std::move(callback);
        deliver(m_state);
    }

private:
    template <class>
    friend class Promise;

    struct State {
        std::optional<Outcome<T>> outcome;
        QPointer<QObject> context;
        Callback callback;
    };

    static void deliver(const std::shared_ptr<State>& state)
    {
        if (!state->outcome || !state->callback || !state->context)
            return;
        QMetaObject::invokeMethod(
            state->context.data(),
            [state] {
                const Callback callback = std::exchange(state->callback, {});
                if (callback)
                    callback(std::move(*state->outcome));
            },
            Qt::QueuedConnection);
    }

    std::shared_ptr<State> m_state = std::make_shared<State>();
};

/// The giving end of a Pending. Copies share one answer; the first one given counts.
template <class T>
class Promise {
public:
    Pending<T> pending() const { return m_pending; }

    void give(Outcome<T> outcome) const
    {
        if (m_pending.m_state->outcome)
            return;
        m_pending.m_state->outcome.emplace(std::move(outcome));
        Pending<T>::deliver(m_pending.m_state);
    }

    void fail(ClientError error) const { give(std::unexpected(std::move(error))); }

private:
    Pending<T> m_pending;
};

} // namespace lamella::client

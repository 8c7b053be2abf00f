// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/auth/polkit_authorizer.h"

#include "engine/base/log.h"

#include <QDBusArgument>
#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDBusPendingReply>
#include <QVariantMap>

#include <chrono>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace lamella::helper {

namespace {

/// How long polkitd may take: by itself, and while a person looks for the password.
constexpr std::chrono::milliseconds kTimeout = 10s;
constexpr std::chrono::milliseconds kInteractiveTimeout = 5min;

constexpr uint kAllowUserInteraction = 1;

/// (sa{sv})
struct Subject {
    QString kind;
    QVariantMap details;
};

QDBusArgument& operator<<(QDBusArgument& out, const Subject& subject)
{
    out.beginStructure();
    out << subject.kind << subject.details;
    out.endStructure();
    return out;
}

const QDBusArgument& operator>>(const QDBusArgument& in, Subject& subject)
{
    in.beginStructure();
    in >> subject.kind >> subject.details;
    in.endStructure();
    return in;
}

using Details = QMap<QString, QString>;

/// (bba{ss})
struct Verdict {
    bool authorized = false;
    bool challenge = false;
    Details details;
};

Verdict readVerdict(const QVariant& value)
{
    Verdict verdict;
    const auto argument = value.value<QDBusArgument>();
    argument.beginStructure();
    argument >> verdict.authorized >> verdict.challenge >> verdict.details;
    argument.endStructure();
    return verdict;
}

QDBusMessage authorityCall(const QString& member)
{
    return QDBusMessage::createMethodCall(u"org.freedesktop.PolicyKit1"_s, u"/org/freedesktop/PolicyKit1/Authority"_s,
                                          u"org.freedesktop.PolicyKit1.Authority"_s, member);
}

Result<void> judge(const Verdict& verdict, const std::string& action)
{
    if (verdict.authorized)
        return {};
    if (verdict.details.contains(u"polkit.dismissed"_s))
        return failure(ErrorKind::Cancelled, "the question for a password was closed");
    if (verdict.challenge)
        return failure(ErrorKind::NotAuthorized,
                       std::format("{} needs an administrator's password, and nobody could be asked for it", action));
    return failure(ErrorKind::NotAuthorized, std::format("you may not do this: polkit refuses {}", action));
}

} // namespace

PolkitAuthorizer::PolkitAuthorizer(const QDBusConnection& connection)
    : m_connection(connection)
{
    qDBusRegisterMetaType<Subject>();
    qDBusRegisterMetaType<Details>();
}

void PolkitAuthorizer::check(const AuthorizationRequest& request, Answer answer)
{
    // Polkit grants root everything; not asking saves the round trip and works where polkitd is not installed.
    if (request.caller.uid == 0)
        return answer({});
    const QString cancellation = u"lamella-%1"_s.arg(++m_next);
    QDBusMessage message = authorityCall(u"CheckAuthorization"_s);
    const Subject subject{u"system-bus-name"_s, {{u"name"_s, request.caller.busName}}};
    message.setArguments({QVariant::fromValue(subject), request.action, QVariant::fromValue(request.details),
                          request.interactive ? kAllowUserInteraction : 0u, cancellation});
    m_open.insert(cancellation, {request, std::move(answer)});
    const auto timeout = request.interactive ? kInteractiveTimeout : kTimeout;
    auto* watcher = new QDBusPendingCallWatcher(m_connection.asyncCall(message, int(timeout.count())), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, cancellation](QDBusPendingCallWatcher* done) {
        done->deleteLater();
        finished(cancellation, *done);
    });
}

void PolkitAuthorizer::finished(const QString& cancellation, const QDBusPendingCallWatcher& watcher)
{
    const auto found = m_open.constFind(cancellation);
    if (found == m_open.cend())
        return; // withdrawn
    const Question question = *found;
    m_open.erase(found);
    const QDBusMessage reply = watcher.reply();
    if (reply.type() == QDBusMessage::ReplyMessage && reply.signature() == "(bba{ss})"_L1)
        return question.answer(judge(readVerdict(reply.arguments().at(0)), question.request.action.toStdString()));
    if (reply.errorName() == "org.freedesktop.DBus.Error.NoReply"_L1)
        withdraw(cancellation);
    log::warning("polkit does not answer for {}: {}", question.request.action.toStdString(),
                 reply.errorMessage().toStdString());
    question.answer(
        failure(ErrorKind::NotAuthorized,
                std::format("polkit cannot be asked whether you may do this: {}", reply.errorMessage().toStdString())));
}

void PolkitAuthorizer::withdraw(const QString& cancellation)
{
    QDBusMessage message = authorityCall(u"CancelCheckAuthorization"_s);
    message.setArguments({cancellation});
    m_connection.send(message);
}

void PolkitAuthorizer::callerLeft(const QString& busName)
{
    for (auto it = m_open.begin(); it != m_open.end();) {
        if (it->request.caller.busName != busName) {
            ++it;
            continue;
        }
        withdraw(it.key());
        it = m_open.erase(it);
    }
}

} // namespace lamella::helper

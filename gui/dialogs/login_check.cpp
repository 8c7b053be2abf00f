// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/login_check.h"

#include "gui/client/client.h"
#include "gui/client/registry_settings.h"

namespace lamella::dialogs {

using client::Outcome;

LoginCheck::LoginCheck(client::Client* client, client::RegistrySettings* registries, QObject* parent)
    : QObject(parent)
    , m_client(client)
    , m_registries(registries)
{
}

LoginCheck::~LoginCheck()
{
    cancel();
}

void LoginCheck::start(const QString& scope, const client::Login& login, const Answer& answer)
{
    cancel();
    if (!m_client || !m_registries) {
        answer(std::unexpected(client::ClientError()));
        return;
    }
    auto options = m_registries->options(scope);
    if (!options) {
        answer(std::unexpected(client::ClientError{client::ErrorKind::InvalidArgument, options.error()}));
        return;
    }
    options->user = login.user;
    options->password = login.password;
    options->identityToken = login.identityToken;
    m_client->checkLogin(scope, *options)
        .then(this, [this, answer, asked = m_asked](const Outcome<QPointer<client::JobClient>>& job) {
            if (asked != m_asked)
                return;
            if (job && *job)
                follow(*job, asked, answer);
            else
                answer(std::unexpected(job ? client::ClientError() : job.error()));
        });
}

void LoginCheck::follow(client::JobClient* job, int asked, const Answer& answer)
{
    m_job = job;
    job->wait().then(this, [this, asked, answer](const Outcome<QStringList>& result) {
        if (asked != m_asked)
            return;
        m_job.clear();
        if (result)
            answer(result->contains(QLatin1StringView("accepted")));
        else
            answer(std::unexpected(result.error()));
    });
}

void LoginCheck::cancel()
{
    ++m_asked;
    if (m_job && m_job->isRunning())
        m_job->cancel();
    m_job.clear();
}

QString LoginCheck::sentence(const QString& scope, const Outcome<bool>& outcome)
{
    if (!outcome)
        return outcome.error().sentence.isEmpty() ? tr("The login could not be checked: the helper does not answer.")
                                                  : outcome.error().sentence;
    const QString registry = scope.section(u'/', 0, 0);
    return *outcome ? tr("%1 accepts the login.").arg(registry)
                    : tr("%1 asks nobody for a login, so whether this one is right cannot be known.").arg(registry);
}

} // namespace lamella::dialogs

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/image_removal.h"

#include "gui/client/client.h"
#include "gui/dialogs/prune_dialog.h"
#include "gui/format/formats.h"
#include "gui/format/image_text.h"
#include "gui/models/image_relations.h"
#include "gui/widgets/confirmation.h"

#include <QWidget>

#include <algorithm>

namespace lamella::app {

using client::ImageClient;
using client::Outcome;

namespace {

constexpr qsizetype kMostNamed = 8; ///< a question is read, a list of hundreds is not

QStringList namesOf(const QList<ImageClient*>& images)
{
    QStringList names;
    for (const ImageClient* one : images)
        names.append(format::shortReference(one->displayName()));
    names.sort();
    return names;
}

} // namespace

ImageRemoval::ImageRemoval(client::Client* client, QWidget* window)
    : QObject(window)
    , m_client(client)
    , m_window(window)
{
}

void ImageRemoval::report(const QString& what, const client::ClientError& error, const std::function<void()>& retry)
{
    // That the helper is away is said already, with what to do.
    if (error.kind != client::ErrorKind::HelperGone)
        Q_EMIT failed(tr("%1: %2").arg(what, error.sentence), retry);
}

void ImageRemoval::ask(const QList<ImageClient*>& images)
{
    Images free = images;
    Images used;
    free.removeIf([&](ImageClient* one) {
        const bool isUsed = !models::userNames(m_client, one).isEmpty();
        if (isUsed)
            used.append(one);
        return isUsed;
    });
    if (free.isEmpty()) {
        if (!used.isEmpty())
            refuse(used);
        return;
    }
    const int count = static_cast<int>(free.size());
    auto* question
        = new widgets::Confirmation(m_window,
                                    count == 1 ? tr("Remove the image %1?").arg(free.constFirst()->displayName())
                                               : tr("Remove %n image(s)?", nullptr, count),
                                    tr("&Remove"));
    question->setConsequence(consequence(free, used));
    QList<QPointer<ImageClient>> meant(free.cbegin(), free.cend());
    question->ask([this, meant] {
        for (const QPointer<ImageClient>& one : meant)
            remove(one);
    });
}

void ImageRemoval::refuse(const Images& used)
{
    QStringList users;
    for (const ImageClient* one : used)
        users += models::userNames(m_client, one);
    users.sort();
    const QString who = users.join(QStringLiteral(", "));
    Q_EMIT failed(used.size() == 1
                      ? tr("The image %1 is not removed: these containers were made from it: %2. Remove them first.")
                            .arg(used.constFirst()->displayName(), who)
                      : tr("None of these images is removed: containers were made from each of them: %1. Remove them "
                           "first.")
                            .arg(who),
                  {});
}

QString ImageRemoval::consequence(const Images& free, const Images& used) const
{
    QStringList lines;
    if (free.size() == 1 && free.constFirst()->data().references.size() > 1)
        lines.append(tr("It has the names %1, too.")
                         .arg(free.constFirst()->data().references.mid(1).join(QStringLiteral(", "))));
    if (free.size() > 1) {
        const QStringList names = namesOf(free);
        lines.append(names.first(std::min(names.size(), kMostNamed)).join(u'\n'));
        if (names.size() > kMostNamed)
            lines.append(tr("and %n more.", nullptr, static_cast<int>(names.size() - kMostNamed)));
    }
    if (!used.isEmpty())
        lines.append(tr("These stay, because containers were made from them: %1.")
                         .arg(namesOf(used).join(QStringLiteral(", "))));
    const quint64 bytes = models::bytesFreed(free, m_client->images());
    lines.append(bytes > 0 ? tr("This frees %1: the layers that no other image needs. What is in no registry and no "
                                "archive is lost.")
                                 .arg(format::bytes(bytes))
                           : tr("This frees nothing: other images have the same layers."));
    return lines.join(QStringLiteral("\n\n"));
}

void ImageRemoval::remove(ImageClient* image)
{
    if (!image)
        return;
    image->remove().then(
        this, [this, about = QPointer(image), name = image->displayName()](const Outcome<void>& outcome) {
            if (!outcome)
                report(tr("The image %1 was not removed").arg(name), outcome.error(), [this, about] { remove(about); });
        });
}

void ImageRemoval::askPrune()
{
    // Nothing goes before a person has seen what.
    m_client->pruneImages(false, true).then(this, [this](const Outcome<client::Pruned>& unused) {
        if (!unused) {
            report(tr("What is not used could not be found out"), unused.error(), [this] { askPrune(); });
            return;
        }
        m_client->pruneImages(true, true).then(this, [this, some = *unused](const Outcome<client::Pruned>& all) {
            if (all)
                confirmPrune(some, *all);
            else
                report(tr("What is not used could not be found out"), all.error(), [this] { askPrune(); });
        });
    });
}

void ImageRemoval::confirmPrune(const client::Pruned& unused, const client::Pruned& all)
{
    auto* dialog = new dialogs::PruneDialog(m_client, unused, all, m_window);
    connect(dialog, &dialogs::PruneDialog::chosen, this, &ImageRemoval::prune);
    dialog->open();
}

void ImageRemoval::prune(const QStringList& shown, bool all)
{
    m_client->pruneImages(all, true).then(this, [this, shown](const Outcome<client::Pruned>& unused) {
        if (!unused) {
            report(tr("The unused images were not removed"), unused.error(), [this] { askPrune(); });
            return;
        }
        for (const QString& path : shown) {
            if (unused->images.contains(path))
                remove(m_client->image(path.section(u'/', -1).replace(u'_', u':')));
        }
    });
}

} // namespace lamella::app

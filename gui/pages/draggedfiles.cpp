// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/draggedfiles.h"

#include <QVariant>

namespace lamella::pages {

namespace {

const QString& uriList()
{
    static const QString type = QStringLiteral("text/uri-list");
    return type;
}

} // namespace

DraggedFiles::DraggedFiles(Fetch fetch)
    : m_fetch(std::move(fetch))
{
}

bool DraggedFiles::hasFormat(const QString& type) const
{
    return type == uriList();
}

QStringList DraggedFiles::formats() const
{
    return {uriList()};
}

QVariant DraggedFiles::retrieveData(const QString& type, QMetaType) const
{
    if (type != uriList() || m_isFetching)
        return {};
    if (!m_urls) {
        m_isFetching = true; // somebody may ask again while they are copied
        m_urls = m_fetch();
        m_isFetching = false;
    }
    QVariantList urls;
    for (const QUrl& url : *m_urls)
        urls.append(url);
    return urls;
}

} // namespace lamella::pages

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QMimeData>
#include <QUrl>

#include <functional>
#include <optional>

namespace lamella::pages {

/// Files of a container or an image that are dragged to another program: they are copied out when it wants to know
/// where they are, which is when they are dropped.
class DraggedFiles final : public QMimeData {
    Q_OBJECT
public:
    /// Copies them, and says where they are then. Called once.
    using Fetch = std::function<QList<QUrl>()>;
    explicit DraggedFiles(Fetch fetch);

    bool hasFormat(const QString& type) const override;
    QStringList formats() const override;

protected:
    QVariant retrieveData(const QString& type, QMetaType preferred) const override;

private:
    Fetch m_fetch;
    mutable bool m_isFetching = false;
    mutable std::optional<QList<QUrl>> m_urls;
};

} // namespace lamella::pages

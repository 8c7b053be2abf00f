// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QWidget>

class QLabel;

namespace lamella::widgets {
class ElidedLabel;
}

namespace lamella::pages {

/// Above one side of a difference: the name of the version, what it is, and its digest where one is wanted.
class VersionCaption final : public QWidget {
    Q_OBJECT
public:
    explicit VersionCaption(QWidget* parent = nullptr);

    void setVersion(const QString& name, const client::FileVersion& version, bool withDigest);

protected:
    void changeEvent(QEvent* event) override;

private:
    void updateLook();

    QLabel* m_name;
    widgets::ElidedLabel* m_words;
    widgets::ElidedLabel* m_digest;
};

} // namespace lamella::pages

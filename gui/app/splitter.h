// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSplitter>

namespace lamella::app {

/// A splitter whose handle is a hairline from edge to edge, wide enough to be caught.
class Splitter : public QSplitter {
    Q_OBJECT

public:
    explicit Splitter(QWidget* parent = nullptr);

protected:
    QSplitterHandle* createHandle() override;
};

} // namespace lamella::app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QWidget>

namespace lamella::widgets {

/// A thin bar made of parts, each labelled below it with its name and figure ("anonymous 12.4 MiB"); what is left of
/// the whole stays empty.
class StackedBar final : public QWidget {
    Q_OBJECT
public:
    struct Part {
        QString name;
        double value = 0;
        QString figure;

        friend bool operator==(const Part&, const Part&) = default;
    };

    explicit StackedBar(QWidget* parent = nullptr);

    /// `whole` 0: the parts fill the bar.
    void setParts(const QList<Part>& parts, double whole);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QColor partColor(qsizetype index) const;
    void paintBar(QPainter* painter) const;
    void paintLabels(QPainter* painter) const;

    QList<Part> m_parts;
    double m_whole = 0;
};

} // namespace lamella::widgets

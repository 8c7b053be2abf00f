// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QWidget>

namespace lamella::widgets {

/// Steps that follow each other, each as a row: its name, a bar from its beginning to its end, how long it took. The
/// slowest is painted stronger. Hovering says beginning and end.
class TimelineBars final : public QWidget {
    Q_OBJECT
public:
    struct Step {
        QString name;
        /// When it was done, µs after the beginning; steps come in the order of time.
        quint64 doneUsec = 0;

        friend bool operator==(const Step&, const Step&) = default;
    };

    explicit TimelineBars(QWidget* parent = nullptr);

    void setSteps(const QList<Step>& steps);
    /// -1 where there is none.
    qsizetype slowest() const { return m_slowest; }
    quint64 stepUsec(qsizetype index) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {200, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    int rowHeight() const;
    quint64 beginUsec(qsizetype index) const { return index > 0 ? m_steps[index - 1].doneUsec : 0; }

    QList<Step> m_steps;
    qsizetype m_slowest = -1;
};

} // namespace lamella::widgets

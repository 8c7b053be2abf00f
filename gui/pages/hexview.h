// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/difference.h"
#include "gui/pages/changecolors.h"
#include "gui/pages/changeview.h"

#include <QByteArray>

#include <optional>

class QPainter;

namespace lamella::pages {

/// The bytes of two files, each at its offset, as figures and as text; those that differ are marked. One file alone has
/// the whole width.
class HexView final : public ChangeView {
    Q_OBJECT
public:
    explicit HexView(QWidget* parent = nullptr);

    /// `only`: the side of a file that is alone.
    void setBytes(const QByteArray& left, const QByteArray& right, std::optional<models::Side> only);
    /// 16, or 8 where there is no room for more.
    int bytesPerLine() const { return m_perLine; }
    /// What a line says of one side: "6c 73 …  ls…".
    QString lineText(int line, models::Side side) const;
    ChangeTone toneOfLine(int line) const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    std::pair<int, int> widths() const override;

private:
    static constexpr int kOffsetCells = 8;

    static QString hexDigits(char byte);
    static QChar shownByte(char byte);
    /// Cells before a byte's figures: there is a gap in the middle.
    static int cellsBefore(int byte);
    const QByteArray& bytes(models::Side side) const { return side == models::Side::Left ? m_left : m_right; }
    ChangeTone toneOfByte(qsizetype at) const;
    bool isInCurrentChange(int line) const;
    int cell() const;
    int sideCells(int perLine) const;
    int sideFrom(models::Side side) const;
    /// Cells from there to the bytes as text.
    int textCells() const;
    int fittingBytes() const;
    void updateLines();
    void paintLine(QPainter* painter, int line) const;
    void paintSide(QPainter* painter, int line, models::Side side) const;
    void paintByte(QPainter* painter, QPoint at, qsizetype index, models::Side side, int textFrom) const;

    QByteArray m_left;
    QByteArray m_right;
    std::optional<models::Side> m_only;
    int m_perLine = 16;
};

} // namespace lamella::pages

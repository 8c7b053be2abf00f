// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/icons.h"

#include <QApplication>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

namespace lamella::widgets {
namespace {

class LineIconEngine final : public QIconEngine {
public:
    explicit LineIconEngine(QString name)
        : m_name(std::move(name))
    {
    }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override
    {
        const qreal scale = painter->device() ? painter->device()->devicePixelRatio() : 1.0;
        painter->drawPixmap(rect, scaledPixmap(rect.size(), mode, state, scale));
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        return scaledPixmap(size, mode, state, 1.0);
    }

    // `size` is in logical pixels (QIcon::pixmap, since Qt 6.8).
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal scale) override
    {
        const QColor color = lineColor(mode);
        const QString key = QStringLiteral("lamella/%1/%2x%3@%4/%5")
                                .arg(m_name)
                                .arg(size.width())
                                .arg(size.height())
                                .arg(scale)
                                .arg(color.rgba(), 0, 16);
        QPixmap result;
        if (QPixmapCache::find(key, &result))
            return result;
        result = QPixmap((QSizeF(size) * scale).toSize());
        result.fill(Qt::transparent);
        QSvgRenderer renderer(source(size, color));
        renderer.setAspectRatioMode(Qt::KeepAspectRatio);
        QPainter painter(&result);
        // A disabled text's colour is often the usual one, half transparent.
        painter.setOpacity(color.alphaF());
        renderer.render(&painter, QRectF(result.rect()));
        painter.end();
        result.setDevicePixelRatio(scale);
        QPixmapCache::insert(key, result);
        return result;
    }

    QIconEngine* clone() const override { return new LineIconEngine(m_name); }
    QString key() const override { return QStringLiteral("lamella"); }
    bool isNull() override { return !QFile::exists(path(24)); }

private:
    QString path(int grid) const { return QStringLiteral(":/lamella/icons/%1/%2.svg").arg(grid).arg(m_name); }

    QByteArray source(const QSize& size, const QColor& color) const
    {
        // The 16 px drawings have fewer details and lines that fall on its pixels.
        QFile file(path(size.height() <= 20 ? 16 : 24));
        if (!file.open(QIODevice::ReadOnly))
            return {};
        return file.readAll().replace("currentColor", color.name(QColor::HexRgb).toLatin1());
    }

    static QColor lineColor(QIcon::Mode mode)
    {
        const QPalette palette = QApplication::palette();
        switch (mode) {
        case QIcon::Disabled:
            return palette.color(QPalette::Disabled, QPalette::WindowText);
        case QIcon::Selected:
            return palette.color(QPalette::Active, QPalette::HighlightedText);
        default:
            return palette.color(QPalette::Active, QPalette::WindowText);
        }
    }

    QString m_name;
};

} // namespace

QIcon icon(QStringView name)
{
    return QIcon(new LineIconEngine(name.toString()));
}

QIcon applicationIcon()
{
    return QIcon(QStringLiteral(":/lamella/icons/org.lamella.Lamella.svg"));
}

} // namespace lamella::widgets

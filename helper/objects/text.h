// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <string>
#include <vector>

/// Texts between the engine (bytes) and D-Bus (UTF-8, checked by the bus).
namespace lamella::helper {

inline QString fromEngine(const std::string& text)
{
    return QString::fromStdString(text);
}

inline QStringList fromEngine(const std::vector<std::string>& texts)
{
    QStringList result;
    result.reserve(qsizetype(texts.size()));
    for (const std::string& text : texts)
        result.append(QString::fromStdString(text));
    return result;
}

inline std::vector<std::string> toEngine(const QStringList& texts)
{
    std::vector<std::string> result;
    result.reserve(std::size_t(texts.size()));
    for (const QString& text : texts)
        result.push_back(text.toStdString());
    return result;
}

} // namespace lamella::helper

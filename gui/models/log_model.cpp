// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/log_model.h"

namespace lamella::models {

namespace {

constexpr char16_t kEscape = 0x1b;
constexpr qsizetype kLongestShown = 64 * 1024;

/// Behind the escape sequence that begins at `at` (ECMA-48: CSI … final byte, OSC … BEL or ST, or two characters).
qsizetype behindEscape(const QString& text, qsizetype at)
{
    if (at + 1 >= text.size())
        return text.size();
    const char16_t kind = text.at(at + 1).unicode();
    qsizetype end = at + 2;
    if (kind == u'[') {
        while (end < text.size() && (text.at(end).unicode() < 0x40 || text.at(end).unicode() > 0x7e))
            ++end;
        return std::min(end + 1, text.size());
    }
    if (kind == u']') {
        while (end < text.size() && text.at(end).unicode() != 0x07 && text.at(end).unicode() != kEscape)
            ++end;
        return std::min(end + (end < text.size() && text.at(end).unicode() == kEscape ? 2 : 1), text.size());
    }
    return end;
}

bool goesOnIn(const client::LogLine& open, const client::LogLine& next)
{
    return open.isPartial && open.isError == next.isError && open.text.size() < kLongestShown;
}

} // namespace

QString withoutEscapes(const QString& text)
{
    QString clean;
    clean.reserve(text.size());
    for (qsizetype at = 0; at < text.size();) {
        const char16_t character = text.at(at).unicode();
        if (character == kEscape) {
            at = behindEscape(text, at);
            continue;
        }
        if (character >= 0x20 ? character != 0x7f : character == u'\t')
            clean += text.at(at);
        ++at;
    }
    return clean;
}

LogModel::LogModel(QObject* parent)
    : QAbstractListModel(parent)
{
}

void LogModel::append(const std::vector<client::LogLine>& lines)
{
    std::vector<client::LogLine> whole;
    const auto last = [&]() -> client::LogLine* {
        if (!whole.empty())
            return &whole.back();
        return m_lines.empty() ? nullptr : &m_lines.back();
    };
    bool grewLast = false;
    for (const client::LogLine& line : lines) {
        client::LogLine* open = last();
        if (open && goesOnIn(*open, line)) {
            open->text += line.text;
            open->isPartial = line.isPartial;
            grewLast = grewLast || whole.empty();
        } else {
            whole.push_back(line);
        }
    }
    if (grewLast) {
        const QModelIndex index = this->index(rowCount() - 1);
        Q_EMIT dataChanged(index, index);
    }
    add(std::move(whole));
}

void LogModel::prepend(const std::vector<client::LogLine>& lines)
{
    std::vector<client::LogLine> whole;
    for (const client::LogLine& line : lines) {
        if (!whole.empty() && goesOnIn(whole.back(), line)) {
            whole.back().text += line.text;
            whole.back().isPartial = line.isPartial;
        } else {
            whole.push_back(line);
        }
    }
    if (!whole.empty() && !m_lines.empty() && goesOnIn(whole.back(), m_lines.front())) {
        m_lines.front().text.prepend(whole.back().text);
        m_lines.front().timeUsec = whole.back().timeUsec;
        whole.pop_back();
        Q_EMIT dataChanged(index(0), index(0));
    }
    if (whole.empty())
        return;
    const int count = static_cast<int>(whole.size());
    m_most += count;
    beginInsertRows({}, 0, count - 1);
    m_lines.insert(m_lines.begin(), std::make_move_iterator(whole.begin()), std::make_move_iterator(whole.end()));
    endInsertRows();
}

void LogModel::add(std::vector<client::LogLine> lines)
{
    if (lines.size() > kMostLines)
        lines.erase(lines.begin(), lines.end() - kMostLines);
    if (lines.empty())
        return;
    const int count = static_cast<int>(lines.size());
    if (const int surplus = rowCount() + count - m_most; surplus > 0) {
        beginRemoveRows({}, 0, surplus - 1);
        m_lines.erase(m_lines.begin(), m_lines.begin() + surplus);
        endRemoveRows();
    }
    beginInsertRows({}, rowCount(), rowCount() + count - 1);
    m_lines.insert(m_lines.end(), std::make_move_iterator(lines.begin()), std::make_move_iterator(lines.end()));
    endInsertRows();
}

void LogModel::clear()
{
    m_most = kMostLines;
    if (m_lines.empty())
        return;
    beginRemoveRows({}, 0, rowCount() - 1);
    m_lines.clear();
    endRemoveRows();
}

int LogModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

QVariant LogModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const client::LogLine& line = m_lines[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return withoutEscapes(line.text);
    case IsErrorRole:
        return line.isError;
    case TimeRole:
        return line.timeUsec;
    case RawRole:
        return line.text;
    default:
        return {};
    }
}

} // namespace lamella::models

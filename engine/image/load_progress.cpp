// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/load_progress.h"

namespace lamella::image {

std::size_t LoadProgress::add(std::string name, Bytes total)
{
    const std::lock_guard lock{m_mutex};
    m_progress.items.push_back({std::move(name), {}, total});
    m_progress.total += total;
    return m_progress.items.size() - 1;
}

void LoadProgress::tell(std::string stage)
{
    const std::lock_guard lock{m_mutex};
    pass(std::move(stage));
}

void LoadProgress::tell(std::string stage, std::size_t item, Bytes done)
{
    const std::lock_guard lock{m_mutex};
    m_progress.items[item].done = done;
    pass(std::move(stage));
}

void LoadProgress::pass(std::string stage)
{
    m_progress.stage = std::move(stage);
    m_progress.done = {};
    for (const auto& item : m_progress.items)
        m_progress.done += item.done;
    if (m_sink)
        m_sink(m_progress);
}

} // namespace lamella::image

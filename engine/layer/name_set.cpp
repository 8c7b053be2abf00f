// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/name_set.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace lamella::layer {

namespace {

constexpr std::uint64_t kNone = 0;
constexpr std::uint64_t kErased = 1;
constexpr std::size_t kFirstSlots = 1024;

std::uint64_t keyOf(std::string_view name)
{
    const std::uint64_t hash = std::hash<std::string_view>{}(name);
    return hash > kErased ? hash : hash + 2;
}

} // namespace

// Its slot, or the free one where it would be.
std::size_t NameSet::find(std::uint64_t key) const
{
    const auto mask = m_slots.size() - 1;
    auto slot = static_cast<std::size_t>(key ^ key >> 32) & mask;
    while (m_slots[slot] != key && m_slots[slot] != kNone)
        slot = (slot + 1) & mask;
    return slot;
}

void NameSet::grow()
{
    const auto before = std::move(m_slots);
    m_slots.assign(m_size * 2 < before.size() ? before.size() : std::max(kFirstSlots, before.size() * 2), kNone);
    m_used = m_size;
    for (const auto key : before) {
        if (key > kErased)
            m_slots[find(key)] = key;
    }
}

void NameSet::insert(std::string_view name)
{
    if (m_used * 4 >= m_slots.size() * 3)
        grow();
    const auto key = keyOf(name);
    auto& slot = m_slots[find(key)];
    if (slot == key)
        return;
    slot = key;
    ++m_size;
    ++m_used;
}

void NameSet::erase(std::string_view name)
{
    if (m_size == 0)
        return;
    const auto key = keyOf(name);
    if (auto& slot = m_slots[find(key)]; slot == key) {
        slot = kErased;
        --m_size;
    }
}

bool NameSet::contains(std::string_view name) const
{
    const auto key = keyOf(name);
    return m_size > 0 && m_slots[find(key)] == key;
}

} // namespace lamella::layer

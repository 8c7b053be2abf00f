// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace lamella::layer {

/// A set of names of which it keeps 64 bits each: millions of them take little memory, and two different ones are taken
/// for the same as good as never. Who makes them meet on purpose gains nothing but that.
class NameSet {
public:
    void insert(std::string_view name);
    void erase(std::string_view name);
    bool contains(std::string_view name) const;
    std::size_t size() const { return m_size; }

private:
    std::size_t find(std::uint64_t key) const;
    void grow();

    std::vector<std::uint64_t> m_slots; ///< a power of two of them
    std::size_t m_size = 0;
    std::size_t m_used = 0; ///< with those that were erased
};

} // namespace lamella::layer

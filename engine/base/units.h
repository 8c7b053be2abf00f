// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>

namespace lamella {

/// A number of bytes. On the wire it is a plain integer whose name ends in `_bytes`.
struct Bytes {
    std::uint64_t value = 0;

    friend constexpr auto operator<=>(Bytes, Bytes) = default;
    friend constexpr Bytes operator+(Bytes a, Bytes b) { return {a.value + b.value}; }
    constexpr Bytes& operator+=(Bytes other)
    {
        value += other.value;
        return *this;
    }
};

constexpr Bytes operator""_KiB(unsigned long long n)
{
    return {n << 10};
}
constexpr Bytes operator""_MiB(unsigned long long n)
{
    return {n << 20};
}
constexpr Bytes operator""_GiB(unsigned long long n)
{
    return {n << 30};
}

} // namespace lamella

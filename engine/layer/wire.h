// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

/// Numbers and texts in the files that lie beside a layer (its headers and its index): numbers as LEB128 (seven bits a
/// byte, the lowest first), texts as their length and their bytes.
namespace lamella::layer {

void packNumber(std::string& to, std::uint64_t number);
void packText(std::string& to, std::string_view text);

/// Takes values from the front of a text that may be anything. Errors: InvalidArgument (it ends too early, a number has
/// more than 64 bits).
class Unpacker {
public:
    explicit Unpacker(std::string_view text)
        : m_rest(text)
    {
    }

    bool atEnd() const { return m_rest.empty(); }
    std::size_t left() const { return m_rest.size(); }
    Result<std::uint8_t> byte();
    Result<std::uint64_t> number();
    Result<std::string_view> bytes(std::uint64_t count);
    Result<std::string_view> text();

private:
    std::string_view m_rest;
};

} // namespace lamella::layer

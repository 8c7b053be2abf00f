// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

/// Digests as the image specification writes them (descriptor.md, "Digests"): "sha256:" and 64 lower-case hex digits.
namespace lamella::layer {

/// SHA-256 of what is given to it in pieces, through OpenSSL's EVP. Move-only.
class Sha256 {
public:
    Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    ~Sha256();

    void add(std::span<const std::byte> bytes);

    /// The digest of all that was added; the object is empty afterwards.
    std::string digest();
    std::array<std::byte, 32> rawDigest();

    /// Another one that was given the same so far.
    Sha256 copy() const;

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> m_context;
};

/// The digest of `text`.
std::string digestOf(std::string_view text);

/// True for exactly "sha256:" and 64 lower-case hex digits: only such a text may become part of a path.
bool isDigest(std::string_view text);

/// The hex digits of a digest; `digest` must be one.
std::string_view digestHex(std::string_view digest);

/// config.md, "Layer ChainID": the digest that names a layer on top of the layers below it. `below` is empty for the
/// first.
std::string chainId(std::string_view below, std::string_view diffId);

} // namespace lamella::layer

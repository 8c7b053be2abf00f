// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <format>

namespace lamella::layer {

namespace {

constexpr std::string_view kPrefix = "sha256:";
constexpr std::size_t kHexDigits = 64;

} // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const
{
    EVP_MD_CTX_free(context);
}

Sha256::Sha256()
    : m_context(EVP_MD_CTX_new())
{
    EVP_DigestInit_ex(m_context.get(), EVP_sha256(), nullptr);
}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes)
{
    EVP_DigestUpdate(m_context.get(), bytes.data(), bytes.size());
}

std::array<std::byte, 32> Sha256::rawDigest()
{
    std::array<std::byte, 32> raw{};
    EVP_DigestFinal_ex(m_context.get(), reinterpret_cast<unsigned char*>(raw.data()), nullptr);
    EVP_DigestInit_ex(m_context.get(), nullptr, nullptr); // the same algorithm, without looking it up again
    return raw;
}

Sha256 Sha256::copy() const
{
    Sha256 other;
    EVP_MD_CTX_copy_ex(other.m_context.get(), m_context.get());
    return other;
}

std::string Sha256::digest()
{
    std::string text{kPrefix};
    for (const auto byte : rawDigest())
        text += std::format("{:02x}", static_cast<unsigned>(byte));
    return text;
}

std::string digestOf(std::string_view text)
{
    Sha256 hash;
    hash.add(std::as_bytes(std::span{text}));
    return hash.digest();
}

bool isDigest(std::string_view text)
{
    const auto isHex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return text.size() == kPrefix.size() + kHexDigits && text.starts_with(kPrefix)
        && std::ranges::all_of(text.substr(kPrefix.size()), isHex);
}

std::string_view digestHex(std::string_view digest)
{
    return digest.substr(kPrefix.size());
}

std::string chainId(std::string_view below, std::string_view diffId)
{
    return below.empty() ? std::string{diffId} : digestOf(std::format("{} {}", below, diffId));
}

} // namespace lamella::layer

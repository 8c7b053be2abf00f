// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
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

std::string Sha256::digest()
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned length = 0;
    EVP_DigestFinal_ex(m_context.get(), raw.data(), &length);
    EVP_DigestInit_ex(m_context.get(), EVP_sha256(), nullptr);
    std::string text{kPrefix};
    for (const auto byte : std::span{raw}.first(length))
        text += std::format("{:02x}", byte);
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

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/compressed_text.h"

#include "engine/layer/decompressor.h"

#include <KCompressionDevice>
#include <KFilterBase>
#include <QIODevice>

#include <array>
#include <memory>

namespace lamella::layer {

Result<std::string> compressText(std::string_view text)
{
    const std::unique_ptr<KFilterBase> filter{KCompressionDevice::filterForCompressionType(KCompressionDevice::Zstd)};
    filter->init(QIODevice::WriteOnly);
    filter->setInBuffer(text.data(), static_cast<uint>(text.size()));
    std::string compressed;
    std::array<char, 16u << 10> piece{};
    for (;;) {
        filter->setOutBuffer(piece.data(), piece.size());
        const auto result = filter->compress(true);
        compressed.append(piece.data(), piece.size() - static_cast<std::size_t>(filter->outBufferAvailable()));
        if (result == KFilterBase::Ok)
            continue;
        filter->terminate();
        if (result == KFilterBase::End)
            return compressed;
        return failure(ErrorKind::Failed, "cannot compress what is written beside the layer");
    }
}

Result<std::string> decompressText(std::string_view compressed, std::size_t length)
{
    SpanSource source{std::as_bytes(std::span{compressed})};
    Decompressor decompressor{source, Compression::Zstd};
    std::string text(length + 1, '\0');
    if (TRY(readFully(decompressor, std::as_writable_bytes(std::span{text}))) != length)
        return failure(ErrorKind::InvalidArgument, "what was written beside the layer is damaged");
    text.resize(length);
    return text;
}

} // namespace lamella::layer

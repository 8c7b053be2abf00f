// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/tar_sparse.h"

#include <optional>

namespace lamella::layer {

namespace {

constexpr std::size_t kMaxChunks = 100'000;
constexpr std::size_t kField = 12;

std::unexpected<Error> damagedMap()
{
    return failure(ErrorKind::InvalidArgument, "the map of a sparse file in the archive is damaged");
}

Result<void> append(std::vector<TarChunk>& chunks, std::uint64_t offset, std::uint64_t length)
{
    if (chunks.size() == kMaxChunks)
        return failure(ErrorKind::LimitExceeded, "a sparse file in the archive has too many pieces");
    chunks.push_back({offset, length});
    return {};
}

// `count` pairs of fields from `offset` on; a pair that starts with NUL ends the list.
Result<void> appendFields(std::vector<TarChunk>& chunks, const TarHeader& block, std::size_t offset, int count)
{
    for (int i = 0; i < count; ++i, offset += 2 * kField) {
        if (block.field(offset, 1)[0] == '\0')
            break;
        const auto start = tarNumber(block.field(offset, kField));
        const auto length = tarNumber(block.field(offset + kField, kField));
        if (!start || !length || *start < 0 || *length < 0)
            return damagedMap();
        TRY(append(chunks, static_cast<std::uint64_t>(*start), static_cast<std::uint64_t>(*length)));
    }
    return {};
}

Result<std::vector<TarChunk>> pairs(const std::vector<std::uint64_t>& numbers)
{
    if (numbers.size() % 2 != 0)
        return damagedMap();
    std::vector<TarChunk> chunks;
    for (std::size_t i = 0; i < numbers.size(); i += 2)
        TRY(append(chunks, numbers[i], numbers[i + 1]));
    return chunks;
}

} // namespace

Result<std::vector<TarChunk>> readOldGnuSparse(const TarHeader& header, const NextBlock& next)
{
    std::vector<TarChunk> chunks;
    TRY(appendFields(chunks, header, 386, 4));
    bool more = header.field(482, 1)[0] != '\0';
    while (more) {
        const auto block = TRY(next());
        const TarHeader extension{block};
        TRY(appendFields(chunks, extension, 0, 21));
        more = extension.field(504, 1)[0] != '\0';
    }
    return chunks;
}

Result<std::vector<TarChunk>> readPaxSparse(const PaxRecords& records)
{
    std::vector<std::uint64_t> numbers;
    const auto add = [&numbers](std::string_view text) {
        const auto number = paxNumber(text);
        numbers.push_back(number.value_or(0));
        return number.has_value();
    };
    if (const auto map = paxValue(records, "GNU.sparse.map")) {
        for (std::string_view rest = *map; !rest.empty();) {
            const auto comma = rest.find(',');
            if (!add(rest.substr(0, comma)))
                return damagedMap();
            rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
        }
        return pairs(numbers);
    }
    for (const auto& [key, value] : records) {
        const bool offset = key == "GNU.sparse.offset";
        if (!offset && key != "GNU.sparse.numbytes")
            continue;
        if (offset != (numbers.size() % 2 == 0) || !add(value))
            return damagedMap();
    }
    return pairs(numbers);
}

Result<std::vector<TarChunk>> readSparseMap(const NextBlock& next)
{
    std::vector<std::uint64_t> numbers;
    std::optional<std::uint64_t> expected;
    std::string line;
    while (!expected || numbers.size() < *expected * 2) {
        const auto block = TRY(next());
        for (const char c : block) {
            if (expected && numbers.size() == *expected * 2)
                break; // the rest of the last block is padding
            if (c != '\n') {
                if (line.size() == 20)
                    return damagedMap();
                line += c;
                continue;
            }
            const auto number = paxNumber(line);
            line.clear();
            if (!number)
                return damagedMap();
            if (expected)
                numbers.push_back(*number);
            else if (*number > kMaxChunks)
                return failure(ErrorKind::LimitExceeded, "a sparse file in the archive has too many pieces");
            else
                expected = number;
        }
    }
    return pairs(numbers);
}

Result<void> checkSparse(const std::vector<TarChunk>& chunks, std::uint64_t size, std::uint64_t stored)
{
    std::uint64_t end = 0;
    std::uint64_t sum = 0;
    for (const auto& chunk : chunks) {
        if (chunk.offset < end || chunk.offset > size || chunk.length > size - chunk.offset)
            return damagedMap();
        end = chunk.offset + chunk.length;
        sum += chunk.length;
    }
    if (sum != stored)
        return damagedMap();
    return {};
}

} // namespace lamella::layer

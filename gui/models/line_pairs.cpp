// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/line_pairs.h"

#include <algorithm>

namespace lamella::models {
namespace {

/// Less in common than this part, and a line is another one.
constexpr double kAlike = 0.4;
/// Stretches with more combinations are paired in their order.
constexpr std::size_t kMostCombinations = 4096;

using Pairs = std::vector<std::pair<int, int>>;

/// 0 to 1: how much of both is their common beginning and end.
double likeness(QStringView left, QStringView right)
{
    left = left.trimmed();
    right = right.trimmed();
    const qsizetype length = left.size() + right.size();
    if (length == 0)
        return 1;
    const auto [leftPart, rightPart] = differingParts(left, right);
    return static_cast<double>(length - leftPart.length - rightPart.length) / static_cast<double>(length);
}

Pairs pairsInOrder(std::span<const TextLine> left, std::span<const TextLine> right)
{
    Pairs pairs;
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i)
        if (likeness(left[i].text, right[i].text) >= kAlike)
            pairs.emplace_back(static_cast<int>(i), static_cast<int>(i));
    return pairs;
}

/// The best sums of likenesses from each pair of lines to the ends, one row longer and wider than the stretches.
class BestSums {
public:
    BestSums(std::span<const TextLine> left, std::span<const TextLine> right)
        : m_width(right.size() + 1)
        , m_likeness((left.size() + 1) * m_width)
        , m_sums(m_likeness.size())
    {
        for (std::size_t i = left.size(); i-- > 0;) {
            for (std::size_t j = right.size(); j-- > 0;) {
                const double alike = likeness(left[i].text, right[j].text);
                m_likeness[at(i, j)] = alike >= kAlike ? alike : 0;
                m_sums[at(i, j)] = std::max({withPair(i, j), m_sums[at(i + 1, j)], m_sums[at(i, j + 1)]});
            }
        }
    }

    bool takesPair(std::size_t i, std::size_t j) const
    {
        return m_likeness[at(i, j)] > 0 && withPair(i, j) >= m_sums[at(i, j)];
    }
    bool skipsLeft(std::size_t i, std::size_t j) const { return m_sums[at(i + 1, j)] >= m_sums[at(i, j + 1)]; }

private:
    std::size_t at(std::size_t i, std::size_t j) const { return i * m_width + j; }
    double withPair(std::size_t i, std::size_t j) const { return m_likeness[at(i, j)] + m_sums[at(i + 1, j + 1)]; }

    std::size_t m_width;
    std::vector<double> m_likeness;
    std::vector<double> m_sums;
};

qsizetype commonBeginning(QStringView left, QStringView right)
{
    const auto [end, other] = std::ranges::mismatch(left, right);
    qsizetype length = end - left.begin();
    // Half a surrogate pair is no character.
    if (length > 0 && left[length - 1].isHighSurrogate())
        --length;
    return length;
}

qsizetype commonEnd(QStringView left, QStringView right)
{
    qsizetype length = 0;
    const qsizetype most = std::min(left.size(), right.size());
    while (length < most && left[left.size() - 1 - length] == right[right.size() - 1 - length])
        ++length;
    if (length > 0 && left[left.size() - length].isLowSurrogate())
        --length;
    return length;
}

} // namespace

std::vector<std::pair<int, int>> pairLines(std::span<const TextLine> left, std::span<const TextLine> right)
{
    if (left.size() * right.size() > kMostCombinations)
        return pairsInOrder(left, right);
    const BestSums best(left, right);
    Pairs pairs;
    for (std::size_t i = 0, j = 0; i < left.size() && j < right.size();) {
        if (best.takesPair(i, j))
            pairs.emplace_back(static_cast<int>(i++), static_cast<int>(j++));
        else if (best.skipsLeft(i, j))
            ++i;
        else
            ++j;
    }
    return pairs;
}

std::pair<TextPart, TextPart> differingParts(QStringView left, QStringView right)
{
    const qsizetype from = commonBeginning(left, right);
    const qsizetype end = commonEnd(left.sliced(from), right.sliced(from));
    const auto part
        = [&](qsizetype size) { return TextPart{static_cast<int>(from), static_cast<int>(size - from - end)}; };
    return {part(left.size()), part(right.size())};
}

} // namespace lamella::models

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/cgroup/statistics.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading of the forms in which cgroup files hold numbers.
namespace lamella::cgroup {

/// The files of one cgroup in one tree. What cannot be read is empty, or 0.
class CounterFiles {
public:
    CounterFiles() = default; ///< a tree that is not there
    CounterFiles(BorrowedFd tree, std::string path)
        : m_tree(tree)
        , m_path(std::move(path))
    {
    }

    std::string text(std::string_view file) const;
    std::uint64_t number(std::string_view file) const;
    std::optional<Pressure> pressure(std::string_view file) const;

private:
    BorrowedFd m_tree;
    std::string m_path;
};

/// Lines of "key number".
std::map<std::string, std::uint64_t> keyedNumbers(std::string_view text);

/// Numbers with blanks between them.
std::vector<std::uint64_t> numbersOf(std::string_view text);

/// "0-2,5" as 0, 1, 2, 5 (cpuset(7), "List format").
std::vector<std::uint16_t> numbersOfList(std::string_view text);

/// The lines without their ends, and the words of one.
std::vector<std::string_view> linesOf(std::string_view text);
std::vector<std::string_view> wordsOf(std::string_view line);

/// The number behind "name=" among words as "rbytes=4096"; 0 where it is not.
std::uint64_t assignedNumber(const std::vector<std::string_view>& words, std::string_view name);

/// The device before the blank of "8:0 …"; false where it is none.
bool readDevice(std::string_view word, BlockIoEntry& into);

/// What rdma.current says: lines of "mlx4_0 hca_handle=1 hca_object=20".
std::vector<RdmaStatistics> rdmaOf(std::string_view text);

/// The sizes of huge pages that this kernel has, as runtime-spec writes them.
std::vector<std::string> hugepageSizes();

/// The parts of readStatistics().
Statistics readV1(const Trees& trees, const std::string& path);
Statistics readV2(const Trees& trees, const std::string& path);

} // namespace lamella::cgroup

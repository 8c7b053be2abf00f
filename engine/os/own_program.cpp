// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/own_program.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"
#include "engine/os/mount.h"

#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <link.h>
#include <linux/prctl.h>
#include <span>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace lamella::os {

namespace {

/// The program headers of this program, and what is added to their addresses.
struct Image {
    std::span<const ElfW(Phdr)> headers;
    std::uintptr_t base = 0;
};

/// A part of the address space, in whole pages.
struct Pages {
    char* begin = nullptr;
    std::size_t size = 0;
};

/// dl_iterate_phdr(3) tells of the program itself first.
int takeFirst(dl_phdr_info* info, std::size_t, void* image)
{
    *static_cast<Image*>(image) = {{info->dlpi_phdr, info->dlpi_phnum}, info->dlpi_addr};
    return 1;
}

std::uintptr_t pageBegin(std::uintptr_t address)
{
    return address & ~(::getauxval(AT_PAGESZ) - 1);
}

/// The pages that the kernel maps from the file for a segment (elf(5)).
Pages filePages(const Image& image, const ElfW(Phdr) & segment)
{
    const std::uintptr_t begin = pageBegin(image.base + segment.p_vaddr);
    const std::uintptr_t end = image.base + segment.p_vaddr + segment.p_filesz + ::getauxval(AT_PAGESZ) - 1;
    return {reinterpret_cast<char*>(begin), pageBegin(end) - begin};
}

int protection(const ElfW(Phdr) & segment)
{
    return ((segment.p_flags & PF_R) != 0 ? PROT_READ : 0) | ((segment.p_flags & PF_X) != 0 ? PROT_EXEC : 0);
}

Result<void> mapAnew(const Image& image, const ElfW(Phdr) & segment, BorrowedFd file)
{
    const Pages pages = filePages(image, segment);
    if (::mmap(pages.begin, pages.size, protection(segment), MAP_PRIVATE | MAP_FIXED, file.get(),
               static_cast<off_t>(pageBegin(segment.p_offset)))
        == MAP_FAILED)
        return systemFailure("cannot map this program anew");
    return {};
}

/// Between the copy and the move nothing may be written to the segment: no call that could is made.
Result<void> moveToMemory(const Image& image, const ElfW(Phdr) & segment)
{
    const Pages pages = filePages(image, segment);
    void* const copy
        = ::mmap(nullptr, pages.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (copy == MAP_FAILED)
        return systemFailure("cannot get memory for this program's data");
    std::memcpy(copy, pages.begin, pages.size);
    if (::mremap(copy, pages.size, pages.size, MREMAP_MAYMOVE | MREMAP_FIXED, pages.begin) == MAP_FAILED) {
        const int errnum = errno;
        ::munmap(copy, pages.size);
        return systemFailure("cannot move this program's data", errnum);
    }
    return {};
}

/// What the linker wants read-only once it is relocated.
Result<void> protectRelocated(const Image& image, const ElfW(Phdr) & part)
{
    const std::uintptr_t begin = pageBegin(image.base + part.p_vaddr);
    const std::uintptr_t end = pageBegin(image.base + part.p_vaddr + part.p_memsz);
    if (::mprotect(reinterpret_cast<void*>(begin), end - begin, PROT_READ) != 0)
        return systemFailure("cannot protect this program's data");
    return {};
}

Result<void> remap(const Image& image, BorrowedFd file)
{
    for (const auto& segment : image.headers) {
        if (segment.p_type != PT_LOAD)
            continue;
        if ((segment.p_flags & PF_W) != 0)
            TRY(moveToMemory(image, segment));
        else
            TRY(mapAnew(image, segment, file));
    }
    for (const auto& part : image.headers) {
        if (part.p_type == PT_GNU_RELRO)
            TRY(protectRelocated(image, part));
    }
    return {};
}

/// This program, through a mount that nobody can write through and nobody else has. That stays open, as closing it
/// takes the kernel longer than all the rest.
Result<UniqueFd> openThroughOwnMount()
{
    static UniqueFd mount;
    mount = TRY(cloneMount(BorrowedFd{AT_FDCWD}, "/proc/self/exe", false));
    TRY(setMountAttributes(mount.borrow(), MOUNT_ATTR_RDONLY, 0, false, "this program"));
    return open(compose("/proc/self/fd/{}", mount.get()), O_RDONLY);
}

void addSegment(const Image& image, const ElfW(Phdr) & segment, prctl_mm_map& map)
{
    const std::uintptr_t begin = image.base + segment.p_vaddr;
    if ((segment.p_flags & PF_X) != 0) {
        map.start_code = begin;
        map.end_code = begin + segment.p_filesz;
    } else if ((segment.p_flags & PF_W) != 0) {
        map.start_data = begin;
        map.end_data = begin + segment.p_filesz;
        map.start_brk = begin + segment.p_memsz; // below where it really is, which is not known here
    }
}

/// The kernel puts the arguments and, behind them, the environment on the stack: what ps(1) shows.
void addArguments(prctl_mm_map& map)
{
    const auto address = [](const char* text) { return reinterpret_cast<std::uintptr_t>(text); };
    map.start_stack = map.arg_start = address(program_invocation_name);
    map.arg_end = map.arg_start + std::strlen(program_invocation_name) + 1;
    if (environ != nullptr && *environ != nullptr)
        map.arg_end = address(*environ);
    map.env_start = map.env_end = map.arg_end;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
        map.env_end = address(*variable) + std::strlen(*variable) + 1;
}

/// PR_SET_MM_EXE_FILE needs CAP_SYS_RESOURCE. Who lacks it, but has CAP_SYS_ADMIN, sets all that the kernel knows of
/// the memory at once.
Result<void> setProgramFile(const Image& image, BorrowedFd file)
{
    if (::prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, file.get(), 0, 0) == 0)
        return {};
    prctl_mm_map map{};
    for (const auto& segment : image.headers) {
        if (segment.p_type == PT_LOAD)
            addSegment(image, segment, map);
    }
    addArguments(map);
    map.brk = reinterpret_cast<std::uintptr_t>(::sbrk(0));
    map.exe_fd = static_cast<std::uint32_t>(file.get());
    if (::prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0) != 0)
        return systemFailure("cannot change what /proc/self/exe is");
    return {};
}

} // namespace

Result<void> letGoOfProgramFile()
{
    Image image;
    ::dl_iterate_phdr(takeFirst, &image);
    const UniqueFd nothing = TRY(makeMemfd("lamella-runtime"));
    TRY(seal(nothing.borrow()));
    {
        const UniqueFd file = TRY(openThroughOwnMount());
        TRY(remap(image, file.borrow()));
    }
    return setProgramFile(image, nothing.borrow());
}

} // namespace lamella::os

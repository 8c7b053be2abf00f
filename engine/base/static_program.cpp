// SPDX-License-Identifier: GPL-3.0-or-later
// What a program that is linked statically has in place of parts of its C++ library: lamella_static_program() in
// cmake/Lamella.cmake.
#include <cstdlib>
#include <cstring>
#include <exception>
#include <unistd.h>

namespace __gnu_cxx {

/// The library's own takes the demangler of names into the program, a thirtieth of it.
void __verbose_terminate_handler()
{
    const auto say = [](const char* text) {
        [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text, std::strlen(text));
    };
    say("terminated by an exception that nobody caught");
    try {
        if (const auto exception = std::current_exception())
            std::rethrow_exception(exception);
    } catch (const std::exception& exception) {
        say(": ");
        say(exception.what());
    } catch (...) {
    }
    say("\n");
    std::abort();
}

} // namespace __gnu_cxx

// The start-up code of a static program registers its unwind tables, for which all of them are read at each start
// (crtstuff.c of GCC). They have an index too (--eh-frame-hdr), by which they are found when something is thrown.
extern "C" {
void __wrap___register_frame_info(const void*, void*) { }
void* __wrap___deregister_frame_info(const void*)
{
    return nullptr;
}
}

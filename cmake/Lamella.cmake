# SPDX-License-Identifier: GPL-3.0-or-later
# What every target of the project has in common.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(LAMELLA_WERROR "Treat warnings as errors (CI does)" OFF)
set(LAMELLA_SANITIZE "" CACHE STRING "Sanitizers to build with, for example address,undefined")
option(LAMELLA_FUZZ "Build the fuzzers with libFuzzer" OFF)

find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

# What everything is compiled with, also what sanitizers and fuzzers leave as it is.
add_library(lamella_plain_options INTERFACE)
target_include_directories(lamella_plain_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(lamella_plain_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wshadow
    -Wnon-virtual-dtor -Wold-style-cast $<$<BOOL:${LAMELLA_WERROR}>:-Werror>)
target_compile_definitions(lamella_plain_options INTERFACE _GNU_SOURCE)
# As packaged: each start maps the shim anew, so what it does not use is left out of it.
target_compile_options(lamella_plain_options INTERFACE $<$<CONFIG:Release>:-ffunction-sections> $<$<CONFIG:Release>:-fdata-sections>)
target_link_options(lamella_plain_options INTERFACE $<$<CONFIG:Release>:-Wl,--gc-sections> $<$<CONFIG:Release>:-s>)

# What every test finds its programs and files by.
set(LAMELLA_TEST_ENVIRONMENT "LAMELLA_BIN=${CMAKE_BINARY_DIR}/bin" "LAMELLA_SOURCE=${CMAKE_SOURCE_DIR}")

add_library(lamella_instruments INTERFACE)
if(LAMELLA_SANITIZE)
    target_compile_options(lamella_instruments INTERFACE -fsanitize=${LAMELLA_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(lamella_instruments INTERFACE -fsanitize=${LAMELLA_SANITIZE})
    set(suppressions ${CMAKE_SOURCE_DIR}/resources/dev/sanitizers)
    list(APPEND LAMELLA_TEST_ENVIRONMENT LAMELLA_SANITIZED=1 # for tests of what a sanitizer changes
        "LSAN_OPTIONS=suppressions=${suppressions}/lsan.supp:print_suppressions=0"
        "TSAN_OPTIONS=suppressions=${suppressions}/tsan.supp:print_suppressions=0:report_thread_leaks=0:die_after_fork=0")
endif()
if(LAMELLA_FUZZ) # without it a fuzzer does not see where its input leads
    target_compile_options(lamella_instruments INTERFACE -fsanitize=fuzzer-no-link)
endif()
add_library(lamella_options INTERFACE)
target_link_libraries(lamella_options INTERFACE lamella_plain_options lamella_instruments)

add_library(lamella_qt_options INTERFACE)
target_link_libraries(lamella_qt_options INTERFACE lamella_options Qt6::Core)
target_compile_definitions(lamella_qt_options INTERFACE QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_KEYWORDS
    QT_NO_CONTEXTLESS_CONNECT QT_NO_NARROWING_CONVERSIONS_IN_CONNECT QT_DISABLE_DEPRECATED_BEFORE=0x060800)

# lamella_library(NAME [QT] SOURCES file... [LINK target...]): a static library of one folder. Named lamella_<folder>.
function(lamella_library name)
    cmake_parse_arguments(A "QT" "" "SOURCES;LINK" ${ARGN})
    add_library(${name} STATIC ${A_SOURCES})
    if(A_QT)
        set_target_properties(${name} PROPERTIES AUTOMOC ON)
        target_link_libraries(${name} PUBLIC lamella_qt_options ${A_LINK})
    else()
        target_link_libraries(${name} PUBLIC lamella_options ${A_LINK})
    endif()
endfunction()

# What lamella-runtime is made of is compiled to be small: each start reads it anew, and its time is the kernel's.
function(lamella_keep_small)
    add_compile_options($<$<CONFIG:Release>:-Os>)
endfunction()

# lamella_container_program(NAME SOURCES file...): a static program of the C++ library alone that runs inside containers,
# where nothing else is: what sanitizers need, too, is missing there.
function(lamella_container_program name)
    cmake_parse_arguments(A "" "" "SOURCES" ${ARGN})
    add_executable(${name} ${A_SOURCES})
    target_link_libraries(${name} PRIVATE lamella_plain_options)
    target_link_options(${name} PRIVATE -static)
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
endfunction()

# lamella_static_program(NAME SOURCES file... LINK target...): a program without Qt, linked statically (start-up time, and
# nothing of a container can be loaded into it). Sanitizers need the shared C library.
function(lamella_static_program name)
    cmake_parse_arguments(A "" "" "SOURCES;LINK" ${ARGN})
    add_executable(${name} ${A_SOURCES})
    target_link_libraries(${name} PRIVATE lamella_options ${A_LINK})
    if(NOT LAMELLA_SANITIZE)
        target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/engine/base/static_program.cpp)
        target_link_options(${name} PRIVATE -static -Wl,--eh-frame-hdr
            -Wl,--wrap=__register_frame_info -Wl,--wrap=__deregister_frame_info)
        set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    endif()
endfunction()

# Comes last, after -Wconversion: QTRY_COMPARE narrows a duration in our code.
add_library(lamella_test_options INTERFACE)
target_compile_options(lamella_test_options INTERFACE -Wno-conversion)

# lamella_test(NAME LABEL label SOURCES file... [LINK target...] [TIMEOUT seconds] [RESOURCE_LOCK name]): one Qt Test executable per class.
# Labels: unit dbus privileged gui fuzz.
function(lamella_test name)
    cmake_parse_arguments(A "" "LABEL;TIMEOUT;RESOURCE_LOCK" "SOURCES;LINK;ENVIRONMENT" ${ARGN})
    add_executable(${name} ${A_SOURCES})
    set_target_properties(${name} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_link_libraries(${name} PRIVATE lamella_qt_options Qt6::Test ${A_LINK} lamella_test_options)
    add_test(NAME ${A_LABEL}/${name} COMMAND ${name})
    if(NOT A_TIMEOUT)
        set(A_TIMEOUT 120)
    endif()
    set_tests_properties(${A_LABEL}/${name} PROPERTIES LABELS ${A_LABEL} TIMEOUT ${A_TIMEOUT}
        ENVIRONMENT "${LAMELLA_TEST_ENVIRONMENT};${A_ENVIRONMENT}")
    if(A_RESOURCE_LOCK)
        set_tests_properties(${A_LABEL}/${name} PROPERTIES RESOURCE_LOCK ${A_RESOURCE_LOCK})
    endif()
endfunction()

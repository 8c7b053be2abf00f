// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/spec.h"

using namespace lamella;

namespace {

/// Says why, always.
int refused(const Error& error)
{
    if (error.message.empty())
        __builtin_trap();
    return 0;
}

} // namespace

/// A bundle's config.json. What is taken can be written, and says the same when it is read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto spec = oci::parseSpec({reinterpret_cast<const char*>(data), size});
    if (!spec)
        return refused(spec.error());
    const std::string written = oci::serializeSpec(*spec);
    const auto again = oci::parseSpec(written);
    if (!again || oci::serializeSpec(*again) != written)
        __builtin_trap();
    return 0;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/os/file.h"
#include "engine/runtime/cli/commands.h"
#include "engine/runtime/cli/spec_template.h"

namespace lamella::runtime::cli {

Result<int> specCommand(const Options& options)
{
    const oci::Spec spec = options.rootlessSpec ? rootlessTemplate(::geteuid(), ::getegid()) : specTemplate();
    const std::filesystem::path path = options.bundle / "config.json";
    auto file = os::open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (!file && file.error().errnum == EEXIST)
        return failure(ErrorKind::AlreadyExists, compose("File {} exists. Remove it first", path.native()));
    const UniqueFd created = TRY(std::move(file));
    TRY(os::writeAll(created.borrow(), oci::serializeSpec(spec) + "\n", path.native()));
    return 0;
}

} // namespace lamella::runtime::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/bind.h"

#include "engine/os/file.h"
#include "engine/os/mount.h"

namespace lamella::rootfs {

Result<Bind> makeBind(const oci::Mount& mount, const oci::MountOptions& options, const std::filesystem::path& bundle)
{
    const std::filesystem::path source = bundle / mount.source;
    const UniqueFd file = TRY(os::open(source, O_PATH));
    const struct stat info = TRY(os::status(file.borrow(), source.native()));
    Bind bind{TRY(os::cloneMount(file.borrow(), "", options.recursive)), S_ISDIR(info.st_mode)};
    if (options.set != 0 || options.clear != 0)
        TRY(os::setMountAttributes(bind.mount.borrow(), options.set, options.clear, options.recursiveReadonly,
                                   source.native()));
    return bind;
}

} // namespace lamella::rootfs

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"
#include "engine/layer/open_path.h"
#include "engine/layer/tar_entry.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace lamella::layer {

class LayerRecorder;
class TarReader;

/// What a layer became on disk.
struct Extracted {
    Bytes size; ///< of the files' data
    std::uint64_t entries = 0;
    std::vector<std::string>
        opaque; ///< directories that hide what lies below: trusted.overlay.opaque is still to be set
    std::vector<std::string> implied; ///< directories that no member spoke of: made with mode 0755, owned by root
};

/// When the disk is to have what is unpacked.
enum class WriteOut {
    Soon, ///< somebody is about to wait for it: the disk begins at once with what is large
    Whenever, ///< when the kernel finds time for it
};

/// Puts the members of a layer's archive into a directory, as overlay reads it: whiteouts become 0/0 character devices
/// (image-spec, layer.md, "Whiteouts"). Works by descriptors alone and follows no symlink, in the archive or outside.
/// Nobody else may write to the directory meanwhile. Needs CAP_CHOWN, CAP_FOWNER, CAP_FSETID, CAP_DAC_OVERRIDE,
/// CAP_MKNOD, CAP_SETFCAP, and a umask of 0; the attribute of opaque directories would need CAP_SYS_ADMIN and is left
/// to the caller.
class Extractor {
public:
    /// `recorder` is told of everything, if there is one.
    explicit Extractor(BorrowedFd root, LayerRecorder* recorder = nullptr, WriteOut writeOut = WriteOut::Soon);

    /// Unpacks one member, whose data `reader` still has to give.
    /// Errors: InvalidArgument (a name that would leave the layer, a link to what is not there), LimitExceeded (too
    /// many directories that hide something or that no member spoke of), NoSpace, Failed.
    Result<void> add(const TarEntry& entry, TarReader& reader);

    /// Sets the times of directories, last of all.
    Result<Extracted> finish();

private:
    struct Place {
        BorrowedFd parent;
        std::string name;
        std::string path;
        gid_t group; ///< that is given to what is made here
    };

    Result<Place> place(const std::string& path);
    Result<void> makeImplied(BorrowedFd parent, const std::string& name, const std::string& path);
    Result<void> addWhiteout(const Place& place);
    void beginWriting(BorrowedFd file, const TarEntry& entry) const;
    Result<void> addFile(const Place& place, const TarEntry& entry, TarReader& reader);
    Result<void> addDirectory(const Place& place, const TarEntry& entry);
    Result<void> addHardLink(const Place& place, const TarEntry& entry);
    Result<void> addSymlink(const Place& place, const TarEntry& entry);
    Result<void> addNode(const Place& place, const TarEntry& entry);
    static Result<void> setAttributes(BorrowedFd file, const TarEntry& entry, const struct stat& is);
    Result<void> setLinkAttributes(const Place& place, const TarEntry& entry) const;
    Result<void> setDirectory(OpenPath::Directory& directory, const std::string& path, const TarEntry& entry);
    Result<void> setRoot(const TarEntry& entry);
    Result<void> remember(std::set<std::string>& directories, const std::string& path);
    Result<void> rememberDefaultAcl(const std::string& path, const std::string& value);
    void forgetDefaultAcl(const std::string& path);
    void forgetDefaultAcls(const std::string& path);
    Result<void> setDefaultAcls() const;
    Result<void> remembered(std::size_t bytes);
    template <class Make>
    Result<void> makeInPlace(const Place& place, Make make);

    BorrowedFd m_root;
    LayerRecorder* m_recorder;
    WriteOut m_writeOut;
    uid_t m_user; ///< whose is what we make
    gid_t m_group;
    OpenPath m_directories;
    Bytes m_size;
    std::uint64_t m_entries = 0;
    std::set<std::string> m_opaque;
    std::set<std::string> m_implied;
    std::map<std::string, std::string> m_defaultAcls; ///< by the directory's path
    std::size_t m_remembered = 0; ///< bytes of all of them
};

} // namespace lamella::layer

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/text_hunks.h"

#include <git2.h>

#include <memory>

namespace lamella::models {
namespace {

class GitLibrary {
public:
    GitLibrary() { git_libgit2_init(); }
    ~GitLibrary() { git_libgit2_shutdown(); }
    Q_DISABLE_COPY_MOVE(GitLibrary)
};

using Patch = std::unique_ptr<git_patch, decltype(&git_patch_free)>;

QString lastGitError()
{
    const git_error* error = git_error_last();
    return error ? QString::fromUtf8(error->message) : QString();
}

Patch patchOf(const QByteArray& left, const QByteArray& right)
{
    git_diff_options options;
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.flags = GIT_DIFF_FORCE_TEXT | GIT_DIFF_INDENT_HEURISTIC;
    options.context_lines = 0;
    git_patch* patch = nullptr;
    git_patch_from_buffers(&patch, left.constData(), static_cast<std::size_t>(left.size()), nullptr, right.constData(),
                           static_cast<std::size_t>(right.size()), nullptr, &options);
    return {patch, &git_patch_free};
}

/// A hunk counts from 1, and one of no lines names the line before it.
TextHunk textHunk(const git_diff_hunk& hunk)
{
    return {hunk.old_lines > 0 ? hunk.old_start - 1 : hunk.old_start, hunk.old_lines,
            hunk.new_lines > 0 ? hunk.new_start - 1 : hunk.new_start, hunk.new_lines};
}

} // namespace

std::expected<std::vector<TextHunk>, QString> textHunks(const QByteArray& left, const QByteArray& right)
{
    const GitLibrary library;
    const Patch patch = patchOf(left, right);
    if (!patch)
        return std::unexpected(lastGitError());
    std::vector<TextHunk> hunks;
    for (std::size_t i = 0; i < git_patch_num_hunks(patch.get()); ++i) {
        const git_diff_hunk* hunk = nullptr;
        if (git_patch_get_hunk(&hunk, nullptr, patch.get(), i) != 0)
            return std::unexpected(lastGitError());
        hunks.push_back(textHunk(*hunk));
    }
    return hunks;
}

} // namespace lamella::models

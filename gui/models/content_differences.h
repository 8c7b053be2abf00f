// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QByteArray>
#include <QHash>

#include <optional>
#include <vector>

namespace lamella::models {

/// How many bytes of each changed file are others than the image's: where that follows from the change, and where they
/// were counted.
class ContentDifferences {
public:
    enum class State {
        None, ///< it is no file, or it was deleted
        Awaited, ///< they have not been counted yet
        Unknown, ///< they could not be counted
        Known,
    };
    struct Answer {
        State state = State::None;
        quint64 bytes = 0; ///< where they are known

        friend bool operator==(const Answer&, const Answer&) = default;
    };

    /// As many files as are remembered; of others it is not known.
    static constexpr qsizetype kMostRemembered = 20'000;

    /// What was counted last stays until the file as it is now has been.
    Answer of(const client::ChangeEntry& entry) const;
    /// Whether only counting tells, and this file has not been counted as it is now.
    bool isDue(const client::ChangeEntry& entry) const;
    /// What was counted of a file that was like this; nothing: it could not be.
    void set(const client::ChangeEntry& entry, std::optional<quint64> bytes);
    /// Forgets all but these, which makes room for others.
    void keepOnly(const std::vector<client::ChangeEntry>& entries);
    /// No more can be counted: until clear(), what has not been is not known.
    void giveUp() { m_isGivenUp = true; }
    void clear();

private:
    struct Counted {
        quint64 size = 0;
        quint64 timeUsec = 0;
        std::optional<quint64> bytes;
    };

    bool takesMore() const { return !m_isGivenUp && m_counted.size() < kMostRemembered; }

    QHash<QByteArray, Counted> m_counted; ///< by path
    bool m_isGivenUp = false;
};

/// The path as it is in bytes.
QByteArray bytesOfPath(const client::ChangeEntry& entry);

/// What a cell says: "37 B", "…", "not known".
QString differenceText(ContentDifferences::Answer answer);
/// The whole sentence: "37 of 5,242,880 bytes differ from the image's file."
QString differenceSentence(const client::ChangeEntry& entry, ContentDifferences::Answer answer);

} // namespace lamella::models

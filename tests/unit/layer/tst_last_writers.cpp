// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/change_gatherer.h"
#include "engine/layer/last_writers.h"

#include <QTest>

#include <format>

using namespace lamella::layer;
using namespace std::chrono_literals;

namespace {

LiveChange changeOf(std::string path, std::uint32_t kinds, const std::string& by, std::string from = {})
{
    static std::chrono::microseconds time{};
    return {std::move(path), kinds, std::move(from), Writer{7, 2, by}, ++time};
}

std::string summary(const LiveChanges& changes)
{
    std::string text;
    for (const LiveChange& change : changes.changes)
        text += std::format("{}{} {} {}\n", change.from.empty() ? "" : change.from + ">", change.path, change.kinds,
                            change.writer.name);
    return text;
}

} // namespace

/// What is known of changes that were seen live: put together for a moment, and kept.
class LastWritersTest : public QObject {
    Q_OBJECT

    static LiveChanges gathered(const std::vector<LiveChange>& changes)
    {
        ChangeGatherer gatherer;
        for (const LiveChange& change : changes)
            gatherer.add(change);
        return gatherer.take();
    }

    static std::string find(const LastWriters& writers, const std::string& path)
    {
        const auto found = writers.find(path);
        return found ? std::format("{} {}{}", found->writer.name, found->kinds,
                                   found->from.empty() ? "" : " from " + found->from)
                     : "nothing";
    }

private Q_SLOTS:
    void aPathIsToldOnce()
    {
        const auto changes
            = gathered({changeOf("/a", LiveChange::Created, "sh"), changeOf("/b", LiveChange::Deleted, "rm"),
                        changeOf("/a", LiveChange::Written, "cat"), changeOf("/a", LiveChange::Attributes, "chmod")});
        QCOMPARE(summary(changes), "/a 7 chmod\n/b 8 rm\n");
        QCOMPARE(changes.changes[0].time, changes.changes[1].time + 2us);
        QVERIFY(!changes.rescan);
    }

    void aNameThatIsUsedAgainStandsBehindTheRenaming()
    {
        QCOMPARE(summary(gathered({changeOf("/log", LiveChange::Written, "one"),
                                   changeOf("/log.1", LiveChange::Renamed, "mv", "/log"),
                                   changeOf("/log", LiveChange::Created, "two")})),
                 "/log 2 one\n/log>/log.1 16 mv\n/log 1 two\n");
    }

    void tooManyPathsAreARescan()
    {
        ChangeGatherer gatherer;
        for (int i = 0; i < 5000; ++i)
            gatherer.add(changeOf(std::format("/{}", i), LiveChange::Created, "sh"));
        QVERIFY(!gatherer.isEmpty());
        const auto changes = gatherer.take();
        QCOMPARE(changes.changes.size(), 4096u);
        QVERIFY(changes.rescan);
        QVERIFY(changes.lost);
        QVERIFY(gatherer.isEmpty());
        QVERIFY(!gatherer.take().rescan);
    }

    void aNameThatIsMadeAgainWasNotRenamed()
    {
        const auto changes
            = gathered({changeOf("/b", LiveChange::Renamed, "mv", "/a"), changeOf("/b", LiveChange::Deleted, "rm"),
                        changeOf("/b", LiveChange::Created, "sh")});
        QCOMPARE(summary(changes), "/a>/b 24 rm\n/b 1 sh\n");
        LastWriters writers;
        writers.take(changes);
        QCOMPARE(find(writers, "/b"), "sh 1");
        QCOMPARE(find(writers, "/a"), "rm 8");
    }

    // Somebody else may have changed anything.
    void nothingIsKeptWhereEventsWereLost()
    {
        ChangeGatherer gatherer;
        LastWriters writers;
        writers.take(gathered({changeOf("/a", LiveChange::Created, "sh")}));
        gatherer.addUnknown();
        writers.take(gatherer.take());
        QCOMPARE(find(writers, "/a"), "sh 1");
        gatherer.add(changeOf("/b", LiveChange::Created, "sh"));
        gatherer.addLost();
        writers.take(gatherer.take());
        QCOMPARE(find(writers, "/a"), "nothing");
        QCOMPARE(find(writers, "/b"), "nothing");
    }

    void theLastOneIsKept()
    {
        LastWriters writers;
        writers.take(gathered({changeOf("/a", LiveChange::Created, "sh"), changeOf("/b", LiveChange::Created, "sh")}));
        writers.take(gathered({changeOf("/a", LiveChange::Written, "cat"), changeOf("/b", LiveChange::Deleted, "rm")}));
        QCOMPARE(find(writers, "/a"), "cat 2");
        QCOMPARE(find(writers, "/b"), "rm 8");
        QCOMPARE(find(writers, "/c"), "nothing");
    }

    void aRenamedFileKnowsItsFirstName()
    {
        LastWriters writers;
        writers.take(
            gathered({changeOf("/b", LiveChange::Renamed, "mv", "/a"), changeOf("/c", LiveChange::Renamed, "mv", "/b"),
                      changeOf("/c", LiveChange::Written, "cat")}));
        QCOMPARE(find(writers, "/c"), "cat 18 from /a");
        QCOMPARE(find(writers, "/a"), "mv 8");
        writers.take(gathered({changeOf("/a", LiveChange::Renamed, "mv", "/c")}));
        QCOMPARE(find(writers, "/a"), "mv 16");
        writers.take(gathered({changeOf("/x", LiveChange::Renamed, "mv", "/a")}));
        writers.take(gathered({changeOf("/x", LiveChange::Deleted | LiveChange::Created, "sh")}));
        QCOMPARE(find(writers, "/x"), "sh 9");
    }

    void whatIsBelowGoesWithItsDirectory()
    {
        LastWriters writers;
        writers.take(
            gathered({changeOf("/d/f", LiveChange::Created, "sh"), changeOf("/d/e/g", LiveChange::Created, "sh"),
                      changeOf("/d2/h", LiveChange::Created, "sh"),
                      changeOf("/new", LiveChange::Renamed | LiveChange::Directory, "mv", "/d")}));
        QCOMPARE(find(writers, "/new/f"), "sh 1");
        QCOMPARE(find(writers, "/new/e/g"), "sh 1");
        QCOMPARE(find(writers, "/d/f"), "nothing");
        QCOMPARE(find(writers, "/d2/h"), "sh 1");
    }

    void theOldestGoFirst()
    {
        LastWriters writers;
        for (int round = 0; round < 30; ++round) {
            std::vector<LiveChange> changes;
            for (int i = 0; i < 1000; ++i)
                changes.push_back(changeOf(std::format("/{}/{}", round, i), LiveChange::Created, "sh"));
            changes.push_back(changeOf("/log", LiveChange::Written, "sh"));
            writers.take(gathered(changes));
        }
        QCOMPARE(find(writers, "/0/0"), "nothing");
        QCOMPARE(find(writers, "/29/999"), "sh 1");
        QCOMPARE(find(writers, "/20/0"), "sh 1");
        QCOMPARE(find(writers, "/log"), "sh 2");
    }

    // One file that is written to again and again takes nobody's place.
    void aBusyFileTakesOnePlace()
    {
        LastWriters writers;
        const std::string name(2000, 'x');
        writers.take(gathered({changeOf("/first", LiveChange::Created, "sh")}));
        for (int i = 0; i < 20'000; ++i)
            writers.take(gathered({changeOf("/" + name, LiveChange::Written, "sh")}));
        QCOMPARE(find(writers, "/first"), "sh 1");
    }
};

QTEST_GUILESS_MAIN(LastWritersTest)
#include "tst_last_writers.moc"

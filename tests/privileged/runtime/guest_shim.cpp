// SPDX-License-Identifier: GPL-3.0-or-later
// lamella-shim on a kernel that has cgroup v2 only, spoken to as a helper does (engine/shim/protocol.h).
#include "engine/os/file.h"
#include "engine/os/process.h"
#include "engine/os/socket.h"
#include "engine/shim/exit_record.h"
#include "engine/shim/protocol.h"
#include "guest_bundle.h"

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <unistd.h>

using nlohmann::json;

namespace lamella::test {

namespace {

/// A spawned shim; killed where a check ends before it does.
class Shim {
public:
    static Result<Shim> spawn(const GuestBundle& bundle)
    {
        TRY(bundle.write());
        os::SocketPair ends = TRY(os::makeSocketPair(SOCK_SEQPACKET));
        const std::string directory = bundle.directory();
        std::vector<std::string> words{"lamella-shim",     "--id",   bundle.name(),      "--bundle",
                                       directory,          "--run",  directory + "/run", "--log",
                                       directory + "/log", "--exit", directory + "/exit"};
        std::vector<char*> arguments;
        for (std::string& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        os::Child child = TRY(os::clone(0));
        if (child.pid == 0) {
            ::dup2(ends.second.get(), shim::kFirstConnection);
            ::execv("/programs/lamella-shim", arguments.data());
            ::_exit(127);
        }
        return Shim{std::move(child.pidfd), std::move(ends.first)};
    }
    Shim(Shim&&) = default;
    Shim& operator=(Shim&&) = delete;
    ~Shim()
    {
        if (!m_pidfd)
            return;
        std::ignore = os::sendSignal(m_pidfd.borrow(), SIGKILL);
        std::ignore = os::waitFor(m_pidfd.borrow());
    }

    /// The next message that has this member with this value; others are passed over.
    Result<json> next(const std::string& member, const json& value) const
    {
        for (;;) {
            pollfd ready{m_connection.get(), POLLIN, 0};
            if (::poll(&ready, 1, 30'000) != 1)
                return failure(ErrorKind::Failed, "the shim says nothing more");
            const auto message = TRY(shim::receive(m_connection.borrow()));
            if (!message)
                return failure(ErrorKind::Failed, "the shim is gone");
            if (message->body.value("event", "") == "failed")
                return failure(ErrorKind::Failed, message->body.dump());
            if (message->body.contains(member) && message->body[member] == value)
                return message->body;
        }
    }
    Result<json> ask(json request)
    {
        request["serial"] = ++m_serial;
        TRY(shim::send(m_connection.borrow(), request));
        json reply = TRY(next("serial", m_serial));
        if (!reply.contains("ok"))
            return failure(ErrorKind::Failed, reply.dump());
        return reply["ok"];
    }
    bool ends() const { return os::waitUntilEnded(m_pidfd.borrow(), std::chrono::seconds{30}).value_or(false); }

private:
    Shim(UniqueFd pidfd, UniqueFd connection)
        : m_pidfd(std::move(pidfd))
        , m_connection(std::move(connection))
    {
    }

    UniqueFd m_pidfd;
    UniqueFd m_connection;
    unsigned m_serial = 0;
};

Result<void> expectNothingLeft(const GuestBundle& bundle)
{
    EXPECT_EQUAL(bundle.leftovers(), "");
    EXPECT(!std::filesystem::exists(bundle.directory() + "/run"));
    return {};
}

Result<void> shimKeepsOneContainer()
{
    GuestBundle bundle = TRY(GuestBundle::make("kept"));
    bundle.setScript("echo up; trap 'exit 3' TERM; while :; do usleep 10000; done");
    Shim shim = TRY(Shim::spawn(bundle));
    const json started = TRY(shim.next("event", "started"));
    EXPECT(started["pid"] > 1 && started["steps"].size() > 5);
    EXPECT_SOON(slurp(bundle.directory() + "/log").ends_with(" stdout F up\n"));
    TRY(shim.ask({{"request", "pause"}}));
    EXPECT(bundle.cgroupFile("cgroup.events").contains("frozen 1"));
    EXPECT(TRY(shim.ask({{"request", "state"}}))["paused"] == true);
    TRY(shim.ask({{"request", "resume"}}));
    oci::Process process = bundle.spec.process;
    process.args = {"/bin/sh", "-c", "grep -q '^0::/$' /proc/self/cgroup && exit 5"};
    const json exec = TRY(shim.ask({{"request", "exec"}, {"process", json::parse(oci::serializeProcess(process))}}));
    EXPECT(TRY(shim.next("event", "exec-exited"))["status"] == 5);
    TRY(shim.ask({{"request", "kill"}, {"signal", SIGTERM}, {"all", false}}));
    const json exited = TRY(shim.next("event", "exited"));
    EXPECT(exited["status"] == 3 && exited["oom"] == false);
    EXPECT(shim.ends());
    const auto record = TRY(shim::readExitRecord(bundle.directory() + "/exit"));
    EXPECT(record.status == 3 && record.finished.count() == exited["finished_usec"]);
    return expectNothingLeft(bundle);
}

Result<void> shimTellsOfTooMuchMemory()
{
    GuestBundle bundle = TRY(GuestBundle::make("shimhog"));
    bundle.spec.linux.resources.memory.limit = 24 << 20;
    bundle.spec.linux.resources.memory.swap = 24 << 20;
    bundle.setScript("exec payload memory 100");
    Shim shim = TRY(Shim::spawn(bundle));
    const json exited = TRY(shim.next("event", "exited"));
    EXPECT(exited["status"] == 137 && exited["signal"] == SIGKILL && exited["oom"] == true);
    EXPECT(shim.ends());
    EXPECT(TRY(shim::readExitRecord(bundle.directory() + "/exit")).oom);
    return expectNothingLeft(bundle);
}

} // namespace

std::vector<Check> shimChecks()
{
    return {{"shimKeepsOneContainer", shimKeepsOneContainer}, {"shimTellsOfTooMuchMemory", shimTellsOfTooMuchMemory}};
}

} // namespace lamella::test

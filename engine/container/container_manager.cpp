// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/container_manager.h"

#include "engine/base/log.h"
#include "engine/container/container_overlay.h"
#include "engine/container/layer_stack.h"
#include "engine/container/manager_private.h"
#include "engine/container/names.h"
#include "engine/container/records.h"
#include "engine/oci/seccomp_profile.h"
#include "engine/os/file.h"
#include "engine/runtime/seccomp.h"

#include <QMetaObject>

#include <QPointer>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fcntl.h>
#include <format>
#include <sys/random.h>

namespace lamella::container {

namespace {

constexpr std::size_t kMaxUserFile = 1 << 20;
constexpr std::chrono::seconds kRequestTimeout{30};
constexpr int kBackgroundThreads = 2;

Result<oci::Seccomp> readProfile(const std::filesystem::path& file)
{
    const std::string text = TRY(os::readFile(file));
    return oci::resolveProfile(text, defaultCapabilities());
}

/// A file that an image need not have.
Result<std::string> readOptional(const LayerStack& layers, const std::string& path)
{
    auto text = layers.readFile(path, kMaxUserFile);
    if (!text && text.error().kind == ErrorKind::NotFound)
        return std::string{};
    return text;
}

} // namespace

ContainerManager::Private::Private(ContainerManager& owner, db::Database& data, image::ImageStore& store,
                                   Directories where, TrashSettings trashSettings)
    : q(owner)
    , database(data)
    , images(store)
    , directories(std::move(where))
    , files(directories.root, directories.run)
    , machine(Machine::here())
    , trash(data, store, files, std::move(trashSettings))
{
    writer.setMaxThreadCount(1);
    background.setMaxThreadCount(kBackgroundThreads);
    removals.setMaxThreadCount(kBackgroundThreads);
    if (auto program = loadShimProgram(directories.programs / "lamella-shim"))
        shimProgram = std::move(*program);
    else
        log::error("{}", program.error().message);
}

ContainerManager::Private::~Private()
{
    for (auto& [id, one] : entries)
        one.link.reset();
    background.waitForDone();
    removals.waitForDone();
    writer.waitForDone();
}

Entry* ContainerManager::Private::entry(const std::string& id)
{
    const auto found = entries.find(id);
    return found == entries.end() ? nullptr : &found->second;
}

Result<Entry*> ContainerManager::Private::known(const std::string& id)
{
    Entry* found = entry(id);
    if (found == nullptr || found->removing)
        return failure(ErrorKind::NotFound, std::format("there is no container {}", id.substr(0, 64)));
    return found;
}

Result<Entry*> ContainerManager::Private::running(const std::string& id)
{
    Entry* found = TRY(known(id));
    const State state = found->container.state;
    if (!found->link || (state != State::Running && state != State::Paused))
        return failure(ErrorKind::WrongState, std::format("the container {} does not run", found->container.name));
    return found;
}

void ContainerManager::Private::update(Entry& entry)
{
    const std::string id = entry.container.id;
    writer.start([this, id, document = documentOf(entry.container)] {
        if (auto written = updateDocument(database, id, document); !written)
            log::error("the state of the container {} cannot be written: {}", id, written.error().message);
    });
    Q_EMIT q.changed(id);
}

void ContainerManager::Private::run(QThreadPool& pool, std::function<Result<void>()> work,
                                    std::function<void(Result<void>)> done)
{
    pool.start([this, work = std::move(work), done = std::move(done)] {
        auto result = work();
        QMetaObject::invokeMethod(&q, [done, result] { done(result); }, Qt::QueuedConnection);
    });
}

void ContainerManager::Private::ask(const std::string& id, nlohmann::json body, Reply<void> reply)
{
    auto found = running(id);
    if (!found)
        return reply(std::unexpected(std::move(found).error()));
    (*found)->link->request(std::move(body), kRequestTimeout, [reply = std::move(reply)](Result<shim::Message> answer) {
        reply(answer.transform([](const shim::Message&) { }));
    });
}

Result<oci::Seccomp> ContainerManager::Private::seccomp()
{
    if (!profile)
        profile = TRY(readProfile(directories.seccompProfile));
    return *profile;
}

/// What the first start after a boot would wait for. Every container has the same filter.
void ContainerManager::Private::compileSeccomp()
{
    run(
        background,
        [file = directories.seccompProfile]() -> Result<void> {
            const oci::Seccomp seccomp = TRY(readProfile(file));
            TRY(runtime::cachedSeccomp(seccomp, runtime::kSeccompCache));
            return {};
        },
        [](const Result<void>& compiled) {
            if (!compiled)
                log::error("the seccomp profile cannot be compiled: {}", compiled.error().message);
        });
}

Result<LayerStack> ContainerManager::Private::layerStack(const image::Image& image,
                                                         const std::filesystem::path& upper) const
{
    std::vector<std::filesystem::path> fromTop = images.layerDirectories(image);
    std::ranges::reverse(fromTop);
    if (!upper.empty())
        fromTop.insert(fromTop.begin(), upper);
    return LayerStack::open(fromTop);
}

Result<ResolvedUser> ContainerManager::Private::lookUpUser(const std::string& user, const image::Image& image,
                                                           const std::filesystem::path& upper) const
{
    const LayerStack layers = TRY(layerStack(image, upper));
    const std::string passwd = TRY(readOptional(layers, "/etc/passwd"));
    const std::string group = TRY(readOptional(layers, "/etc/group"));
    return resolveUser(user, passwd, group, kIdCount);
}

Result<void> ContainerManager::Private::checkNameIsFree(uid_t owner, const std::string& name) const
{
    TRY(checkName(name));
    const bool taken = std::ranges::any_of(entries, [&](const auto& one) {
        return !one.second.removing && one.second.container.owner == owner && one.second.container.name == name;
    });
    if (taken)
        return failure(ErrorKind::AlreadyExists, std::format("there is a container '{}' already", name));
    return {};
}

Result<std::string> ContainerManager::Private::chooseName(uid_t owner) const
{
    constexpr int kAttempts = 100;
    for (int i = 0; i < kAttempts; ++i) {
        std::uint64_t random = 0;
        if (::getrandom(&random, sizeof random, 0) != static_cast<ssize_t>(sizeof random))
            break;
        std::string name = makeUpName(random);
        if (checkNameIsFree(owner, name))
            return name;
    }
    return failure(ErrorKind::Failed, "no name could be made up: give one");
}

std::size_t ContainerManager::Private::countOf(uid_t owner) const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(entries, [owner](const auto& one) { return one.second.container.owner == owner; }));
}

Result<void> ContainerManager::Private::checkCount(uid_t owner) const
{
    if (countOf(owner) >= kMaxContainersOfOneUser)
        return failure(ErrorKind::LimitExceeded,
                       std::format("you have {} containers already: remove some first", kMaxContainersOfOneUser));
    return {};
}

Result<void> ContainerManager::Private::checkRequest(const CreateRequest& request) const
{
    TRY(checkLimits(request, machine));
    TRY(checkCommand(request.command));
    TRY(checkEnvironment(request.env));
    if (request.hostname)
        TRY(checkHostname(*request.hostname));
    if (request.workingDir)
        TRY(checkWorkingDirectory(*request.workingDir));
    return checkCount(request.owner);
}

Result<oci::Process> ContainerManager::Private::execProcess(Entry& entry, const ExecRequest& request)
{
    TRY(checkCommand(request.command));
    TRY(checkEnvironment(request.env));
    if (request.command.empty() || request.command.front().empty())
        return failure(ErrorKind::InvalidArgument, "there is no command to run");
    if (request.workingDir)
        TRY(checkWorkingDirectory(*request.workingDir));
    if (!entry.process) {
        const std::string config = TRY(os::readFile(files.config(entry.container.id)));
        entry.process = TRY(oci::parseSpec(config)).process;
    }
    std::optional<ResolvedUser> user;
    if (request.user) {
        const image::Image image = TRY(images.find(entry.container.owner, entry.container.imageId));
        user = TRY(lookUpUser(*request.user, image, files.upper(entry.container.id)));
    }
    return makeExecProcess(*entry.process, request, user);
}

ContainerManager::ContainerManager(db::Database& database, image::ImageStore& images, Directories directories,
                                   TrashSettings trash)
    : d(std::make_unique<Private>(*this, database, images, std::move(directories), std::move(trash)))
{
}

ContainerManager::~ContainerManager() = default;

std::vector<std::string> ContainerManager::ids() const
{
    std::vector<std::string> all;
    for (const auto& [id, one] : d->entries) {
        if (!one.removing)
            all.push_back(id);
    }
    return all;
}

const Container* ContainerManager::find(const std::string& id) const
{
    const auto found = d->known(id);
    return found ? &(*found)->container : nullptr;
}

Result<std::string> ContainerManager::create(const CreateRequest& request)
{
    TRY(d->checkRequest(request));
    if (!request.name.empty())
        TRY(d->checkNameIsFree(request.owner, request.name));
    const image::Image image = TRY(d->images.find(request.owner, request.image));
    TRY(image::checkRunsHere(image.platform));
    if (!d->images.isReady(image))
        return failure(ErrorKind::Busy, "the files of the image are still being written: try again in a moment");

    Container container;
    container.id = TRY(makeId());
    container.name = request.name.empty() ? TRY(d->chooseName(request.owner)) : request.name;
    container.owner = request.owner;
    container.imageId = image.id;
    container.imageName = request.image;
    container.command = TRY(commandOf(image, request.command));
    TRY(checkCommand(container.command)); // the image's part of it as well
    container.stopSignal = TRY_WITHIN("the image's stop signal", stopSignalOf(image));
    container.created = sinceEpoch();
    container.cgroupPath = d->directories.cgroupParent + "/" + container.id;
    container.request = request;
    container.request.name = container.name;
    container.request.hostname = request.hostname.value_or(container.id.substr(0, 12));
    container.request.workingDir = request.workingDir.value_or(image.workingDir.empty() ? "/" : image.workingDir);
    container.request.user = request.user.value_or(image.user);
    const IdRange ids = TRY(rangeOf(d->database, request.owner));
    container.hostUidBase = ids.base;
    container.hostUidCount = ids.count;

    auto layers = d->images.layerDirectories(image);
    std::ranges::reverse(layers);
    layers.push_back(d->files.skeleton());
    const auto user = TRY(d->lookUpUser(*container.request.user, image, {}));
    const auto seccomp = TRY(d->seccomp());
    const oci::Spec spec = TRY(makeSpec({.id = container.id,
                                         .image = image,
                                         .request = container.request,
                                         .user = user,
                                         .ids = ids,
                                         .directory = d->files.directory(container.id),
                                         .layersRoot = d->files.root(),
                                         .lower = std::move(layers),
                                         .initProgram = d->directories.programs / "lamella-init",
                                         .cgroupsPath = container.cgroupPath,
                                         .seccomp = seccomp}));
    TRY(d->files.prepare());
    TRY(d->files.make(container.id, oci::serializeSpec(spec), etcFiles(spec.hostname), ids));
    if (auto inserted = insertContainer(d->database, container); !inserted) {
        if (auto aside = d->files.setAside(container.id)) [[maybe_unused]]
            auto discarded = d->files.discard(container.id);
        return std::unexpected(std::move(inserted).error());
    }
    const std::string id = container.id;
    d->entries[id].container = std::move(container);
    Q_EMIT added(id);
    // What is in the trash counts, but keeps nobody from making something new.
    d->trash.keepNewest(request.owner, kMaxContainersOfOneUser - d->countOf(request.owner));
    return id;
}

Result<void> ContainerManager::rename(const std::string& id, const std::string& name)
{
    Entry* entry = TRY(d->known(id));
    if (entry->container.name == name)
        return {};
    TRY(d->checkNameIsFree(entry->container.owner, name));
    TRY(renameContainer(d->database, id, name));
    entry->container.name = name;
    entry->container.request.name = name;
    Q_EMIT changed(id);
    return {};
}

void ContainerManager::kill(const std::string& id, int signal, bool all, Reply<void> reply)
{
    d->ask(id, {{"request", "kill"}, {"signal", static_cast<unsigned>(signal)}, {"all", all}}, std::move(reply));
}

void ContainerManager::pause(const std::string& id, Reply<void> reply)
{
    d->ask(id, {{"request", "pause"}}, std::move(reply));
}

void ContainerManager::resume(const std::string& id, Reply<void> reply)
{
    d->ask(id, {{"request", "resume"}}, std::move(reply));
}

void ContainerManager::resize(const std::string& id, std::uint16_t rows, std::uint16_t columns, Reply<void> reply)
{
    d->ask(id, {{"request", "resize"}, {"rows", rows}, {"columns", columns}}, std::move(reply));
}

void ContainerManager::hangUp(const std::string& id, unsigned exec)
{
    // A program that has ended meanwhile needs no hanging up.
    d->ask(id, {{"request", "hangup"}, {"exec", exec}}, [](const Result<void>&) { });
}

void ContainerManager::exec(const std::string& id, const ExecRequest& request, Reply<ExecReply> reply)
{
    auto entry = d->running(id);
    auto process = entry.and_then([&](Entry* one) { return d->execProcess(*one, request); });
    if (!process)
        return reply(std::unexpected(std::move(process).error()));
    nlohmann::json body{{"request", "exec"},
                        {"process", nlohmann::json::parse(oci::serializeProcess(*process), nullptr, false)}};
    (*entry)->link->request(
        std::move(body), kRequestTimeout,
        [this, id, reply = std::move(reply), command = request.command.front()](Result<shim::Message> answer) {
            if (!answer && answer.error().kind == ErrorKind::NotFound)
                answer
                    = failure(ErrorKind::NotFound, std::format("there is no command '{}' in the container", command));
            if (!answer)
                return reply(std::unexpected(std::move(answer).error()));
            const unsigned exec = answer->body.value("exec", 0u);
            if (Entry* found = d->entry(id))
                found->execs.insert(exec);
            reply(ExecReply{exec, answer->body.value("pid", 0), std::move(answer->descriptors)});
        });
}

void ContainerManager::attach(const std::string& id, Reply<UniqueFd> reply)
{
    auto entry = d->running(id);
    if (!entry)
        return reply(std::unexpected(std::move(entry).error()));
    (*entry)->link->request({{"request", "attach"}}, kRequestTimeout,
                            [reply = std::move(reply)](Result<shim::Message> answer) {
                                if (!answer)
                                    return reply(std::unexpected(std::move(answer).error()));
                                if (answer->descriptors.size() != 1)
                                    return reply(failure(ErrorKind::Failed, "the shim gave no stream"));
                                reply(std::move(answer->descriptors.front()));
                            });
}

Result<UniqueFd> ContainerManager::openLog(const std::string& id) const
{
    const Entry* entry = TRY(d->known(id));
    auto log = os::open(d->files.log(id), O_RDONLY | O_NOFOLLOW);
    if (!log && log.error().kind == ErrorKind::NotFound)
        return failure(ErrorKind::NotFound,
                       std::format("the container {} has never run, so it has no log", entry->container.name));
    return log;
}

std::filesystem::path ContainerManager::upperDirectory(const std::string& id) const
{
    return d->files.upper(id);
}

layer::OverlayDirectories ContainerManager::overlay(const std::string& id) const
{
    const Container* container = find(id);
    return container != nullptr ? overlayOf(*container, d->files, d->images) : layer::OverlayDirectories{};
}

Trash& ContainerManager::trash() const
{
    return d->trash;
}

std::filesystem::path ContainerManager::configFile(const std::string& id) const
{
    return d->files.config(id);
}

std::filesystem::path ContainerManager::undoDirectory(const std::string& id) const
{
    return d->files.undo(id);
}

Result<std::shared_ptr<const void>> ContainerManager::hold(const std::string& id, std::string why)
{
    Entry& entry = *TRY(d->known(id));
    TRY(entry.checkNotHeld());
    if (entry.startReply || entry.cleaning || !entry.removeReplies.empty())
        return failure(ErrorKind::Busy,
                       std::format("the container {} is being started or removed", entry.container.name));
    entry.held = std::move(why);
    return std::shared_ptr<const void>(this, [manager = QPointer(this), id](const void*) {
        Entry* held = manager ? manager->d->entry(id) : nullptr;
        if (held != nullptr)
            held->held.clear();
    });
}

} // namespace lamella::container

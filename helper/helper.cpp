// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/helper.h"

#include "engine/container/brief_pause.h"
#include "engine/container/cgroup_parent.h"
#include "engine/container/container_manager.h"
#include "engine/db/database.h"
#include "engine/image/image_store.h"
#include "helper/background.h"
#include "helper/dbus/dispatcher.h"
#include "helper/jobs/jobs.h"
#include "helper/live/live_changes.h"
#include "helper/objects/container_catalog.h"
#include "helper/objects/image_catalog.h"
#include "helper/objects/manager_object.h"
#include "helper/objects/option_table.h"
#include "helper/objects/sessions.h"
#include "helper/objects/trash_catalog.h"
#include "helper/state_directories.h"
#include "helper/stats/stats_history.h"
#include "resources/dbus/api.h"
#include "resources/dbus/types.h"

namespace lamella::helper {

/// The engine on one state directory.
struct Engine {
    UniqueFd lock;
    std::unique_ptr<db::Database> database;
    std::unique_ptr<image::ImageStore> images;
    std::unique_ptr<container::ContainerManager> containers;
};

namespace {

Result<Engine> startEngine(const Options& options)
{
    TRY(makePrivateDirectory(options.root));
    TRY(makePrivateDirectory(options.run));
    TRY(makePrivateDirectory(options.run / "stats"));
    Engine engine;
    engine.lock = TRY(lockRoot(options.root));
    engine.database = TRY(db::Database::open(options.root / "lamella.db"));
    engine.images = std::make_unique<image::ImageStore>(*engine.database, options.root,
                                                        options.programs / "lamella-worker", options.settings.images);
    const auto parent = TRY(container::cgroupParentHere());
    engine.containers = std::make_unique<container::ContainerManager>(
        *engine.database, *engine.images,
        container::Directories{options.root, options.run, options.programs, options.seccompProfile, parent},
        options.settings.trash);
    TRY(engine.images->sweep());
    TRY(engine.containers->recover());
    container::thawForgotten(*engine.containers);
    return engine;
}

} // namespace

/// The tree of objects on the bus.
struct Tree {
    Tree(const QDBusConnection& bus, Contract contractOfBus, std::unique_ptr<Authorizer> authorizerOfBus)
        : contract(std::move(contractOfBus))
        , authorizer(std::move(authorizerOfBus))
        , peers(bus)
        , publisher(bus, contract, objects, peers)
        , dispatcher(contract, optionTable(), objects, peers, publisher, *authorizer)
    {
    }

    Contract contract;
    std::unique_ptr<Authorizer> authorizer;
    Peers peers;
    ObjectTree objects;
    Publisher publisher;
    Dispatcher dispatcher;
};

struct Helper::Private {
    Private(Engine startedEngine, const Options& options, const QDBusConnection& bus, Contract contract,
            std::unique_ptr<Authorizer> authorizer)
        : engine(std::move(startedEngine))
        , tree(bus, std::move(contract), std::move(authorizer))
        , jobs(tree.objects, options.settings.job)
        , stats(*engine.containers, options.run / "stats")
        , live(*engine.containers, tree.peers)
        , services{*engine.containers,
                   *engine.images,
                   tree.objects,
                   tree.peers,
                   jobs,
                   sessions,
                   stats,
                   live,
                   images,
                   background,
                   changes,
                   removals,
                   options.programs / "lamella-fetcher",
                   options.root,
                   options.settings.registry}
        , containers(services)
        , trash(services)
    {
        sessions.follow(services);
        images.follow(services);
        tree.objects.add(
            std::make_unique<ManagerObject>(services, static_cast<uint>(options.settings.trash.keep.count())));
    }

    Engine engine;
    Tree tree;
    Background background{4};
    Background changes{64};
    Background removals{2};
    Jobs jobs;
    Sessions sessions;
    StatsHistory stats;
    LiveChanges live;
    ImageCatalog images;
    Services services;
    ContainerCatalog containers;
    TrashCatalog trash;
};

Helper::Helper() = default;

Helper::~Helper() = default;

Result<void> Helper::start(const Options& options, const QDBusConnection& bus, std::unique_ptr<Authorizer> authorizer)
{
    dbus::registerTypes();
    Contract contract = TRY(Contract::load());
    Engine engine = TRY(startEngine(options));
    d = std::make_unique<Private>(std::move(engine), options, bus, std::move(contract), std::move(authorizer));
    if (!d->tree.dispatcher.attach(bus))
        return failure(ErrorKind::Failed, "cannot put the objects on the bus");
    if (!QDBusConnection(bus).registerService(QLatin1StringView(dbus::kBusName)))
        return failure(
            ErrorKind::Failed,
            std::format("cannot take the bus name {}: {}", dbus::kBusName, bus.lastError().message().toStdString()));
    return {};
}

} // namespace lamella::helper

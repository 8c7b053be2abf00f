// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/change_watch.h"

#include "engine/base/log.h"
#include "engine/container/live_watch.h"
#include "engine/container/upper_watch.h"

#include <utility>

namespace lamella::container {

Result<std::unique_ptr<ChangeWatch>> watchChanges(const WatchTarget& target, ChangeWatch::Sink sink,
                                                  ChangeWatch::Ended ended)
{
    auto watch = LiveWatch::start(target, sink, ended);
    if (watch || watch.error().kind != ErrorKind::Unsupported)
        return watch;
    log::info("watching only the writable layer of a container: {}", watch.error().message);
    return UpperWatch::start(target, std::move(sink), std::move(ended));
}

} // namespace lamella::container

// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/adaptors.h"

#include "container_adaptor.h"
#include "image_adaptor.h"
#include "job_adaptor.h"
#include "manager_adaptor.h"
#include "session_adaptor.h"
#include "trashedcontainer_adaptor.h"

namespace lamella::helper {

QObject* makeAdaptor(ContainerObject* object)
{
    return new ContainerAdaptor(object);
}

QObject* makeAdaptor(ImageObject* object)
{
    return new ImageAdaptor(object);
}

QObject* makeAdaptor(JobObject* object)
{
    return new JobAdaptor(object);
}

QObject* makeAdaptor(ManagerObject* object)
{
    return new ManagerAdaptor(object);
}

QObject* makeAdaptor(SessionObject* object)
{
    return new SessionAdaptor(object);
}

QObject* makeAdaptor(TrashedContainerObject* object)
{
    return new TrashedContainerAdaptor(object);
}

} // namespace lamella::helper

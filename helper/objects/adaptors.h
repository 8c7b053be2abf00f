// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

/// The adaptors that qdbusxml2cpp makes from the contract, in one file because their headers are slow to compile.
namespace lamella::helper {

class ContainerObject;
class ImageObject;
class JobObject;
class ManagerObject;
class SessionObject;
class TrashedContainerObject;

QObject* makeAdaptor(ContainerObject* object);
QObject* makeAdaptor(ImageObject* object);
QObject* makeAdaptor(JobObject* object);
QObject* makeAdaptor(ManagerObject* object);
QObject* makeAdaptor(SessionObject* object);
QObject* makeAdaptor(TrashedContainerObject* object);

} // namespace lamella::helper

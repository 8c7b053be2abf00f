// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/descriptor.h"

#include <QString>
#include <QStringList>

/// What is kept of a container's changes in a directory of the person's.
namespace lamella::app {

/// An empty directory that only he can look into, made in `parent` for the container `name`: "name-changes", or where
/// that is taken "name-changes-2" and so on. Invalid where it cannot be made; errno says why.
struct NewDirectory {
    QString path;
    client::Descriptor descriptor; ///< for reading
};
NewDirectory makeDirectoryFor(const QString& parent, const QString& name);

/// Where they are, and which are not there, in a sentence. `notKept`: the job's result, as Container.SaveChanges says.
QString keptSentence(const QString& directory, const QStringList& notKept);

} // namespace lamella::app

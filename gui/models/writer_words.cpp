// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/writer_words.h"

#include <QCoreApplication>

namespace lamella::models {

namespace {

struct WriterWords {
    Q_DECLARE_TR_FUNCTIONS(WriterWords)
};

} // namespace

QString writerText(const client::Writer& writer)
{
    if (writer.isLamella)
        return WriterWords::tr("Lamella");
    if (writer.hostPid == 0)
        return {};
    if (writer.name.isEmpty())
        return WriterWords::tr("a process");
    return writer.containerPid > 0 ? QStringLiteral("%1 (%2)").arg(writer.name).arg(writer.containerPid) : writer.name;
}

QString writerDetails(const client::Writer& writer)
{
    if (writer.isLamella)
        return WriterWords::tr("Lamella itself, by an undo");
    if (writer.hostPid == 0)
        return {};
    if (writer.name.isEmpty())
        return WriterWords::tr(
                   "Process %1 on the host, which had ended before its name could be read, or is none of the "
                   "container's")
            .arg(writer.hostPid);
    return writer.containerPid > 0 ? WriterWords::tr("%1, process %2 in the container, %3 on the host")
                                         .arg(writer.name)
                                         .arg(writer.containerPid)
                                         .arg(writer.hostPid)
                                   : WriterWords::tr("%1, process %2 on the host").arg(writer.name).arg(writer.hostPid);
}

} // namespace lamella::models

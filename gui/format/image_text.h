// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

/// What images and their histories say, in the form that people read.
namespace lamella::format {

/// The command that made a layer as a Dockerfile has it: "RUN apt-get update", "COPY a /b". The shell that a builder
/// put before it, its marks ("#(nop)", "# buildkit") and its build arguments are gone; on one line.
QString imageCommand(const QString& createdBy);

/// "docker.io/library/debian:13" in two: repository and tag. A digest stays with the tag; a name without either has an
/// empty tag.
struct NameParts {
    QString repository;
    QString tag;

    friend bool operator==(const NameParts&, const NameParts&) = default;
};
NameParts nameParts(const QString& reference);

/// The registry and the name in it without what everybody knows: "docker.io/library/debian:13" is "debian:13".
QString shortReference(const QString& reference);

} // namespace lamella::format

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/db/schema.h"

#include "engine/db/database.h"

#include <array>
#include <format>
#include <span>
#include <string_view>

namespace lamella::db {

namespace {

// Times are microseconds since 1970, sizes bytes, digests "sha256:<hex>". A migration that was released is never
// edited.

// Layers are shared by content. An image is what its config says; who has it and under which names belongs to each
// user.
constexpr std::array kFirst = std::to_array<std::string_view>({
    R"(CREATE TABLE layers (
        chain_id TEXT PRIMARY KEY,
        diff_id TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        entries INTEGER NOT NULL
    ) STRICT)",
    R"(CREATE TABLE images (
        id TEXT PRIMARY KEY,
        manifest TEXT NOT NULL,
        created INTEGER NOT NULL,
        architecture TEXT NOT NULL,
        os TEXT NOT NULL,
        config TEXT NOT NULL
    ) STRICT)",
    R"(CREATE TABLE image_layers (
        image TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        chain_id TEXT NOT NULL REFERENCES layers(chain_id),
        created INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        PRIMARY KEY (image, position)
    ) STRICT)",
    "CREATE INDEX image_layers_chain_id ON image_layers(chain_id)",
    R"(CREATE TABLE image_owners (
        image TEXT NOT NULL REFERENCES images(id),
        owner INTEGER NOT NULL,
        PRIMARY KEY (image, owner)
    ) STRICT)",
    R"(CREATE TABLE image_references (
        owner INTEGER NOT NULL,
        name TEXT NOT NULL,
        image TEXT NOT NULL,
        PRIMARY KEY (owner, name),
        FOREIGN KEY (image, owner) REFERENCES image_owners(image, owner) ON DELETE CASCADE
    ) STRICT)",
    "CREATE INDEX image_references_image ON image_references(image, owner)",
    // An image cannot go while a container of its owner is made of it. `document` is the rest, which no query asks for.
    R"(CREATE TABLE containers (
        id TEXT PRIMARY KEY,
        owner INTEGER NOT NULL,
        name TEXT NOT NULL,
        image TEXT NOT NULL,
        created INTEGER NOT NULL,
        document TEXT NOT NULL,
        UNIQUE (owner, name),
        FOREIGN KEY (image, owner) REFERENCES image_owners(image, owner)
    ) STRICT)",
    "CREATE INDEX containers_image ON containers(image, owner)",
    // The ids of the host that a user's confined containers run with.
    R"(CREATE TABLE id_ranges (
        owner INTEGER PRIMARY KEY,
        base INTEGER NOT NULL UNIQUE,
        count INTEGER NOT NULL
    ) STRICT)",
});

// Of the architecture that an image is for: "v7".
constexpr std::array kSecond = std::to_array<std::string_view>({
    "ALTER TABLE images ADD COLUMN variant TEXT NOT NULL DEFAULT ''",
});

// Where layers are in registries, as their owner pulled or pushed them, and what the manifest of an image says of its
// blobs: what is there already need not be sent. Empty where it is not known.
constexpr std::array kThird = std::to_array<std::string_view>({
    "ALTER TABLE images ADD COLUMN manifest_type TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE image_layers ADD COLUMN blob TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE image_layers ADD COLUMN blob_bytes INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE image_layers ADD COLUMN compression INTEGER NOT NULL DEFAULT 0",
    R"(CREATE TABLE layer_places (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        owner INTEGER NOT NULL,
        diff_id TEXT NOT NULL,
        registry TEXT NOT NULL,
        repository TEXT NOT NULL,
        digest TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        compression INTEGER NOT NULL,
        UNIQUE (owner, diff_id, registry, repository)
    ) STRICT)",
});

// Containers that were removed and can be brought back. A container is a row of this table or of `containers`, never of
// both, and keeps its image as well; its name is free for others. `bytes` and `changes` are NULL until they are
// counted.
constexpr std::array kFourth = std::to_array<std::string_view>({
    R"(CREATE TABLE trash (
        id TEXT PRIMARY KEY,
        owner INTEGER NOT NULL,
        name TEXT NOT NULL,
        image TEXT NOT NULL,
        created INTEGER NOT NULL,
        document TEXT NOT NULL,
        removed INTEGER NOT NULL,
        expires INTEGER NOT NULL,
        bytes INTEGER,
        changes INTEGER,
        FOREIGN KEY (image, owner) REFERENCES image_owners(image, owner)
    ) STRICT)",
    "CREATE INDEX trash_image ON trash(image, owner)",
});

// Names of images are kept whole: what was tagged as "debian:13" is docker.io/library/debian:13, as if it were pulled.
// Where a user has both, the pulled one keeps the name.
constexpr std::array kFifth = std::to_array<std::string_view>({
    R"(UPDATE OR IGNORE image_references SET name = 'docker.io/' || substr(name, 17)
        WHERE name GLOB 'index.docker.io/*')",
    "UPDATE OR IGNORE image_references SET name = 'localhost/' || substr(name, 17) WHERE name GLOB 'index.docker.io/*'",
    "DELETE FROM image_references WHERE name GLOB 'index.docker.io/*'",
    "UPDATE OR IGNORE image_references SET name = 'docker.io/library/' || name WHERE instr(name, '/') = 0",
    "UPDATE OR IGNORE image_references SET name = 'localhost/' || name WHERE instr(name, '/') = 0",
    "DELETE FROM image_references WHERE instr(name, '/') = 0",
    R"(CREATE TEMPORARY TABLE without_registry AS
        SELECT owner, name FROM (SELECT owner, name, substr(name, 1, instr(name, '/') - 1) AS first
                                 FROM image_references)
        WHERE first <> 'localhost' AND NOT first GLOB '*[].:[A-Z]*')",
    R"(UPDATE OR IGNORE image_references SET name = 'docker.io/' || name
        WHERE (owner, name) IN (SELECT owner, name FROM without_registry))",
    R"(UPDATE OR IGNORE image_references SET name = 'localhost/' || name
        WHERE (owner, name) IN (SELECT owner, name FROM without_registry))",
    "DELETE FROM image_references WHERE (owner, name) IN (SELECT owner, name FROM without_registry)",
    "DROP TABLE without_registry",
    R"(UPDATE OR IGNORE image_references SET name = 'docker.io/library/' || substr(name, 11)
        WHERE name GLOB 'docker.io/*' AND instr(substr(name, 11), '/') = 0)",
    R"(UPDATE OR IGNORE image_references SET name = 'localhost/' || substr(name, 11)
        WHERE name GLOB 'docker.io/*' AND instr(substr(name, 11), '/') = 0)",
    "DELETE FROM image_references WHERE name GLOB 'docker.io/*' AND instr(substr(name, 11), '/') = 0",
});

constexpr std::array kMigrations
    = std::to_array<std::span<const std::string_view>>({kFirst, kSecond, kThird, kFourth, kFifth});

Result<std::int64_t> version(Connection& connection)
{
    auto statement = TRY(connection.prepare("PRAGMA user_version"));
    TRY(statement.step());
    return statement.integer(0);
}

Result<void> apply(Connection& connection, std::size_t number)
{
    auto transaction = TRY(Transaction::begin(connection));
    for (const auto statement : kMigrations[number])
        TRY(connection.run(statement));
    TRY(connection.run(std::format("PRAGMA user_version={}", number + 1)));
    return transaction.commit();
}

} // namespace

Result<void> migrate(Connection& connection)
{
    const auto have = TRY(version(connection));
    if (have < 0 || static_cast<std::size_t>(have) > kMigrations.size()) {
        return failure(
            ErrorKind::Unsupported,
            std::format("it has version {} and this Lamella knows versions up to {}: install a newer Lamella", have,
                        kMigrations.size()));
    }
    for (auto number = static_cast<std::size_t>(have); number < kMigrations.size(); ++number)
        TRY_WITHIN(std::format("migration {}", number + 1), apply(connection, number));
    return {};
}

} // namespace lamella::db

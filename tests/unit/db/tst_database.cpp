// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/db/database.h"

#include <QTemporaryDir>
#include <QTest>

#include <format>
#include <sys/stat.h>
#include <thread>

using namespace lamella;
using namespace lamella::db;

class DatabaseTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_directory = std::make_unique<QTemporaryDir>(); }
    void aNewFileIsPrivateAndDurable();
    void valuesComeBackAsTheyWere();
    void aTransactionIsAllOrNothing();
    void constraintsHaveKinds();
    void anImageInUseStays();
    void anOlderDatabaseIsTakenOver();
    void aNewerDatabaseIsRefused();
    void whatIsNoDatabaseIsRefused();
    void threadsTakeTurns();

private:
    std::filesystem::path file() const { return m_directory->filePath(QStringLiteral("lamella.db")).toStdString(); }
    std::unique_ptr<Database> opened() const
    {
        auto database = Database::open(file());
        return database ? std::move(*database) : nullptr;
    }
    std::unique_ptr<QTemporaryDir> m_directory;
};

static std::string single(Connection& connection, const std::string& sql)
{
    auto statement = connection.prepare(sql);
    return statement && statement->step().value_or(false) ? statement->text(0) : "(none)";
}

void DatabaseTest::aNewFileIsPrivateAndDurable()
{
    const auto database = opened();
    QVERIFY(database);
    auto connection = database->lock();
    QCOMPARE(single(connection, "PRAGMA journal_mode"), "wal");
    QCOMPARE(single(connection, "PRAGMA synchronous"), "2");
    QCOMPARE(single(connection, "PRAGMA foreign_keys"), "1");
    struct stat status{};
    QCOMPARE(::stat(file().c_str(), &status), 0);
    QCOMPARE(status.st_mode & 07777, 0600u);
}

void DatabaseTest::valuesComeBackAsTheyWere()
{
    const auto database = opened();
    auto connection = database->lock();
    const std::string bytes("a\0'\xc3\xa4", 5);
    auto row = connection.prepare("SELECT ?, ?, ?, ?, ?, ?", INT64_MIN, bytes, 1.5, std::nullopt, std::optional<int>{7},
                                  std::string_view{});
    QVERIFY(row);
    QVERIFY(row->step().value());
    QCOMPARE(row->integer(0), INT64_MIN);
    QCOMPARE(row->text(1), bytes);
    QCOMPARE(row->real(2), 1.5);
    QVERIFY(row->isNull(3));
    QCOMPARE(row->integer(4), 7);
    QVERIFY(!row->isNull(5));
    QCOMPARE(row->step().value(), false);
    row->reset();
    row->bindNext(3);
    QVERIFY(row->step().value());
    QCOMPARE(row->integer(0), 3);
    QVERIFY(row->isNull(1));
}

void DatabaseTest::aTransactionIsAllOrNothing()
{
    const auto insert = "INSERT INTO layers VALUES('sha256:aa', 'sha256:bb', 1, 1)";
    const auto database = opened();
    auto connection = database->lock();
    {
        auto transaction = Transaction::begin(connection);
        QVERIFY(transaction);
        QVERIFY(connection.run(insert));
        QCOMPARE(connection.changes(), 1);
    }
    QCOMPARE(single(connection, "SELECT count(*) FROM layers"), "0");
    {
        auto transaction = Transaction::begin(connection);
        QVERIFY(connection.run(insert));
        QVERIFY(transaction->commit());
    }
    QCOMPARE(single(connection, "SELECT count(*) FROM layers"), "1");
}

void DatabaseTest::constraintsHaveKinds()
{
    const auto database = opened();
    auto connection = database->lock();
    QVERIFY(connection.run("INSERT INTO id_ranges VALUES(1000, 100000, 65536)"));
    QCOMPARE(connection.run("INSERT INTO id_ranges VALUES(1000, 200000, 65536)").error().kind,
             ErrorKind::AlreadyExists);
    QCOMPARE(connection.run("INSERT INTO id_ranges VALUES(1001, 100000, 65536)").error().kind,
             ErrorKind::AlreadyExists);
    QCOMPARE(connection.run("INSERT INTO image_owners VALUES('sha256:none', 0)").error().kind, ErrorKind::Busy);
    QCOMPARE(connection.run("SELECT nothing").error().kind, ErrorKind::Failed);
}

void DatabaseTest::anImageInUseStays()
{
    const auto database = opened();
    auto connection = database->lock();
    QVERIFY(connection.run("INSERT INTO images VALUES('i', 'm', 0, 'amd64', 'linux', '{}', '', '')"));
    QVERIFY(connection.run("INSERT INTO image_owners VALUES('i', 1000)"));
    QVERIFY(connection.run("INSERT INTO image_references VALUES(1000, 'name:latest', 'i')"));
    QVERIFY(connection.run("INSERT INTO containers VALUES('c', 1000, 'web', 'i', 0, '{}')"));
    QCOMPARE(connection.run("DELETE FROM image_owners").error().kind, ErrorKind::Busy);
    QVERIFY(connection.run("DELETE FROM containers"));
    QVERIFY(connection.run("INSERT INTO trash VALUES('c', 1000, 'web', 'i', 0, '{}', 1, 2, NULL, NULL)"));
    QCOMPARE(connection.run("DELETE FROM image_owners").error().kind, ErrorKind::Busy);
    QVERIFY(connection.run("DELETE FROM trash"));
    QVERIFY(connection.run("DELETE FROM image_owners"));
    QCOMPARE(single(connection, "SELECT count(*) FROM image_references"), "0");
}

/// The first version's, with an image: what came later is taken away from a new one.
void DatabaseTest::anOlderDatabaseIsTakenOver()
{
    {
        const auto database = opened();
        auto connection = database->lock();
        for (const auto* statement :
             {"DROP TABLE trash", "DROP TABLE layer_places", "ALTER TABLE images DROP COLUMN variant",
              "ALTER TABLE images DROP COLUMN manifest_type", "ALTER TABLE image_layers DROP COLUMN blob",
              "ALTER TABLE image_layers DROP COLUMN blob_bytes", "ALTER TABLE image_layers DROP COLUMN compression",
              "INSERT INTO images VALUES('i', 'm', 0, 'amd64', 'linux', '{}')", "INSERT INTO image_owners VALUES('i', 1)", "INSERT INTO image_owners VALUES('i', 2)",
              "INSERT INTO images VALUES('pulled', 'm', 0, 'amd64', 'linux', '{}')",
              "INSERT INTO image_owners VALUES('pulled', 1)",
              "INSERT INTO image_references VALUES(1, 'debian:13', 'i')",
              "INSERT INTO image_references VALUES(1, 'docker.io/library/debian:13', 'pulled')",
              "INSERT INTO image_references VALUES(2, 'debian:13', 'i')",
              "INSERT INTO image_references VALUES(2, 'team/app:1', 'i')",
              "INSERT INTO image_references VALUES(2, 'docker.io/app:1', 'i')",
              "INSERT INTO image_references VALUES(1, 'index.docker.io/a/b:1', 'i')",
              "INSERT INTO image_references VALUES(1, 'index.docker.io/c:1', 'i')",
              "INSERT INTO image_references VALUES(2, 'localhost/a:1', 'i')",
              "INSERT INTO image_references VALUES(2, 'host:5000/a/b:1', 'i')",
              "INSERT INTO image_references VALUES(2, '[::1]/a:1', 'i')",
              "INSERT INTO image_references VALUES(2, 'Host/a:1', 'i')",
              "INSERT INTO image_references VALUES(2, 'quay.io/a/b:1', 'i')", "PRAGMA user_version=1"})
            QVERIFY2(connection.run(statement), statement);
    }
    const auto database = opened();
    QVERIFY(database);
    auto connection = database->lock();
    QCOMPARE(single(connection, "SELECT id || architecture || variant || manifest_type FROM images WHERE id = 'i'"),
             "iamd64");
    QCOMPARE(single(connection, "SELECT count(*) FROM layer_places"), "0");
    QCOMPARE(single(connection, "SELECT count(*) FROM trash"), "0");
    QCOMPARE(single(connection, "SELECT count(blob_bytes + compression) FROM image_layers"), "0");
    // Names have become whole.
    const auto names = [&connection](int owner) {
        return single(connection,
                      std::format("SELECT group_concat(name || '=' || image, ' ') FROM (SELECT * FROM image_references "
                                  "WHERE owner = {} ORDER BY name)",
                                  owner));
    };
    // Where another image has the name already, it is one of this machine.
    QCOMPARE(names(1),
             "docker.io/a/b:1=i docker.io/library/c:1=i docker.io/library/debian:13=pulled localhost/debian:13=i");
    QCOMPARE(names(2),
             "Host/a:1=i [::1]/a:1=i docker.io/library/app:1=i docker.io/library/debian:13=i docker.io/team/app:1=i "
             "host:5000/a/b:1=i localhost/a:1=i quay.io/a/b:1=i");
}

void DatabaseTest::aNewerDatabaseIsRefused()
{
    QVERIFY(opened()->lock().run("PRAGMA user_version=9999"));
    const auto again = Database::open(file());
    QVERIFY(!again);
    QCOMPARE(again.error().kind, ErrorKind::Unsupported);
    QVERIFY(again.error().message.contains("9999"));
}

void DatabaseTest::whatIsNoDatabaseIsRefused()
{
    QFile text{QString::fromStdString(file().string())};
    QVERIFY(text.open(QIODevice::WriteOnly));
    text.write(QByteArray(4096, 'x'));
    text.close();
    QVERIFY(!Database::open(file()));
    QVERIFY(!Database::open("/nonexistent/lamella.db"));
}

void DatabaseTest::threadsTakeTurns()
{
    const auto database = opened();
    const auto work = [&database](int thread) {
        for (int i = 0; i < 50; ++i) {
            auto connection = database->lock();
            auto transaction = Transaction::begin(connection);
            if (!transaction
                || !connection.run("INSERT INTO id_ranges VALUES(?, ?, 1)", thread * 100 + i, thread * 100 + i)
                || !transaction->commit())
                return;
        }
    };
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread)
            threads.emplace_back(work, thread);
    }
    auto connection = database->lock();
    QCOMPARE(single(connection, "SELECT count(*) FROM id_ranges"), "200");
}

QTEST_GUILESS_MAIN(DatabaseTest)
#include "tst_database.moc"

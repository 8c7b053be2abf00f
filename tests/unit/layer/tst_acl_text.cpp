// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/acl_text.h"

#include <QTest>

#include <array>
#include <initializer_list>
#include <optional>

using namespace lamella;

namespace {

constexpr std::uint32_t kNone = 0xffffffff;

// As the kernel has it: tag, permissions, id.
QByteArray list(std::initializer_list<std::array<std::uint32_t, 3>> entries)
{
    QByteArray bytes("\2\0\0\0", 4);
    const auto put = [&bytes](std::uint32_t number, int count) {
        for (; count > 0; --count, number >>= 8)
            bytes.append(static_cast<char>(number & 0xff));
    };
    for (const auto& [tag, permissions, id] : entries) {
        put(tag, 2);
        put(permissions, 2);
        put(id, 4);
    }
    return bytes;
}

} // namespace

class AclTextTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void listsAreRead_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("bytes");
        const auto row
            = [](const char* text, const QByteArray& bytes) { QTest::newRow(text) << QByteArray(text) << bytes; };
        const auto one = list({{1, 6, kNone}, {2, 5, 7}, {4, 4, kNone}, {16, 7, kNone}, {32, 0, kNone}});
        row("user::rw-\ngroup::r--\nother::---\n", {});
        row("user::rw-\nuser:7:r-x\ngroup::r--\nmask::rwx\nother::---\n", one);
        row("user::rw-,group::r--,other::---,user:mail:r-x:7,mask::rwx", one);
        row("u::rw,u:7:rx,g::r,m::rwx,o::-", one);
        row("user::rw-\t#effective:r--\nuser:7:r-x #x\ngroup::r--\nmask::rwx\nother::---", one);
        row("user::rw-,user:7:r-x,group::r--,other::---",
            list({{1, 6, kNone}, {2, 5, 7}, {4, 4, kNone}, {16, 5, kNone}, {32, 0, kNone}})); // with a mask for it
        row("user::---,user:9:r--,user:root:rwx,group::---,group:4294967294:-w-,mask::rwx,other::---",
            list({{1, 0, kNone},
                  {2, 7, 0},
                  {2, 4, 9},
                  {4, 0, kNone},
                  {8, 2, 4294967294},
                  {16, 7, kNone},
                  {32, 0, kNone}}));
        row("user::rw-,user:whoever:rwx,group::r--,mask::rw-,other::---", // whom nobody knows gets nothing
            list({{1, 6, kNone}, {4, 4, kNone}, {16, 6, kNone}, {32, 0, kNone}}));
    }
    void listsAreRead()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, bytes);
        const auto acl = layer::aclFromText(text.toStdString());
        QVERIFY2(acl, acl ? "" : acl.error().message.c_str());
        QCOMPARE(QByteArray::fromStdString(*acl).toHex(), bytes.toHex());
    }

    void whatIsNoListIsRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char* text :
             {"", "user::rwx", "user::rwx,group::rwx", "user::rwx,group::rwx,other::rwx,other::rwx", "user",
              "user::rwx,group::rwx,other::", "user::rwx,group::rwx,other::rwxr", "user::rwx,group::rwx,other::rr",
              "user::rwx,group::rwx,other::rwX", "user::rwx,group::rwx,other:7:rwx",
              "user::rwx,group::rwx,mask:7:rwx,other::r", "user::rwx,group::rwx,other::r,robot::rwx",
              "user::rwx,user:7:r,user:7:r,group::rwx,other::r"})
            QTest::newRow(text) << QByteArray(text);
    }
    void whatIsNoListIsRefused()
    {
        QFETCH(QByteArray, text);
        const auto acl = layer::aclFromText(text.toStdString());
        QVERIFY(!acl);
        QCOMPARE(acl.error().kind, ErrorKind::InvalidArgument);
    }

    void aListWithoutEndIsRefused()
    {
        std::string text{"user::rwx,group::rwx,other::rwx"};
        for (int id = 0; id < 2000; ++id)
            text += ",user:" + std::to_string(id) + ":r--";
        QCOMPARE(layer::aclFromText(text).error().kind, ErrorKind::LimitExceeded);
    }
};

QTEST_GUILESS_MAIN(AclTextTest)
#include "tst_acl_text.moc"

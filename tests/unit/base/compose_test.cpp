// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"

#include <QObject>
#include <QTest>

#include <cstdint>
#include <format>
#include <limits>

using namespace lamella;

namespace {

/// Both ways, which must say the same.
#define COMPARE_WITH_STANDARD(...) QCOMPARE(compose(__VA_ARGS__), std::format(__VA_ARGS__))

} // namespace

class ComposeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void saysWhatTheStandardSays()
    {
        const std::string text = "a text with {} in it";
        const char* const characters = "characters";
        COMPARE_WITH_STANDARD("nothing to fill in");
        COMPARE_WITH_STANDARD("");
        COMPARE_WITH_STANDARD("{}", text);
        COMPARE_WITH_STANDARD("{}{}{}", text, characters, std::string_view{"view"});
        COMPARE_WITH_STANDARD("begin {} middle {} end", "literal", 'c');
        COMPARE_WITH_STANDARD("{{}} {{{}}} }}{{", 1);
        COMPARE_WITH_STANDARD("{} and {}", true, false);
    }

    void integersOfAllSizes()
    {
        COMPARE_WITH_STANDARD("{} {}", std::numeric_limits<std::int64_t>::min(),
                              std::numeric_limits<std::uint64_t>::max());
        COMPARE_WITH_STANDARD("{} {} {}", -1, 0, std::uint8_t{255});
        COMPARE_WITH_STANDARD("{} {}", std::numeric_limits<std::int16_t>::min(), std::size_t{7});
    }

    void pathsWithoutQuotes()
    {
        QCOMPARE(compose("cannot open {}", std::filesystem::path{"/a b/\"c\""}), "cannot open /a b/\"c\"");
    }

    void textWithNulStaysWhole() { QCOMPARE(compose("{}!", std::string_view{"a\0b", 3}), (std::string{"a\0b!", 4})); }
};

QTEST_GUILESS_MAIN(ComposeTest)
#include "compose_test.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/changesteps.h"
#include "gui/pages/differencetext.h"
#include "gui/pages/differenceview.h"
#include "gui/pages/hexview.h"
#include "gui/pages/pictureview.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/elidedlabel.h"
#include "tests/gui/widgets/file_versions.h"
#include "tests/gui/widgets/schemes.h"

#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace lamella;
using client::FileVersion;
using models::ShownAs;
using models::Side;
using pages::Arrangement;
using pages::ChangeTone;
using pages::DifferenceText;
using pages::DifferenceView;

namespace {

QByteArray numbered(int count, const QList<int>& changed = {})
{
    QByteArray text;
    for (int i = 0; i < count; ++i)
        text += "line number " + QByteArray::number(i) + (changed.contains(i) ? " is new\n" : "\n");
    return text;
}

} // namespace

/// The view of one file in two versions, as a person uses it.
class DifferenceViewTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        useScheme(false);
        m_view = std::make_unique<DifferenceView>();
        m_view->resize(1000, 500);
        m_view->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
    }
    void cleanup() { m_view.reset(); }

    void showsEachKind_data();
    void showsEachKind();
    void keysGoFromChangeToChange();
    void buttonsGoFromChangeToChange();
    void unfoldsByClickAndAltogether();
    void findsText();
    void findsTextThatIsFoldedAway();
    void findsTextInOneColumn();
    void isOneColumnWhereItIsNarrow();
    void copiesFromEitherSide_data();
    void copiesFromEitherSide();
    void copiesWithKeys();
    void doubleClickTakesAWord();
    void marksBytes();
    void showsPicturesInTheirSize();
    void saysWhatDiffers();
    void theLastOneWins();
    void isReadable_data();
    void isReadable();
    void colorsSyntax_data();
    void colorsSyntax();
    void takesAnyText_data();
    void takesAnyText();
    void scrollsBothSidesTogether();
    void longTextsDoNotHoldTheWindow();
    void everyControlHasANameAndWords();

private:
    void show(const client::FileVersion& image, const client::FileVersion& container,
              const QString& path = QStringLiteral("/etc/file"))
    {
        m_view->setVersions(path, image, container);
        QTRY_VERIFY(m_view->isReady());
    }
    DifferenceText* text() const { return m_view->findChild<DifferenceText*>(); }
    QString labelText(const char* name) const
    {
        const auto* label = m_view->findChild<QLabel*>(QLatin1StringView(name));
        return label->isVisible() ? label->text() : QString();
    }
    void drag(QPoint from, QPoint to)
    {
        QTest::mousePress(text()->viewport(), Qt::LeftButton, {}, from);
        QTest::mouseMove(text()->viewport(), to);
        QTest::mouseRelease(text()->viewport(), Qt::LeftButton, {}, to);
    }
    /// Opens the search with the key, types, and waits for what is said.
    void find(const QString& what, const QString& place)
    {
        text()->setFocus();
        QTest::keyClick(text(), Qt::Key_F, Qt::ControlModifier);
        auto* field = m_view->findChild<QLineEdit*>(QStringLiteral("findField"));
        QTRY_VERIFY(field->hasFocus());
        QTest::keyClicks(field, what);
        QTRY_COMPARE(labelText("findPlace"), place);
    }
    QPoint at(Side side, int line, int column) const
    {
        const int cell = text()->fontMetrics().horizontalAdvance(u'8');
        return {text()->columns().at(side).text.from + column * cell, text()->lineRect(line).center().y()};
    }

    std::unique_ptr<DifferenceView> m_view;
};

void DifferenceViewTest::showsEachKind_data()
{
    QTest::addColumn<client::FileVersion>("image");
    QTest::addColumn<client::FileVersion>("container");
    QTest::addColumn<QString>("visible");
    QTest::addColumn<QString>("notes");
    const QByteArray binary("\0\1\2", 3);
    const client::FileVersion picture = fileVersion(discPicture({40, 30}, Qt::red));
    const auto row = [](const char* name, const client::FileVersion& image, const client::FileVersion& container,
                        const char* visible, const char* notes) {
        QTest::newRow(name) << image << container << QString::fromLatin1(visible) << QString::fromLatin1(notes);
    };
    row("texts", fileVersion("a\n"), fileVersion("b\n"), "differenceText", "");
    row("the same", fileVersion("a\n"), fileVersion("a\n"), "differenceText", "The contents are the same.");
    row("added", {}, fileVersion("a\n"), "differenceText", "It is not in the image.");
    row("deleted", fileVersion("a\n"), {}, "differenceText", "The container has deleted it.");
    row("bytes", fileVersion(binary), fileVersion("text"), "differenceBytes", "");
    row("pictures", picture, fileVersion({}), "differencePictures", "");
    row("links", linkVersion(QStringLiteral("a")), linkVersion(QStringLiteral("b")), "differenceWords", "");
    row("nothing", {}, {}, "differenceWords", "");
}

void DifferenceViewTest::showsEachKind()
{
    QFETCH(client::FileVersion, image);
    QFETCH(client::FileVersion, container);
    QFETCH(QString, visible);
    show(image, container);
    QVERIFY(m_view->findChild<QWidget*>(visible)->isVisible());
    QTEST(labelText("differenceNotes"), "notes");
}

void DifferenceViewTest::keysGoFromChangeToChange()
{
    show(fileVersion(numbered(200)), fileVersion(numbered(200, {20, 90, 160})));
    QCOMPARE(text()->changeCount(), 3);
    QCOMPARE(text()->currentChange(), 0);
    text()->setFocus();
    QTest::keyClick(text(), Qt::Key_F7);
    QCOMPARE(text()->currentChange(), 1);
    QTest::keyClick(text(), Qt::Key_Down, Qt::AltModifier);
    QCOMPARE(text()->currentChange(), 2);
    QTest::keyClick(text(), Qt::Key_F7);
    QCOMPARE(text()->currentChange(), 2);
    QTest::keyClick(text(), Qt::Key_F7, Qt::ShiftModifier);
    QTest::keyClick(text(), Qt::Key_Up, Qt::AltModifier);
    QCOMPARE(text()->currentChange(), 0);
    QCOMPARE(labelText("changePlace"), QStringLiteral("1 of 3"));
}

void DifferenceViewTest::buttonsGoFromChangeToChange()
{
    show(fileVersion(numbered(400)), fileVersion(numbered(400, {20, 300})));
    auto* next = m_view->findChild<QToolButton*>(QStringLiteral("changeNext"));
    auto* previous = m_view->findChild<QToolButton*>(QStringLiteral("changePrevious"));
    m_view->findChild<QToolButton*>(QStringLiteral("changeWhole"))->click();
    QCOMPARE(text()->lineCount(), 400);
    QVERIFY(!previous->isEnabled());
    QTest::mouseClick(next, Qt::LeftButton);
    QVERIFY(!next->isEnabled());
    const QRect line = text()->lineRect(300);
    QVERIFY(text()->viewport()->rect().contains(line));
    QVERIFY(text()->isInCurrentChange(300));
    QTest::mouseClick(previous, Qt::LeftButton);
    QVERIFY(text()->viewport()->rect().contains(text()->lineRect(20)));
}

void DifferenceViewTest::unfoldsByClickAndAltogether()
{
    show(fileVersion(numbered(60)), fileVersion(numbered(60, {30})));
    QCOMPARE(text()->lines().at(0).folded, 27);
    QCOMPARE(text()->lineCount(), 9);
    QTest::mouseClick(text()->viewport(), Qt::LeftButton, {}, text()->lineRect(0).center());
    QCOMPARE(text()->lineCount(), 35);
    auto* whole = m_view->findChild<QToolButton*>(QStringLiteral("changeWhole"));
    whole->setFocus();
    QTest::keyClick(whole, Qt::Key_Space);
    QCOMPARE(text()->lineCount(), 60);
    QVERIFY(!text()->lines().hasFolds());
    QTest::keyClick(whole, Qt::Key_Space);
    QCOMPARE(text()->lineCount(), 9);
}

void DifferenceViewTest::findsText()
{
    show(fileVersion("port=80\nhost=a\nsame port\n"), fileVersion("Port=81\nhost=a\nsame port\n"));
    auto* bar = m_view->findChild<QWidget*>(QStringLiteral("findBar"));
    QVERIFY(!bar->isVisible());
    // What is the same on both sides is one place.
    find(QStringLiteral("PORT"), QStringLiteral("1 of 3"));
    QCOMPARE(text()->hitsOf(0).size(), 2u);
    QCOMPARE(text()->hitsOf(2).size(), 1u);
    QVERIFY(text()->hitsOf(1).empty());
    auto* field = m_view->findChild<QLineEdit*>(QStringLiteral("findField"));
    QTest::keyClick(field, Qt::Key_Return);
    QTRY_COMPARE(labelText("findPlace"), QStringLiteral("2 of 3"));
    QTest::keyClick(field, Qt::Key_F3, Qt::ShiftModifier);
    QTest::keyClick(field, Qt::Key_F3, Qt::ShiftModifier);
    QTRY_COMPARE(labelText("findPlace"), QStringLiteral("3 of 3"));
    QTest::keyClick(field, Qt::Key_F3);
    QTRY_COMPARE(labelText("findPlace"), QStringLiteral("1 of 3"));
    // It is marked where it stands.
    const QColor mark = widgets::meaningColor(widgets::Meaning::Note, text()->palette());
    const QPoint in = at(Side::Left, 0, 0) + QPoint(1, 8);
    QCOMPARE(text()->viewport()->grab().toImage().pixelColor(in), mark);
    // Another file is searched for the same.
    show(fileVersion("no such word\n"), fileVersion("a port\n"));
    QTRY_COMPARE(labelText("findPlace"), QStringLiteral("0 of 1"));
    QTest::keyClick(field, Qt::Key_F3);
    QTRY_COMPARE(labelText("findPlace"), QStringLiteral("1 of 1"));
    QTest::keyClicks(field, QStringLiteral("x"));
    QTRY_COMPARE(labelText("findPlace"), QStringLiteral("not found"));
    // Bytes have no text.
    show(fileVersion(QByteArray("\0\1", 2)), fileVersion("port"));
    QVERIFY(!bar->isVisible());
    show(fileVersion("port\n"), fileVersion("a port\n"));
    QVERIFY(bar->isVisible());
    QTest::keyClick(field, Qt::Key_Escape);
    QTRY_VERIFY(field->text().isEmpty() && bar->isVisible());
    QTest::keyClick(field, Qt::Key_Escape);
    QTRY_VERIFY(!bar->isVisible() && text()->hasFocus());
    QCOMPARE(text()->hitCount(), 0);
}

void DifferenceViewTest::findsTextThatIsFoldedAway()
{
    QByteArray old = numbered(400);
    old.replace("line number 300\n", "line number 300" + QByteArray(400, ' ') + "far\n");
    QByteArray fresh = numbered(400, {30});
    fresh.replace("line number 300\n", "line number 300" + QByteArray(400, ' ') + "far\n");
    show(fileVersion(old), fileVersion(fresh));
    QVERIFY(text()->lines().hasFolds());
    find(QStringLiteral("far"), QStringLiteral("1 of 1"));
    // Unfolded, and in sight.
    const int first = text()->firstLine();
    bool isInSight = false;
    for (int line = first; line < std::min(text()->lineCount(), first + 20); ++line)
        isInSight = isInSight || (text()->lines().at(line).row == 300 && text()->lines().at(line).folded == 0);
    QVERIFY(isInSight);
    QVERIFY(text()->horizontalScrollBar()->value() > 0);
}

void DifferenceViewTest::findsTextInOneColumn()
{
    show(fileVersion("a\nport=80\nz\n"), fileVersion("a\nport=81\nz\n"));
    m_view->resize(500, 500);
    QTRY_COMPARE(text()->arrangement(), Arrangement::OneColumn);
    find(QStringLiteral("port"), QStringLiteral("1 of 2"));
    QTest::keyClick(m_view->findChild<QLineEdit*>(QStringLiteral("findField")), Qt::Key_F3);
    QTRY_COMPARE(labelText("findPlace"), QStringLiteral("2 of 2"));
}

void DifferenceViewTest::isOneColumnWhereItIsNarrow()
{
    show(fileVersion("a\nport=80\nz\n"), fileVersion("a\nport=81\nz\n"));
    QCOMPARE(text()->arrangement(), Arrangement::SideBySide);
    QCOMPARE(text()->lineCount(), 3);
    QCOMPARE(text()->tone(1, Side::Left), ChangeTone::Changed);
    m_view->resize(500, 500);
    QTRY_COMPARE(text()->arrangement(), Arrangement::OneColumn);
    QCOMPARE(text()->lineCount(), 4);
    QCOMPARE(text()->tone(1, Side::Left), ChangeTone::Removed);
    QCOMPARE(text()->tone(2, Side::Right), ChangeTone::Added);
    m_view->resize(1000, 500);
    QTRY_COMPARE(text()->lineCount(), 3);
}

void DifferenceViewTest::copiesFromEitherSide_data()
{
    QTest::addColumn<Side>("side");
    QTest::addColumn<QString>("copied");
    QTest::newRow("left") << Side::Left << QStringLiteral("ne 1\ntwo\nth");
    QTest::newRow("right") << Side::Right << QStringLiteral("ne 2\nth");
}

void DifferenceViewTest::copiesFromEitherSide()
{
    QFETCH(Side, side);
    show(fileVersion("line 1\ntwo\nthree\n"), fileVersion("line 2\nthree\n"));
    drag(at(side, 0, 2), at(side, 2, 2));
    QTEST(text()->selectedText(), "copied");
    QGuiApplication::clipboard()->clear();
    QTest::keyClick(text(), Qt::Key_C, Qt::ControlModifier);
    QTEST(QGuiApplication::clipboard()->text(), "copied");
    QContextMenuEvent event(QContextMenuEvent::Mouse, {10, 10}, text()->mapToGlobal(QPoint(10, 10)));
    QCoreApplication::sendEvent(text()->viewport(), &event);
    auto* menu = text()->findChild<QMenu*>();
    QVERIFY(menu);
    QVERIFY(menu->findChild<QAction*>(QStringLiteral("differenceCopy"))->isEnabled());
    menu->close();
}

void DifferenceViewTest::copiesWithKeys()
{
    const QByteArray all = numbered(60, {30});
    show(fileVersion(numbered(60)), fileVersion(all));
    text()->setFocus();
    QTest::keyClick(text(), Qt::Key_A, Qt::ControlModifier);
    QTest::keyClick(text(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), QString::fromUtf8(all.chopped(1)));
}

void DifferenceViewTest::doubleClickTakesAWord()
{
    show(fileVersion("one two\n"), fileVersion("one three four\n"));
    QTest::mouseDClick(text()->viewport(), Qt::LeftButton, {}, at(Side::Right, 0, 6));
    QCOMPARE(text()->selectedText(), QStringLiteral("three"));
}

void DifferenceViewTest::marksBytes()
{
    QByteArray before(100, '\0');
    QByteArray after = before + "tail";
    after[40] = 'A';
    show(fileVersion(before), fileVersion(after));
    auto* bytes = m_view->findChild<pages::HexView*>();
    m_view->resize(1400, 500);
    QTRY_COMPARE(bytes->bytesPerLine(), 16);
    QCOMPARE(bytes->lineCount(), 7);
    QCOMPARE(bytes->toneOfLine(0), ChangeTone::None);
    QCOMPARE(bytes->toneOfLine(2), ChangeTone::Changed);
    QCOMPARE(bytes->toneOfLine(6), ChangeTone::Changed);
    QCOMPARE(bytes->changeCount(), 2);
    QCOMPARE(bytes->lineText(6, Side::Right), QStringLiteral("00 00 00 00 74 61 69 6c  ····tail"));
    bytes->setFocus();
    QTest::keyClick(bytes, Qt::Key_F7);
    QCOMPARE(bytes->currentChange(), 1);
    m_view->resize(700, 500);
    QTRY_COMPARE(bytes->bytesPerLine(), 8);
    QCOMPARE(bytes->lineCount(), 13);
    const auto* digest = m_view->findChild<widgets::ElidedLabel*>(QStringLiteral("versionDigest"));
    QVERIFY(digest->isVisible());
    QCOMPARE(digest->text(), QStringLiteral("SHA-256 ") + fileVersion(before).digest.sliced(7));
}

void DifferenceViewTest::showsPicturesInTheirSize()
{
    show(fileVersion(discPicture({40, 30}, Qt::red)), fileVersion(discPicture({3000, 1000}, Qt::blue)));
    auto* pictures = m_view->findChild<pages::PictureView*>();
    QCOMPARE(pictures->pictureRect(Side::Left).size(), QSize(40, 30));
    const QRect large = pictures->pictureRect(Side::Right);
    QVERIFY(large.width() <= pictures->width() / 2 && large.width() > 300);
    QVERIFY(std::abs(large.width() - 3 * large.height()) <= 3);
    QVERIFY(pictures->rect().contains(large));
    QCOMPARE(pictures->caption(Side::Left), QStringLiteral("40 × 30 pixels"));
    QVERIFY(!pictures->accessibleName().isEmpty());
}

void DifferenceViewTest::saysWhatDiffers()
{
    client::FileVersion image = fileVersion("a\n", 0644, 0);
    client::FileVersion container = fileVersion("a\n", 0755, 33);
    show(image, container);
    QCOMPARE(labelText("differenceAttributes"), QStringLiteral("mode 0644 → 0755, owner 0:0 → 33:33"));
    container = image;
    show(image, container);
    QCOMPARE(labelText("differenceAttributes"), QString());
    m_view->setFile(QStringLiteral("/etc/file"), image);
    QTRY_VERIFY(m_view->isReady());
    QCOMPARE(labelText("differenceNotes"), QString());
    QCOMPARE(text()->arrangement(), Arrangement::Alone);
    QVERIFY(labelText("differenceAttributes").startsWith(QStringLiteral("mode 0644, owner 0:0, modified ")));
}

void DifferenceViewTest::theLastOneWins()
{
    QSignalSpy ready(m_view.get(), &DifferenceView::ready);
    for (int i = 0; i < 5; ++i)
        m_view->setVersions(QStringLiteral("/f"), {}, fileVersion("file " + QByteArray::number(i) + "\n"));
    QTRY_VERIFY(m_view->isReady());
    QTest::qWait(50);
    QCOMPARE(ready.count(), 1);
    text()->selectAll();
    QCOMPARE(text()->selectedText(), QStringLiteral("file 4"));
    m_view->setVersions(QStringLiteral("/f"), {}, fileVersion("never\n"));
    m_view->clear();
    QTest::qWait(50);
    QVERIFY(!m_view->isReady());
    QVERIFY(!text()->isVisible());
}

void DifferenceViewTest::isReadable_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void DifferenceViewTest::isReadable()
{
    QFETCH(bool, dark);
    useScheme(dark);
    const QPalette palette = QApplication::palette();
    for (const ChangeTone tone : {ChangeTone::None, ChangeTone::Added, ChangeTone::Removed, ChangeTone::Changed}) {
        const pages::ChangeColors shades = pages::changeColors(tone, palette);
        QVERIFY(widgets::contrast(shades.sign, shades.ground) >= 4.5);
        for (const QColor& ground : {shades.ground, shades.part}) {
            QVERIFY(widgets::contrast(palette.color(QPalette::Text), ground) >= 4.5);
            const QColor number = pages::readableOn({ground}, widgets::secondaryText(palette), palette);
            QVERIFY(widgets::contrast(number, ground) >= 4.5);
        }
        if (tone != ChangeTone::None)
            QVERIFY(widgets::contrast(shades.part, shades.ground) > 1.1);
    }
    show(fileVersion("# a comment\nx = \"text\" + 1\n"), fileVersion("# another comment\nx = \"texts\" + 2\n"),
         QStringLiteral("/a.py"));
    const pages::ChangeColors shades = pages::changeColors(ChangeTone::Changed, palette);
    for (int line = 0; line < 2; ++line) {
        for (const QTextLayout::FormatRange& range : text()->layout(line, Side::Right).formats()) {
            if (!range.format.hasProperty(QTextFormat::ForegroundBrush))
                continue;
            QVERIFY(widgets::contrast(range.format.foreground().color(), shades.part) >= 4.5);
            QVERIFY(widgets::contrast(range.format.foreground().color(), shades.ground) >= 4.5);
        }
    }
}

void DifferenceViewTest::colorsSyntax_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("language");
    QTest::newRow("by its name") << QStringLiteral("/a/b.py") << QByteArray("x = 1\n") << QStringLiteral("Python");
    QTest::newRow("by its first line") << QStringLiteral("/bin/tool") << QByteArray("#!/bin/sh\necho\n")
                                       << QStringLiteral("Bash");
    QTest::newRow("plain") << QStringLiteral("/a/b") << QByteArray("words\n") << QString();
}

void DifferenceViewTest::colorsSyntax()
{
    QFETCH(QString, path);
    QFETCH(QByteArray, content);
    show({}, fileVersion(content), path);
    QTEST(text()->language(), "language");
    QCOMPARE(text()->layout(0, Side::Right).formats().isEmpty(), text()->language().isEmpty());
}

void DifferenceViewTest::takesAnyText_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    const auto row = [](const char* name, const QString& before, const QString& after) {
        QTest::newRow(name) << before.toUtf8() << after.toUtf8();
    };
    row("tabs", QStringLiteral("\ta\tb\n"), QStringLiteral("\t\ta\tc\n"));
    row("line separators", QStringLiteral("a\u2028b\u2029c\n"), QStringLiteral("a\u2028b\n"));
    row("right to left", QStringLiteral("\u05d0\u05d1 abc\n"), QStringLiteral("\u05d0\u05d2 abc\n"));
    row("emoji", QStringLiteral("\U0001F600\U0001F601\n"), QStringLiteral("\U0001F600\U0001F602\n"));
    row("combining", QStringLiteral("e\u0301\u0301\n"), QStringLiteral("e\u0300\n"));
    row("one long line", QString(9'000, u'x'), QString(9'001, u'x'));
    row("one that is too long", QString(300'000, u'x'), QStringLiteral("a\nb\n"));
    row("only returns", QStringLiteral("\r\r\r"), QStringLiteral("\r\n\r"));
}

/// Painted, selected and copied without harm in every arrangement.
void DifferenceViewTest::takesAnyText()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    for (const int width : {1000, 500}) {
        m_view->resize(width, 300);
        show(fileVersion(before), fileVersion(after), QStringLiteral("/a.cpp"));
        for (int y = 2; y < 60; y += 9) {
            drag({width / 3, y}, {width - 60, 70 - y});
            m_view->grab();
        }
        text()->selectAll();
        m_view->grab();
    }
    m_view->resize(1000, 300);
    show(fileVersion(before), fileVersion(after));
    QTRY_COMPARE(text()->arrangement(), Arrangement::SideBySide);
    text()->setFocus();
    QTest::mouseClick(text()->viewport(), Qt::LeftButton, {}, {800, 10});
    QTest::keyClick(text(), Qt::Key_A, Qt::ControlModifier);
    QStringList lines = QString::fromUtf8(after).split(u'\n');
    if (lines.last().isEmpty())
        lines.removeLast();
    QCOMPARE(text()->selectedText(), lines.join(u'\n').replace(QStringLiteral("\r\n"), QStringLiteral("\n")));
}

void DifferenceViewTest::scrollsBothSidesTogether()
{
    show(fileVersion(numbered(300) + QByteArray(400, 'x')), fileVersion(numbered(300, {5}) + QByteArray(400, 'x')));
    m_view->findChild<QToolButton*>(QStringLiteral("changeWhole"))->click();
    QVERIFY(text()->horizontalScrollBar()->maximum() > 0);
    text()->setFocus();
    QTest::keyClick(text(), Qt::Key_End);
    QCOMPARE(text()->verticalScrollBar()->value(), text()->verticalScrollBar()->maximum());
    QVERIFY(text()->viewport()->rect().contains(text()->lineRect(300)));
    QTest::keyClick(text(), Qt::Key_Home);
    QCOMPARE(text()->firstLine(), 0);
    QTest::keyClick(text(), Qt::Key_PageDown);
    QVERIFY(text()->firstLine() > 5);
    QTest::keyClick(text(), Qt::Key_Right);
    QVERIFY(text()->horizontalScrollBar()->value() > 0);
}

void DifferenceViewTest::longTextsDoNotHoldTheWindow()
{
    const QByteArray before = numbered(40'000);
    QElapsedTimer timer;
    timer.start();
    m_view->setVersions(QStringLiteral("/long.py"), fileVersion(before), fileVersion("new first\n" + before));
    qint64 longest = timer.restart();
    while (!m_view->isReady()) {
        QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
        longest = std::max(longest, timer.restart());
    }
    timer.restart();
    m_view->findChild<QToolButton*>(QStringLiteral("changeWhole"))->click();
    longest = std::max(longest, timer.restart());
    text()->verticalScrollBar()->setValue(text()->verticalScrollBar()->maximum());
    text()->repaint();
    longest = std::max(longest, timer.elapsed());
    QVERIFY2(longest < 500, qPrintable(QString::number(longest)));
    QTRY_VERIFY_WITH_TIMEOUT(!text()->layout(40'000, Side::Right).formats().isEmpty(), 20'000);
}

void DifferenceViewTest::everyControlHasANameAndWords()
{
    show(fileVersion(numbered(60)), fileVersion(numbered(60, {30})));
    for (const QWidget* widget : m_view->findChildren<QWidget*>()) {
        if (!(widget->focusPolicy() & Qt::TabFocus) || !widget->isVisible())
            continue;
        QVERIFY2(!widget->objectName().isEmpty(), widget->metaObject()->className());
        const auto* button = qobject_cast<const QToolButton*>(widget);
        const bool hasWords = !widget->accessibleName().isEmpty() || (button && !button->text().isEmpty());
        QVERIFY2(hasWords, qPrintable(widget->objectName()));
    }
}

QTEST_MAIN(DifferenceViewTest)
#include "differenceview_test.moc"

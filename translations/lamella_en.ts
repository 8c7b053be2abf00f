<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>DifferencePainter</name>
    <message numerus="yes">
        <source>%n unchanged lines</source>
        <translation>
            <numerusform>%n unchanged line</numerusform>
            <numerusform>%n unchanged lines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Formats</name>
    <message numerus="yes">
        <source>%n month(s) ago</source>
        <translation>
            <numerusform>%n month ago</numerusform>
            <numerusform>%n months ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n year(s) ago</source>
        <translation>
            <numerusform>%n year ago</numerusform>
            <numerusform>%n years ago</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>KeptChanges</name>
    <message numerus="yes">
        <source> and %n more.</source>
        <translation>
            <numerusform> and %n more.</numerusform>
            <numerusform> and %n more.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Loss</name>
    <message numerus="yes">
        <source>%n change(s), %1 in its writable layer, and its log are lost.</source>
        <translation>
            <numerusform>%n change, %1 in its writable layer, and its log are lost.</numerusform>
            <numerusform>%n changes, %1 in its writable layer, and its log are lost.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s), %1 in their writable layers, and their logs are lost.</source>
        <translation>
            <numerusform>%n change, %1 in their writable layers, and their logs are lost.</numerusform>
            <numerusform>%n changes, %1 in their writable layers, and their logs are lost.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>At least %n change(s), %1 in their writable layers, and their logs are lost.</source>
        <translation>
            <numerusform>At least %n change, %1 in their writable layers, and their logs are lost.</numerusform>
            <numerusform>At least %n changes, %1 in their writable layers, and their logs are lost.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It has %n change(s), %1 in its writable layer.</source>
        <translation>
            <numerusform>It has %n change, %1 in its writable layer.</numerusform>
            <numerusform>It has %n changes, %1 in its writable layer.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::app::ContainerActions</name>
    <message numerus="yes">
        <source>Its settings, writable layer and log stay in the trash for %n day(s), from where it can be brought back.</source>
        <translation>
            <numerusform>Its settings, writable layer and log stay in the trash for %n day, from where it can be brought back.</numerusform>
            <numerusform>Its settings, writable layer and log stay in the trash for %n days, from where it can be brought back.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 is in the trash, where it stays for %n day(s).</source>
        <translation>
            <numerusform>%1 is in the trash, where it stays for %n day.</numerusform>
            <numerusform>%1 is in the trash, where it stays for %n days.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::app::ImageRemoval</name>
    <message numerus="yes">
        <source>Remove %n image(s)?</source>
        <translation>
            <numerusform>Remove %n image?</numerusform>
            <numerusform>Remove %n images?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more.</source>
        <translation>
            <numerusform>and %n more.</numerusform>
            <numerusform>and %n more.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::app::ImagesSection</name>
    <message numerus="yes">
        <source>%n image(s), %1 on the disk.</source>
        <translation>
            <numerusform>%n image, %1 on the disk.</numerusform>
            <numerusform>%n images, %1 on the disk.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::app::Notices</name>
    <message numerus="yes">
        <source>%n more failure(s) before.</source>
        <translation>
            <numerusform>%n more failure before.</numerusform>
            <numerusform>%n more failures before.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::app::StatusLine</name>
    <message numerus="yes">
        <source>%n container(s), none of which runs.</source>
        <translation>
            <numerusform>%n container, which does not run.</numerusform>
            <numerusform>%n containers, none of which runs.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n container(s) running, with %1 CPU and %2 of memory.</source>
        <translation>
            <numerusform>%n container running, with %1 CPU and %2 of memory.</numerusform>
            <numerusform>%n containers running, with %1 CPU and %2 of memory.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n container(s) running, with %2 CPU and %3 of memory.</source>
        <translation>
            <numerusform>%1 of %n container running, with %2 CPU and %3 of memory.</numerusform>
            <numerusform>%1 of %n containers running, with %2 CPU and %3 of memory.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n job(s)</source>
        <translation>
            <numerusform>%n job</numerusform>
            <numerusform>%n jobs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::app::TrashButton</name>
    <message numerus="yes">
        <source>%n container(s) in the trash, %1</source>
        <translation>
            <numerusform>%n container in the trash, %1</numerusform>
            <numerusform>%n containers in the trash, %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::dialogs::LimitsGroup</name>
    <message numerus="yes">
        <source>of %n</source>
        <translation>
            <numerusform>of %n</numerusform>
            <numerusform>of %n</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::dialogs::PruneDialog</name>
    <message numerus="yes">
        <source>%n image(s) would be removed, which gives back %1. This cannot be undone.</source>
        <translation>
            <numerusform>%n image would be removed, which gives back %1. This cannot be undone.</numerusform>
            <numerusform>%n images would be removed, which gives back %1. This cannot be undone.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::dialogs::SaveDialog</name>
    <message numerus="yes">
        <source>Save %n image(s)</source>
        <translation>
            <numerusform>Save %n image</numerusform>
            <numerusform>Save %n images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::dialogs::TagPopup</name>
    <message numerus="yes">
        <source>Search %n tag(s)</source>
        <translation>
            <numerusform>Search %n tag</numerusform>
            <numerusform>Search %n tags</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::dialogs::TrashDialog</name>
    <message numerus="yes">
        <source>The trash is empty. What is removed stays here for %n day(s).</source>
        <translation>
            <numerusform>The trash is empty. What is removed stays here for %n day.</numerusform>
            <numerusform>The trash is empty. What is removed stays here for %n days.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n container(s) for ever?</source>
        <translation>
            <numerusform>Delete %n container for ever?</numerusform>
            <numerusform>Delete %n containers for ever?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::models::FileCopy</name>
    <message numerus="yes">
        <source>%n more could not be copied.</source>
        <translation>
            <numerusform>%n more could not be copied.</numerusform>
            <numerusform>%n more could not be copied.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::models::ImageListModel</name>
    <message numerus="yes">
        <source>%1 in %n layer(s).
Removing it gives back %2; other images share %3.</source>
        <translation>
            <numerusform>%1 in %n layer.
Removing it gives back %2; other images share %3.</numerusform>
            <numerusform>%1 in %n layers.
Removing it gives back %2; other images share %3.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::models::TrashModel</name>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n day</numerusform>
            <numerusform>%n days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s)</source>
        <translation>
            <numerusform>%n hour</numerusform>
            <numerusform>%n hours</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::pages::ChangesPage</name>
    <message numerus="yes">
        <source>%n paths changed</source>
        <translation>
            <numerusform>%n path changed</numerusform>
            <numerusform>%n paths changed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Copy %n Paths</source>
        <translation>
            <numerusform>&amp;Copy %n Path</numerusform>
            <numerusform>&amp;Copy %n Paths</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::pages::CopyBar</name>
    <message numerus="yes">
        <source>Copying was stopped; %n file(s) had been copied.</source>
        <translation>
            <numerusform>Copying was stopped; %n file had been copied.</numerusform>
            <numerusform>Copying was stopped; %n files had been copied.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::pages::DifferenceView</name>
    <message numerus="yes">
        <source>%n lines added</source>
        <translation>
            <numerusform>%n line added</numerusform>
            <numerusform>%n lines added</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n lines removed</source>
        <translation>
            <numerusform>%n line removed</numerusform>
            <numerusform>%n lines removed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::pages::FileChanges</name>
    <message numerus="yes">
        <source>Remove %n files and directories?</source>
        <translation>
            <numerusform>Remove %n file or directory?</numerusform>
            <numerusform>Remove %n files and directories?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Lost for good: what the container has made of %n of them.</source>
        <translation>
            <numerusform>Lost for good: what the container has made of one of them.</numerusform>
            <numerusform>Lost for good: what the container has made of %n of them.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>From the image, so that the Changes tab can bring it back: %n of them.</source>
        <translation>
            <numerusform>From the image, so that the Changes tab can bring it back: one of them.</numerusform>
            <numerusform>From the image, so that the Changes tab can bring it back: %n of them.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::pages::FileEditor</name>
    <message numerus="yes">
        <source>Lost: what you have typed into %n file(s).</source>
        <translation>
            <numerusform>Lost: what you have typed into %n file.</numerusform>
            <numerusform>Lost: what you have typed into %n files.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::pages::FilePermissions</name>
    <message numerus="yes">
        <source>Permissions of %n files</source>
        <translation>
            <numerusform>Permissions of %n file</numerusform>
            <numerusform>Permissions of %n files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n could not be changed:</source>
        <translation>
            <numerusform>One of them could not be changed:</numerusform>
            <numerusform>%n of them could not be changed:</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::pages::FilesView</name>
    <message numerus="yes">
        <source>%n files and directories are selected.</source>
        <translation>
            <numerusform>%n file or directory is selected.</numerusform>
            <numerusform>%n files and directories are selected.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::pages::LayersView</name>
    <message numerus="yes">
        <source>%n read-only layers</source>
        <translation>
            <numerusform>%n read-only layer</numerusform>
            <numerusform>%n read-only layers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n more</numerusform>
            <numerusform>%n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::pages::ProcessesPage</name>
    <message numerus="yes">
        <source>%n processes inside</source>
        <translation>
            <numerusform>%n process inside</numerusform>
            <numerusform>%n processes inside</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::pages::StatsPage</name>
    <message numerus="yes">
        <source>%n minutes</source>
        <translation>
            <numerusform>%n minute</numerusform>
            <numerusform>%n minutes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::pages::UndoChanges</name>
    <message numerus="yes">
        <source>Undo %n change(s) of %1?</source>
        <translation>
            <numerusform>Undo %n change of %1?</numerusform>
            <numerusform>Undo %n changes of %1?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Deleted: %n added path(s), %1.</source>
        <translation>
            <numerusform>Deleted: %n added path, %1.</numerusform>
            <numerusform>Deleted: %n added paths, %1.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Lost: what was written to %n path(s).</source>
        <translation>
            <numerusform>Lost: what was written to %n path.</numerusform>
            <numerusform>Lost: what was written to %n paths.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Back again: %n deleted path(s).</source>
        <translation>
            <numerusform>Back again: %n deleted path.</numerusform>
            <numerusform>Back again: %n deleted paths.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Owner, mode and times as in the image: %n path(s).</source>
        <translation>
            <numerusform>Owner, mode and times as in the image: %n path.</numerusform>
            <numerusform>Owner, mode and times as in the image: %n paths.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lamella::terminal::TerminalView</name>
    <message numerus="yes">
        <source>The clipboard holds %n lines. The shell runs each as soon as it arrives.</source>
        <translation>
            <numerusform>The clipboard holds %n line. The shell runs it as soon as it arrives.</numerusform>
            <numerusform>The clipboard holds %n lines. The shell runs each as soon as it arrives.</numerusform>
        </translation>
    </message>
</context>
</TS>

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/pages/page.h"

namespace lamella::pages {

class FileChanges;
class FileEditor;
class FilesView;

/// The files of a container, to be looked into and changed.
class FilesPage final : public Page {
    Q_OBJECT

public:
    explicit FilesPage(client::Client* client, QWidget* parent = nullptr);

protected:
    void containerSet() override;
    void containerChanged() override;
    void refresh() override;
    void tick() override;

private:
    void connectView();
    void connectEditor();
    void copyIn(const QStringList& files, const QByteArray& directory);
    void closeEditor();

    FilesView* m_view;
    FileChanges* m_changes;
    FileEditor* m_editor;
    bool m_wasAlive = false;
};

} // namespace lamella::pages

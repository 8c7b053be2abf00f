// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"
#include "gui/models/copy_out.h"
#include "gui/pages/page.h"

#include <QElapsedTimer>
#include <QModelIndex>

#include <vector>

class QAction;
class QLabel;
class QSplitter;
class QToolButton;

namespace lamella::models {
class ChangesModel;
}

namespace lamella::pages {

class ChangesFilter;
class ChangesTree;
class ChangeVersions;
class ContentCounter;
class CopyBar;
class DifferenceView;
class LiveFollower;
class TemporaryCopies;
class UndoChanges;

/// What the container has changed against its image.
class ChangesPage final : public Page {
    Q_OBJECT

public:
    explicit ChangesPage(client::Client* client, QWidget* parent = nullptr);

    void save(QSettings& settings) const override;
    void restore(const QSettings& settings) override;

protected:
    void containerSet() override;
    void containerChanged() override;
    void refresh() override;
    void tick() override;
    void hideEvent(QHideEvent* event) override;

private:
    QWidget* createControls();
    QToolButton* createPause(QWidget* bar);
    QWidget* createSummary();
    void follow();
    void ask(quint64 most);
    void noteRead();
    void showLive();
    void showLast();
    void addKindButton(QWidget* bar, client::ChangeKind kind, const QString& letter);
    void connectView();
    void take(client::ChangeSet changes);
    void nameLayers();
    void showTotals();
    void createActions();
    void createDifference();
    void showDifference();
    void sayWhatDiffers();
    void updateActions();
    QByteArrayList selectedPaths() const;
    /// What of it can be dragged, to be copied.
    std::vector<models::CopyOut::Source> sources() const;
    void openSelected();
    void copyPaths();
    void showMenu(const QPoint& position);

    models::ChangesModel* m_model;
    ChangesFilter* m_filter;
    ChangesTree* m_view;
    QLabel* m_totals;
    QSplitter* m_splitter;
    DifferenceView* m_difference;
    ChangeVersions* m_versions;
    ContentCounter* m_counter;
    CopyBar* m_copies;
    TemporaryCopies* m_temporary;
    UndoChanges* m_undo;
    QAction* m_open;
    QAction* m_copyPaths;
    QAction* m_save;
    QAction* m_keep;
    QAction* m_commit;
    QAction* m_undoSelected;
    QAction* m_undoAll;
    QToolButton* m_pause = nullptr; ///< of reading again and again
    LiveFollower* m_live;
    QLabel* m_liveMark;
    bool m_asking = false;
    bool m_known = false;
    bool m_isOutdated = false; ///< something has happened since what is being read was asked for
    quint64 m_generation = 0;
    QElapsedTimer m_asked;
};

} // namespace lamella::pages

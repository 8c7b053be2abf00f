// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/layer_tree.h"

#include <QModelIndex>
#include <QStringList>
#include <QWidget>

class QLabel;
class QTabWidget;
class QTableView;
class QToolButton;
class QTreeView;

namespace lamella::models {
class LayerFilesModel;
class WastedModel;
} // namespace lamella::models

namespace lamella::widgets {
class SearchField;
class Treemap;
} // namespace lamella::widgets

namespace lamella::pages {

/// What is in a stack of layers: its files as a tree, what takes the room as a treemap, and what is wasted as a list.
class LayerContents final : public QWidget {
    Q_OBJECT
public:
    explicit LayerContents(QWidget* parent = nullptr);

    /// `names`: what made the layers, from the bottom. A tree read anew keeps what is open and chosen. `compared`: it
    /// has two stacks in place of layers, and only what differs is shown.
    void setTree(const client::LayerTreePtr& tree, const QStringList& names, bool compared = false);
    /// `layer` from the bottom: what the stack up to it shows, or what it does alone.
    void setLayer(int layer);
    int layer() const;

Q_SIGNALS:
    /// The path that is pointed at or, where none is, the chosen one; -1: none.
    void nodeMarked(qint64 node);
    /// The list of what is wasted leads to a path that this layer is the last to have.
    void layerRequested(int layer);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* createFiles();
    QWidget* createSpace();
    QWidget* createWasted();
    QWidget* createControls();
    void applyView();
    void showCounts();
    void showWhere();
    void mark(const QModelIndex& pointed);
    void reveal(quint32 node);
    void revealWasted(const QModelIndex& row);
    std::vector<QByteArray> openPaths() const;
    void open(const std::vector<QByteArray>& paths);

    models::LayerFilesModel* m_model;
    models::WastedModel* m_wastedModel;
    QTabWidget* m_tabs;
    QTreeView* m_files;
    widgets::Treemap* m_map;
    QLabel* m_where;
    QToolButton* m_up;
    QTableView* m_wasted;
    QToolButton* m_alone;
    widgets::SearchField* m_search;
    QLabel* m_counts;
    int m_layer = 0;
    bool m_compared = false;
};

} // namespace lamella::pages

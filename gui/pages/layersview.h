// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/error.h"
#include "gui/client/layer_tree.h"
#include "gui/client/pending.h"
#include "gui/client/types.h"

#include <QPointer>
#include <QWidget>

#include <functional>
#include <optional>
#include <vector>

class QBoxLayout;
class QComboBox;
class QLabel;
class QListView;
class QPlainTextEdit;
class QSplitter;

namespace lamella::client {
class Client;
}

namespace lamella::models {
class LayersModel;
}

namespace lamella::widgets {
class KeyValue;
}

namespace lamella::pages {

class LayerContents;

/// A stack of layers: the pile of sheets at one side, what is in them at the other; or two stacks compared.
class LayersView final : public QWidget {
    Q_OBJECT
public:
    LayersView(client::Client* client, QWidget* parent = nullptr);

    /// Whose layers they are.
    struct Stack {
        QString path; ///< the object's
        QString name;
        std::vector<client::LayerInfo> layers; ///< from the bottom
        bool hasWritable = false; ///< a container's, above them
        /// Asks for the tree, compared with another object's or, where that is empty, alone.
        std::function<client::Pending<client::LayerTreePtr>(const QString& compareWith)> open;
    };

    /// What was shown of another stack is forgotten at once; load() reads this one.
    void setStack(Stack stack);
    void clear();
    void load();
    /// The bytes of the writable layer, as they are known otherwise.
    void setWritableBytes(quint64 bytes);
    bool isLoading() const { return m_loading; }
    const client::LayerTreePtr& tree() const { return m_tree; }

Q_SIGNALS:
    void failed(const client::ClientError& error);
    void loaded();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* createPile();
    QWidget* createDetails();
    QWidget* createHead();
    void take(const client::LayerTreePtr& tree);
    void showPile();
    void showSummary();
    void showSelected();
    void listOthers();
    void compare();
    QString compareWith() const;
    QStringList layerNames() const;
    QString usersOf(const QString& chainId) const;

    QPointer<client::Client> m_client;
    Stack m_stack;
    client::LayerTreePtr m_tree;
    std::optional<quint64> m_writableBytes;
    models::LayersModel* m_model;
    QLabel* m_summary;
    QComboBox* m_others;
    QBoxLayout* m_head = nullptr;
    QSplitter* m_splitter;
    QListView* m_pile;
    QWidget* m_details;
    widgets::KeyValue* m_values;
    QPlainTextEdit* m_command;
    LayerContents* m_contents;
    bool m_loading = false;
    bool m_loadAgain = false;
    quint64 m_generation = 0;
};

} // namespace lamella::pages

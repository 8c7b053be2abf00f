// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QSettings;

namespace lamella::client {
class Client;
}

namespace lamella::app {

class ContainerActions;
class ContainerDetails;
class ContainerList;
class ImageActions;
class Splitter;

/// List and details side by side; where the window is narrow, one at a time with a way back.
class ContainersSection : public QWidget {
    Q_OBJECT

public:
    /// Below this width of the window the details become a page.
    static constexpr int kNarrow = 900;

    ContainersSection(client::Client* client, QAction* run, QAction* back, ContainerActions* actions,
                      ImageActions* images, QWidget* parent = nullptr);

    ContainerList* list() const { return m_list; }
    ContainerDetails* details() const { return m_details; }
    void setNarrow(bool narrow);
    void goBack();
    void openDetails();

    void save(QSettings& settings) const;
    void restore(const QSettings& settings);

private:
    void arrange();

    QAction* m_back;
    Splitter* m_splitter;
    ContainerList* m_list;
    ContainerDetails* m_details;
    bool m_narrow = false;
    bool m_detailsOpen = false;
};

} // namespace lamella::app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>

#include <chrono>
#include <functional>
#include <vector>

namespace lamella::client {
class Client;
class ContainerClient;
class ImageClient;
} // namespace lamella::client

namespace lamella::app {

class MainWindow;

/// Does by itself what a new user would do first: loads the starter image, runs it by the dialog, looks at every tab,
/// types into the terminal, stops it, makes an image of it and removes both. Each step goes through the window's own
/// buttons and is over when the models say so, before its deadline; then the next. Leaves with 0, or with 1 and the
/// sentence why not.
class Demo : public QObject {
    Q_OBJECT

public:
    /// `pictures`: the directory for them, which is there. `pull`: an image that is pulled on the way; may be empty.
    Demo(client::Client* client, MainWindow* window, const QString& pictures, const QString& pull = {});

    void start();

private:
    struct Step {
        QString what; ///< "the container runs": what is waited for
        std::function<bool()> act; ///< done once; false: it could not be done
        std::function<bool()> done; ///< asked again and again
        QString picture; ///< its name, where one is saved afterwards
        std::chrono::seconds within;
    };

    void add(const QString& what, std::function<bool()> act, std::function<bool()> done, const QString& picture = {},
             std::chrono::seconds within = std::chrono::seconds(20));
    void addBeginning();
    void addTabs();
    void addTerminal();
    void addStop();
    void addCommit();
    void addPull(const QString& name);
    void addImages();
    void addEnd();
    void addImageEnd();
    /// Opens a tab and waits until `holds` says that it shows what it should.
    void addTab(const QString& id, const QString& what, std::function<bool()> holds);

    void look();
    void finish(const QString& failure);
    void savePicture(const QString& name);
    bool fillRunDialog();
    bool trigger(const QString& action);
    bool chooseImage(const QString& name);
    client::ContainerClient* container() const;
    /// By the end of one of its names.
    client::ImageClient* image(const QString& reference) const;
    QWidget* page(const QString& id) const;

    client::Client* m_client;
    MainWindow* m_window;
    QString m_pictures;
    QString m_name;
    std::vector<Step> m_steps;
    std::size_t m_current = 0;
    bool m_acted = false;
    QElapsedTimer m_since;
    QElapsedTimer m_done; ///< since the current step is done
    QTimer m_look;
};

/// For steps where nothing is to be done, or to be waited for.
bool nothing();
/// Presses a visible button, by its objectName; false where there is none that can be pressed.
bool press(const QString& objectName);
/// Types a text into a widget as a person does.
void type(QWidget* into, const QString& text);

} // namespace lamella::app

// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/changeversions.h"

#include "gui/client/container_client.h"

namespace lamella::pages {

using namespace std::chrono_literals;
using client::ContainerClient;
using client::FileVersion;

namespace {

constexpr auto kRest = 60ms;

} // namespace

ChangeVersions::ChangeVersions(QObject* parent)
    : QObject(parent)
{
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &ChangeVersions::read);
}

void ChangeVersions::show(ContainerClient* container, const File& file)
{
    if (container == m_container && file == m_file)
        return;
    ++m_generation;
    m_container = container;
    m_file = file;
    m_soon.start(kRest);
}

void ChangeVersions::clear()
{
    ++m_generation;
    m_soon.stop();
    m_container.clear();
    m_file = {};
}

void ChangeVersions::read()
{
    if (!m_container)
        return;
    m_image.reset();
    m_changed.reset();
    const auto ask = [this](ContainerClient::Version version, std::optional<FileVersion>& into) {
        if (!m_container)
            return; // the first one has failed already
        m_container->readFile(m_file.rawPath, version)
            .then(this, [this, generation = m_generation, &into](client::Outcome<FileVersion> answer) {
                if (generation != m_generation)
                    return;
                if (!answer) {
                    const auto error = answer.error();
                    clear();
                    Q_EMIT failed(error);
                    return;
                }
                into = std::move(*answer);
                take();
            });
    };
    ask(ContainerClient::Version::Image, m_image);
    ask(ContainerClient::Version::Container, m_changed);
}

void ChangeVersions::take()
{
    if (m_image && m_changed)
        Q_EMIT ready(m_file.path, *m_image, *m_changed);
}

} // namespace lamella::pages

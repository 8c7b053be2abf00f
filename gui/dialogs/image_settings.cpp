// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/image_settings.h"

#include "gui/dialogs/environment_table.h"
#include "gui/dialogs/forms.h"
#include "gui/format/formats.h"
#include "gui/models/command_line.h"
#include "gui/widgets/foldout.h"
#include "gui/widgets/fonts.h"

#include <QFormLayout>
#include <QLineEdit>
#include <QRegularExpression>
#include <QVBoxLayout>

#include <algorithm>

namespace lamella::dialogs {

namespace {

QLineEdit* line(const QString& name, QWidget* parent)
{
    auto* made = new QLineEdit(parent);
    made->setObjectName(name);
    return made;
}

/// Words that are typed on one line, as a shell reads them.
QLineEdit* words(const QString& name, QWidget* parent)
{
    QLineEdit* made = line(name, parent);
    made->setFont(widgets::monospaceFont(parent->font()));
    return made;
}

QStringList wordsOf(const QLineEdit* line)
{
    return models::splitCommand(line->text()).value_or(QStringList());
}

QString nameOf(const QString& variable)
{
    return variable.section(u'=', 0, 0);
}

QString exampleOf(const QString& text)
{
    return ImageSettings::tr("such as %1").arg(text);
}

} // namespace

ImageSettings::ImageSettings(QWidget* parent)
    : QWidget(parent)
{
    m_forms = {buildRun(), buildOffers()};
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(fold(QStringLiteral("newRun"), tr("What it runs"), m_forms.constFirst()));
    layout->addWidget(fold(QStringLiteral("newOffers"), tr("Ports, volumes and labels"), m_forms.constLast()));
    for (const QLineEdit* edit : {m_entrypoint, m_command, m_workingDir, m_stopSignal, m_ports, m_volumes, m_labels})
        connect(edit, &QLineEdit::textChanged, this, &ImageSettings::changed);
    connect(m_environment, &EnvironmentTable::changed, this, &ImageSettings::changed);
    connect(m_entrypoint, &QLineEdit::textChanged, this, &ImageSettings::showInherited);
    showInherited();
}

QWidget* ImageSettings::buildRun()
{
    auto* content = new QWidget(this);
    m_entrypoint = words(QStringLiteral("newEntrypoint"), content);
    m_command = words(QStringLiteral("newCommand"), content);
    m_environment = new EnvironmentTable(content);
    m_workingDir = line(QStringLiteral("newWorkingDir"), content);
    m_user = line(QStringLiteral("newUser"), content);
    m_stopSignal = line(QStringLiteral("newStopSignal"), content);
    m_entrypoint->setToolTip(tr("The program that every container runs, with the command as its arguments"));
    m_command->setToolTip(tr("What a container runs where it is made with no other command"));
    m_stopSignal->setToolTip(tr("What asks the program to end"));
    QFormLayout* form = formIn(content);
    form->addRow(tr("En&trypoint"), m_entrypoint);
    form->addRow(tr("&Command"), m_command);
    form->addRow(tr("&Environment"), m_environment);
    form->addRow(tr("Working &directory"), m_workingDir);
    form->addRow(tr("&User"), m_user);
    form->addRow(tr("&Stop signal"), m_stopSignal);
    return content;
}

QWidget* ImageSettings::buildOffers()
{
    auto* content = new QWidget(this);
    m_ports = words(QStringLiteral("newPorts"), content);
    m_volumes = words(QStringLiteral("newVolumes"), content);
    m_labels = words(QStringLiteral("newLabels"), content);
    m_ports->setToolTip(tr("Where its program listens, parted by spaces"));
    m_volumes->setToolTip(tr("Directories of what is to outlive a container, parted by spaces"));
    m_labels->setToolTip(tr("name=value, parted by spaces; what has spaces in it stands in quotes"));
    QFormLayout* form = formIn(content);
    form->addRow(tr("Po&rts"), m_ports);
    form->addRow(tr("&Volumes"), m_volumes);
    form->addRow(tr("&Labels"), m_labels);
    return content;
}

widgets::FoldOut* ImageSettings::fold(const QString& name, const QString& title, QWidget* content)
{
    auto* made = new widgets::FoldOut(title, this);
    made->setObjectName(name);
    made->setContent(content);
    made->setOpen(false);
    connect(made, &widgets::FoldOut::toggled, this, &ImageSettings::unfolded);
    return made;
}

void ImageSettings::setInherited(const models::ImageConfig& config)
{
    m_inherited = config;
    showInherited();
}

void ImageSettings::setEnvironment(const QStringList& environment)
{
    m_environment->setEnvironment(environment);
    m_oldEnvironment = m_environment->environment();
}

void ImageSettings::showInherited()
{
    const auto show = [](QLineEdit* edit, const QString& inherited, const QString& otherwise) {
        edit->setPlaceholderText(inherited.isEmpty() ? otherwise : inherited);
    };
    // These are added to what is there, and do not take its place.
    const auto showList = [](QLineEdit* edit, const QStringList& inherited, const QString& example) {
        edit->setPlaceholderText(inherited.isEmpty() ? exampleOf(example)
                                                     : tr("besides %1").arg(format::shellCommand(inherited)));
    };
    show(m_entrypoint, format::shellCommand(m_inherited.entrypoint), tr("none"));
    show(m_command, format::shellCommand(m_inherited.command), exampleOf(QStringLiteral("/bin/sh")));
    // An image's command is its entrypoint's: the helper does not keep it for another one.
    if (!m_entrypoint->text().trimmed().isEmpty())
        m_command->setPlaceholderText(tr("none, unless you say one for this entrypoint"));
    show(m_workingDir, m_inherited.workingDir, QStringLiteral("/"));
    show(m_user, m_inherited.user, QStringLiteral("root"));
    show(m_stopSignal, m_inherited.stopSignal, QStringLiteral("SIGTERM"));
    showList(m_ports, m_inherited.exposedPorts, QStringLiteral("80 53/udp"));
    showList(m_volumes, m_inherited.volumes, QStringLiteral("/data"));
    showList(m_labels, m_inherited.labels, QStringLiteral("version=1"));
}

QString ImageSettings::problem() const
{
    static const QRegularExpression port(QStringLiteral("\\A0*[1-9][0-9]{0,4}(/(tcp|udp|sctp))?\\z"));
    static const QRegularExpression signal(QStringLiteral("\\A[A-Z0-9+-]{0,16}\\z"));
    for (const QLineEdit* edit : {m_entrypoint, m_command, m_ports, m_volumes, m_labels}) {
        if (!models::splitCommand(edit->text()))
            return edit == m_command ? tr("In the command a quote is left open, or it ends in a backslash.")
                                     : tr("In “%1” a quote is left open, or it ends in a backslash.").arg(edit->text());
    }
    if (!m_workingDir->text().isEmpty() && !m_workingDir->text().startsWith(u'/'))
        return tr("The working directory begins with “/”.");
    if (!signal.match(m_stopSignal->text()).hasMatch())
        return tr("“%1” is no signal: SIGTERM and 15 are.").arg(m_stopSignal->text());
    for (const QString& one : wordsOf(m_ports)) {
        if (!port.match(one).hasMatch() || one.section(u'/', 0, 0).toUInt() > 65535)
            return tr("“%1” is no port: 80 and 53/udp are.").arg(one);
    }
    for (const QString& one : wordsOf(m_volumes)) {
        if (!one.startsWith(u'/'))
            return tr("“%1” is no volume: it begins with “/”.").arg(one);
    }
    for (const QString& one : wordsOf(m_labels)) {
        if (one.indexOf(u'=') < 1)
            return tr("“%1” is no label: name=value is.").arg(one);
    }
    return m_environment->problem();
}

QStringList ImageSettings::changedVariables() const
{
    QStringList variables = m_environment->environment();
    variables.removeIf([this](const QString& one) { return m_oldEnvironment.contains(one); });
    return variables;
}

QStringList ImageSettings::removedVariables() const
{
    QStringList names;
    const QStringList variables = m_environment->environment();
    for (const QString& old : m_oldEnvironment) {
        const auto isSame = [&old](const QString& one) { return nameOf(one) == nameOf(old); };
        if (std::ranges::none_of(variables, isSame))
            names.append(nameOf(old));
    }
    return names;
}

void ImageSettings::addTo(client::NewImage& image) const
{
    image.entrypoint = wordsOf(m_entrypoint);
    image.command = wordsOf(m_command);
    image.env = changedVariables();
    image.unsetEnv = removedVariables();
    image.workingDir = m_workingDir->text();
    image.user = m_user->text().trimmed();
    image.stopSignal = m_stopSignal->text();
    image.exposedPorts = wordsOf(m_ports);
    image.volumes = wordsOf(m_volumes);
    image.labels = wordsOf(m_labels);
}

} // namespace lamella::dialogs

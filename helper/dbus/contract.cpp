// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/dbus/contract.h"

#include <QFile>
#include <QXmlStreamReader>
#include <QXmlStreamWriter>

using namespace Qt::StringLiterals;

namespace lamella::helper {

namespace {

constexpr auto kActionAnnotation = "org.lamella.Lamella1.Action"_L1;
constexpr auto kActionPrefix = "org.lamella."_L1;

QString attribute(const QXmlStreamReader& reader, QLatin1StringView name)
{
    return reader.attributes().value(name).toString();
}

/// Reads one <interface>, copying its elements (without comments) for introspection.
class InterfaceReader {
public:
    explicit InterfaceReader(QXmlStreamReader& reader)
        : m_reader(reader)
        , m_writer(&m_interface.xml)
    {
    }

    InterfaceContract read()
    {
        m_interface.name = attribute(m_reader, "name"_L1);
        m_writer.writeCurrentToken(m_reader);
        for (int depth = 1; depth > 0 && !m_reader.atEnd();) {
            const auto token = m_reader.readNext();
            if (token == QXmlStreamReader::StartElement) {
                ++depth;
                element();
            } else if (token == QXmlStreamReader::EndElement) {
                --depth;
                endElement();
            }
        }
        return std::move(m_interface);
    }

private:
    void element()
    {
        m_writer.writeCurrentToken(m_reader);
        const QStringView name = m_reader.name();
        if (name == "method"_L1) {
            m_method = MethodContract{attribute(m_reader, "name"_L1), {}, {}, m_interface.action};
            m_inMethod = true;
        } else if (name == "property"_L1) {
            const QString property = attribute(m_reader, "name"_L1);
            if (m_interface.properties.contains(property))
                m_reader.raiseError(u"property %1 stands twice in %2"_s.arg(property, m_interface.name));
            m_interface.properties.insert(property, attribute(m_reader, "type"_L1));
        } else if (name == "arg"_L1) {
            QString& signature
                = attribute(m_reader, "direction"_L1) == "out"_L1 ? m_method.outSignature : m_method.inSignature;
            signature += attribute(m_reader, "type"_L1);
        } else if (name == "annotation"_L1 && attribute(m_reader, "name"_L1) == kActionAnnotation) {
            (m_inMethod ? m_method.action : m_interface.action) = kActionPrefix + attribute(m_reader, "value"_L1);
        }
    }

    void endElement()
    {
        m_writer.writeCurrentToken(m_reader);
        if (m_reader.name() != "method"_L1)
            return;
        if (m_interface.methods.contains(m_method.name))
            m_reader.raiseError(u"method %1 stands twice in %2"_s.arg(m_method.name, m_interface.name));
        m_interface.methods.insert(m_method.name, m_method);
        m_inMethod = false;
    }

    QXmlStreamReader& m_reader;
    InterfaceContract m_interface;
    QXmlStreamWriter m_writer;
    MethodContract m_method;
    bool m_inMethod = false;
};

} // namespace

Result<Contract> Contract::parse(const QByteArray& xml)
{
    Contract contract;
    QXmlStreamReader reader(xml);
    while (!reader.atEnd()) {
        if (reader.readNext() != QXmlStreamReader::StartElement || reader.name() != "interface"_L1)
            continue;
        const InterfaceContract interface = InterfaceReader(reader).read();
        const QString name = interface.name;
        if (contract.m_interfaces.contains(name))
            return failure(ErrorKind::InvalidArgument, std::format("interface {} stands twice", name.toStdString()));
        contract.m_interfaces.insert(name, interface);
    }
    if (reader.hasError())
        return failure(
            ErrorKind::InvalidArgument,
            std::format("the D-Bus contract, line {}: {}", reader.lineNumber(), reader.errorString().toStdString()));
    return contract;
}

Result<Contract> Contract::load()
{
    QFile file(u":/lamella/org.lamella.Lamella1.xml"_s);
    if (!file.open(QIODevice::ReadOnly))
        return failure(ErrorKind::Failed, "the D-Bus contract is missing from this program");
    return parse(file.readAll());
}

const InterfaceContract* Contract::interface(const QString& name) const
{
    const auto found = m_interfaces.constFind(name);
    return found == m_interfaces.cend() ? nullptr : &*found;
}

} // namespace lamella::helper

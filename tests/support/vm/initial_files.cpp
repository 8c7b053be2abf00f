// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/vm/initial_files.h"

#include <sys/stat.h>

namespace lamella::test {

void InitialFiles::addDirectory(const QByteArray& name)
{
    add(name, S_IFDIR | 0755, {}, {});
}

void InitialFiles::addFile(const QByteArray& name, const QByteArray& content, mode_t mode)
{
    add(name, S_IFREG | mode, content, {});
}

void InitialFiles::addCharacterDevice(const QByteArray& name, unsigned majorNumber, unsigned minorNumber)
{
    add(name, S_IFCHR | 0600, {}, {majorNumber, minorNumber});
}

QByteArray InitialFiles::finished()
{
    add("TRAILER!!!", 0, {}, {});
    return m_bytes;
}

void InitialFiles::add(const QByteArray& name, mode_t mode, const QByteArray& content, Device device)
{
    QByteArray header = "070701";
    const quint32 fields[] = {++m_inode,
                              mode,
                              0,
                              0,
                              1,
                              0,
                              quint32(content.size()),
                              0,
                              0,
                              device.major,
                              device.minor,
                              quint32(name.size()) + 1,
                              0};
    for (const quint32 field : fields)
        header += QByteArray::number(field, 16).rightJustified(8, '0');
    m_bytes += header + name + '\0';
    pad();
    m_bytes += content;
    pad();
}

void InitialFiles::pad()
{
    m_bytes.append((4 - m_bytes.size() % 4) % 4, '\0');
}

} // namespace lamella::test

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/compressing_sink.h"

#include <KCompressionDevice>
#include <QIODevice>

#include <optional>

namespace lamella::image {

// What KArchive writes to. Keeps the error that its own result cannot tell.
class CompressingSink::Output final : public QIODevice {
public:
    explicit Output(layer::ByteSink& sink)
        : m_sink(sink)
    {
        open(WriteOnly | Unbuffered);
    }
    const std::optional<Error>& error() const { return m_error; }
    bool isSequential() const override { return true; }

protected:
    qint64 readData(char*, qint64) override { return -1; }
    qint64 writeData(const char* data, qint64 size) override
    {
        auto written = m_sink.write(std::as_bytes(std::span{data, static_cast<std::size_t>(size)}));
        if (written)
            return size;
        m_error = std::move(written).error();
        return -1;
    }

private:
    layer::ByteSink& m_sink;
    std::optional<Error> m_error;
};

CompressingSink::CompressingSink(layer::ByteSink& sink, layer::Compression compression)
    : m_sink(sink)
{
    if (compression == layer::Compression::None)
        return;
    m_output = std::make_unique<Output>(sink);
    const auto type = compression == layer::Compression::Gzip ? KCompressionDevice::GZip : KCompressionDevice::Zstd;
    m_device = std::make_unique<KCompressionDevice>(m_output.get(), false, type);
    m_device->open(QIODevice::WriteOnly);
}

CompressingSink::~CompressingSink() = default;

Result<void> CompressingSink::result() const
{
    if (m_output->error())
        return std::unexpected(*m_output->error());
    return {};
}

Result<void> CompressingSink::write(std::span<const std::byte> bytes)
{
    if (!m_device)
        return m_sink.write(bytes);
    const auto size = static_cast<qint64>(bytes.size());
    const auto written = m_device->write(reinterpret_cast<const char*>(bytes.data()), size);
    TRY(result());
    return written == size ? Result<void>{} : failure(ErrorKind::Failed, "cannot compress the archive");
}

Result<void> CompressingSink::finish()
{
    if (!m_device)
        return {};
    m_device->close();
    return result();
}

} // namespace lamella::image

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/shim/protocol.h"

#include "engine/base/json.h"
#include "engine/os/socket.h"

#include <format>

namespace lamella::shim {

void enlargeBuffers(BorrowedFd socket)
{
    const int wanted = static_cast<int>(2 * kMaxMessage);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &wanted, sizeof wanted);
}

Result<void> send(BorrowedFd socket, const nlohmann::json& body, const std::vector<BorrowedFd>& descriptors)
{
    const std::string text = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (text.size() > kMaxMessage || descriptors.size() > kMaxDescriptors)
        return failure(
            ErrorKind::LimitExceeded,
            std::format("a message of {} bytes and {} descriptors is too long", text.size(), descriptors.size()));
    return os::sendDatagram(socket, text, descriptors);
}

Result<std::optional<Message>> receive(BorrowedFd socket)
{
    auto datagram = TRY(os::receiveDatagram(socket, kMaxMessage));
    if (!datagram)
        return std::nullopt;
    if (datagram->descriptors.size() > kMaxDescriptors)
        return failure(ErrorKind::LimitExceeded, "a message has too many descriptors");
    Message message{TRY(parseJson(datagram->data, "a message", kMaxMessage)), std::move(datagram->descriptors)};
    if (!message.body.is_object())
        return failure(ErrorKind::InvalidArgument, "a message is not a JSON object");
    return message;
}

} // namespace lamella::shim

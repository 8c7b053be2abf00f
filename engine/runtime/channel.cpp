// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/channel.h"

#include <cerrno>
#include <cstring>

namespace lamella::runtime {

void attachDescriptor(msghdr& header, DescriptorRoom& room, int descriptor)
{
    header.msg_control = room.bytes;
    header.msg_controllen = sizeof room.bytes;
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
}

bool sendMark(int socket, char mark, int descriptor)
{
    iovec part{&mark, 1};
    DescriptorRoom room;
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (descriptor >= 0)
        attachDescriptor(header, room, descriptor);
    ssize_t n = 0;
    do
        n = ::sendmsg(socket, &header, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

bool receiveMark(int socket, char mark, int* descriptor)
{
    char received = 0;
    iovec part{&received, 1};
    DescriptorRoom room;
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = room.bytes;
    header.msg_controllen = sizeof room.bytes;
    ssize_t n = 0;
    do
        n = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return false;
    if (n == 0 || received != mark) {
        errno = EPIPE;
        return false;
    }
    if (descriptor == nullptr)
        return true;
    const cmsghdr* rights = CMSG_FIRSTHDR(&header);
    if (rights == nullptr || rights->cmsg_type != SCM_RIGHTS || rights->cmsg_len != CMSG_LEN(sizeof(int))) {
        errno = EBADMSG;
        return false;
    }
    std::memcpy(descriptor, CMSG_DATA(rights), sizeof(int));
    return true;
}

} // namespace lamella::runtime

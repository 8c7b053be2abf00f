// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/error.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace lamella {

namespace {

constexpr std::array<std::pair<ErrorKind, std::string_view>, 14> kNames{{
    {ErrorKind::NotFound, "NotFound"},
    {ErrorKind::AlreadyExists, "AlreadyExists"},
    {ErrorKind::InvalidArgument, "InvalidArgument"},
    {ErrorKind::Busy, "Busy"},
    {ErrorKind::WrongState, "WrongState"},
    {ErrorKind::NotAuthorized, "NotAuthorized"},
    {ErrorKind::Cancelled, "Cancelled"},
    {ErrorKind::NoSpace, "NoSpace"},
    {ErrorKind::LimitExceeded, "LimitExceeded"},
    {ErrorKind::Unsupported, "Unsupported"},
    {ErrorKind::Network, "Network"},
    {ErrorKind::RegistryDenied, "RegistryDenied"},
    {ErrorKind::DigestMismatch, "DigestMismatch"},
    {ErrorKind::Failed, "Failed"},
}};

ErrorKind kindOfErrno(int errnum)
{
    switch (errnum) {
    case ENOENT:
    case ENOTDIR:
    case ESRCH:
        return ErrorKind::NotFound;
    case EEXIST:
        return ErrorKind::AlreadyExists;
    case EBUSY:
    case ETXTBSY:
        return ErrorKind::Busy;
    case ENOSPC:
    case EDQUOT:
        return ErrorKind::NoSpace;
    case EMFILE:
    case ENFILE:
    case EAGAIN:
        return ErrorKind::LimitExceeded;
    case ECANCELED:
        return ErrorKind::Cancelled;
    case EOPNOTSUPP:
    case ENOSYS:
        return ErrorKind::Unsupported;
    default:
        return ErrorKind::Failed;
    }
}

} // namespace

std::string_view errorKindName(ErrorKind kind)
{
    return kNames[static_cast<std::size_t>(std::to_underlying(kind))].second;
}

ErrorKind errorKindFromName(std::string_view name)
{
    for (const auto& [kind, known] : kNames) {
        if (known == name)
            return kind;
    }
    return ErrorKind::Failed;
}

Error Error::of(ErrorKind kind, std::string message)
{
    return {kind, 0, std::move(message)};
}

Error Error::system(int errnum, std::string_view what)
{
    std::string message{what};
    message += ": ";
    message += std::strerror(errnum);
    return {kindOfErrno(errnum), errnum, std::move(message)};
}

Error Error::within(std::string_view what) &&
{
    message.insert(0, ": ");
    message.insert(0, what);
    return std::move(*this);
}

} // namespace lamella

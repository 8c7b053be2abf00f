// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/seccomp_profile.h"

#include "engine/base/json.h"
#include "engine/oci/parse.h"

#include <algorithm>
#include <charconv>
#include <sys/utsname.h>

namespace lamella::oci {

namespace {

constexpr std::size_t kLongestProfile = 1u << 20;

struct Version {
    unsigned major = 0;
    unsigned minor = 0;
    friend auto operator<=>(const Version&, const Version&) = default;
};

struct Conditions {
    std::vector<std::string> capabilities;
    std::vector<std::string> architectures;
    std::optional<Version> minKernel;
};

// "4.8", and what uname(2) says: "6.12.48+deb13-amd64".
std::optional<Version> parseVersion(std::string_view text)
{
    Version version;
    const char* end = text.data() + text.size();
    const auto [dot, majorError] = std::from_chars(text.data(), end, version.major);
    if (majorError != std::errc{} || dot == end || *dot != '.')
        return std::nullopt;
    const auto [rest, minorError] = std::from_chars(dot + 1, end, version.minor);
    if (minorError != std::errc{} || rest == dot + 1)
        return std::nullopt;
    return version;
}

Result<Conditions> parseConditions(const Node& node)
{
    TRY(node.mustBeObject());
    Conditions conditions;
    TRY(read(node["caps"], conditions.capabilities));
    TRY(read(node["arches"], conditions.architectures));
    std::optional<std::string> minKernel;
    TRY(read(node["minKernel"], minKernel));
    if (!minKernel)
        return conditions;
    conditions.minKernel = parseVersion(*minKernel);
    if (!conditions.minKernel)
        return node["minKernel"].wrong("must be a version like 4.8");
    return conditions;
}

class Judge {
public:
    Judge(const std::vector<std::string>& capabilities, const Machine& machine)
        : m_capabilities(capabilities)
        , m_machine(machine)
    {
    }

    Result<bool> holds(const Node& rule) const
    {
        const Conditions includes = TRY(parseConditions(rule["includes"]));
        const Conditions excludes = TRY(parseConditions(rule["excludes"]));
        return included(includes) && !excluded(excludes);
    }

private:
    bool has(const std::string& capability) const { return std::ranges::contains(m_capabilities, capability); }
    bool runsOn(const Version& least) const { return Version{m_machine.kernelMajor, m_machine.kernelMinor} >= least; }

    bool included(const Conditions& conditions) const
    {
        return std::ranges::all_of(conditions.capabilities, [this](const auto& name) { return has(name); })
            && (conditions.architectures.empty()
                || std::ranges::contains(conditions.architectures, m_machine.architecture))
            && (!conditions.minKernel || runsOn(*conditions.minKernel));
    }

    bool excluded(const Conditions& conditions) const
    {
        return std::ranges::any_of(conditions.capabilities, [this](const auto& name) { return has(name); })
            || std::ranges::contains(conditions.architectures, m_machine.architecture)
            || (conditions.minKernel && runsOn(*conditions.minKernel));
    }

    const std::vector<std::string>& m_capabilities;
    const Machine& m_machine;
};

Result<void> resolveArchitectures(const Node& archMap, const Machine& machine, Seccomp& seccomp)
{
    if (!archMap.filled())
        return {};
    if (!seccomp.architectures.empty())
        return archMap.wrong("and architectures cannot both be given");
    for (const Node& entry : TRY(archMap.elements())) {
        TRY(entry.mustBeObject());
        std::string native;
        TRY(read(entry["architecture"], native));
        std::vector<std::string> others;
        TRY(read(entry["subArchitectures"], others));
        if (native != machine.seccompArchitecture)
            continue;
        seccomp.architectures.push_back(std::move(native));
        seccomp.architectures.insert(seccomp.architectures.end(), others.begin(), others.end());
    }
    return {};
}

Machine thisMachine()
{
    Machine machine;
#if defined(__x86_64__)
    machine.architecture = "amd64";
    machine.seccompArchitecture = "SCMP_ARCH_X86_64";
#elif defined(__aarch64__)
    machine.architecture = "arm64";
    machine.seccompArchitecture = "SCMP_ARCH_AARCH64";
#elif defined(__riscv) && __riscv_xlen == 64
    machine.architecture = "riscv64";
    machine.seccompArchitecture = "SCMP_ARCH_RISCV64";
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
    machine.architecture = "ppc64le";
    machine.seccompArchitecture = "SCMP_ARCH_PPC64LE";
#elif defined(__s390x__)
    machine.architecture = "s390x";
    machine.seccompArchitecture = "SCMP_ARCH_S390X";
#elif defined(__loongarch64)
    machine.architecture = "loong64";
    machine.seccompArchitecture = "SCMP_ARCH_LOONGARCH64";
#else
#error "name this architecture for seccomp profiles"
#endif
    utsname system = {};
    ::uname(&system);
    const auto version = parseVersion(system.release).value_or(Version{});
    machine.kernelMajor = version.major;
    machine.kernelMinor = version.minor;
    return machine;
}

} // namespace

Result<Seccomp> resolveProfile(std::string_view text, const std::vector<std::string>& capabilities,
                               const Machine& machine)
{
    const nlohmann::json document = TRY(parseJson(text, "the seccomp profile", kLongestProfile));
    const Node root{&document, "seccomp"};
    if (!document.is_object())
        return root.wrong("must be an object");
    Seccomp seccomp = TRY(parseSeccompNode(root));
    if (!seccomp.listenerPath.empty())
        return root["listenerPath"].wrong("is not supported", ErrorKind::Unsupported);
    TRY(resolveArchitectures(root["archMap"], machine, seccomp));
    const Judge judge{capabilities, machine};
    std::vector<SeccompSyscalls> holding;
    const std::vector<Node> rules = TRY(root["syscalls"].elements());
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (TRY(judge.holds(rules[i])))
            holding.push_back(std::move(seccomp.syscalls[i]));
    }
    seccomp.syscalls = std::move(holding);
    return seccomp;
}

Result<Seccomp> resolveProfile(std::string_view text, const std::vector<std::string>& capabilities)
{
    return resolveProfile(text, capabilities, thisMachine());
}

} // namespace lamella::oci

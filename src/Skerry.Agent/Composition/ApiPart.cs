using System.Diagnostics.Metrics;

using Microsoft.Extensions.Logging;

using Skerry.Agent.CommandLine;
using Skerry.Agent.Configuration;
using Skerry.Api;
using Skerry.Catalog;

namespace Skerry.Agent.Composition;

/// <summary>Makes the HTTP API.</summary>
internal static class ApiPart
{
    public static ApiServer Compose(
        AgentConfiguration configuration, string id, ServiceCatalog catalog, IAgentControl control, AclService? acl, IGroupCalls calls, TimeProvider time, ILoggerFactory loggers)
    {
        var options = new ApiOptions
        {
            Address = configuration.Api.Address,
            NodeName = configuration.Node.EffectiveName,
            NodeId = id,
            Group = configuration.Node.Group,
            Version = ProgramVersion.Number,
        };
        return new ApiServer(options, catalog, control, acl, time, loggers, calls);
    }

    /// <returns>Null: everybody may do everything.</returns>
    public static AclService? ComposeAcl(AgentConfiguration configuration, DataDirectory data, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters) =>
        configuration.Acl.Enabled ? new AclService(new AclOptions { BootstrapResetFile = data.File("acl-bootstrap-reset") }, time, meters, loggers) : null;
}

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Catalog;
using Skerry.Gateway.Plugins.Upstream;
using Skerry.Gateway.Transport;

using Yarp.ReverseProxy.Forwarder;

namespace Skerry.Gateway.Plugins;

/// <summary>What plugins may use besides their options, from the time they are prepared.</summary>
/// <param name="Catalog">Instances of services.</param>
/// <param name="Far">Instances of other groups; null: they are not reached.</param>
/// <param name="Time">Clock and timers.</param>
/// <param name="Logger">The gateway's.</param>
/// <param name="Loops">Where connections live.</param>
/// <param name="Targets">Connections and health of instances, which survive a change of the configuration.</param>
/// <param name="Forwarder">YARP's forwarder, for what the gateway's own connection does not speak.</param>
internal sealed record PluginEnvironment(
    ServiceCatalog Catalog, IFarInstances? Far, TimeProvider Time, ILogger Logger, EventLoops Loops, TargetRegistry Targets, IHttpForwarder Forwarder)
{
    /// <summary>For plugins whose options are only checked.</summary>
    public static PluginEnvironment None { get; } = new(null!, null, TimeProvider.System, NullLogger.Instance, null!, null!, null!);
}

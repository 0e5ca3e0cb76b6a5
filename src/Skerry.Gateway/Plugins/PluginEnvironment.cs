using Microsoft.Extensions.Logging;

using Skerry.Catalog;
using Skerry.Gateway.Plugins.Upstream;

using Yarp.ReverseProxy.Forwarder;

namespace Skerry.Gateway.Plugins;

/// <summary>What plugins may use besides their options.</summary>
/// <param name="Catalog">Instances of services; null when options are only checked.</param>
/// <param name="Time">Clock and timers.</param>
/// <param name="Logger">The gateway's.</param>
/// <param name="Targets">Connections and health of instances, which survive a change of the configuration.</param>
/// <param name="Forwarder">YARP's forwarder; null when options are only checked.</param>
internal sealed record PluginEnvironment(ServiceCatalog? Catalog, TimeProvider Time, ILogger Logger, TargetRegistry Targets, IHttpForwarder? Forwarder);

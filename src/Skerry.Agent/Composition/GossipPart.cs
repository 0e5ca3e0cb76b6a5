using System.Diagnostics.Metrics;

using Microsoft.Extensions.Logging;

using Skerry.Agent.Adapters;
using Skerry.Agent.Configuration;
using Skerry.Gossip;

namespace Skerry.Agent.Composition;

/// <summary>Makes membership from the configuration.</summary>
internal static class GossipPart
{
    public static GossipNode Compose(LoadedConfiguration configuration, string id, DataDirectory data, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        var gossip = configuration.Model.Gossip;
        var options = new GossipOptions
        {
            NodeName = configuration.Model.Node.EffectiveName,
            Bind = gossip.Bind,
            Advertise = gossip.Advertise,
            Profile = gossip.Profile,
            Tags = AgentTags.Of(configuration.Model, id),
            Keys = configuration.GossipKeys,
            KeyringPath = gossip.KeyringFile,
            SnapshotPath = data.File("members"),
            RejoinAfterLeave = gossip.RejoinAfterLeave,
            ReconnectTimeout = gossip.ReconnectTimeout,
            TombstoneTimeout = gossip.TombstoneTimeout,
        };
        return new GossipNode(options, time, loggers, meters);
    }
}

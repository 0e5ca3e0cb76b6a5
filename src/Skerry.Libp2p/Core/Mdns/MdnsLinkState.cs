using System.Net;

using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Mdns;

/// <summary>What is due on one link.</summary>
/// <param name="addresses">This node's IP addresses there.</param>
internal sealed class MdnsLinkState(IReadOnlyList<IPAddress> addresses)
{
    public IReadOnlyList<IPAddress> Addresses => addresses;

    public Instant NextQuery { get; set; }

    /// <summary>The time from that query to the one after it.</summary>
    public TimeSpan QueryWait { get; set; }

    /// <summary>What is to be answered to all.</summary>
    public MdnsTopics Answer { get; set; }

    public Instant AnswerAt { get; set; } = Instant.Never;

    /// <summary>When the next answer to all may go out: the same is not said twice in a second.</summary>
    public Instant MayAnswerAt { get; set; }

    /// <summary>When the next answer to one may go out.</summary>
    public Instant MayAnswerOneAt { get; set; }

    /// <summary>Times that this node still says unasked that it is here.</summary>
    public int Announcements { get; set; }
}

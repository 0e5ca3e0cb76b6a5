using System.Net;

namespace Skerry.Proxy;

/// <summary>A forward as it runs.</summary>
/// <param name="Id">Names it while it is open.</param>
/// <param name="Options">What it was opened with.</param>
/// <param name="Address">Where it listens, the port as bound.</param>
/// <param name="IsConfigured">Whether the configuration holds it; otherwise it was opened on request.</param>
/// <param name="Open">Connections, or clients of UDP, open now.</param>
/// <param name="Opened">Those there ever were.</param>
/// <param name="Failed">Those of them that reached no instance.</param>
public sealed record ForwardState(string Id, ForwardOptions Options, IPEndPoint Address, bool IsConfigured, int Open, long Opened, long Failed)
{
    /// <summary>Healthy instances that the next connection could go to.</summary>
    public int Instances { get; init; }
}

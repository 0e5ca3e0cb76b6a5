namespace Skerry.Proxy.Instances;

/// <summary>An instance that a connection may go to.</summary>
/// <param name="Key">Names it in the whole mesh.</param>
/// <param name="Service">Its service.</param>
/// <param name="Host">IP address or host name, for one that is dialled at its address.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Weight">Its share of traffic, at least 1.</param>
/// <param name="IsFar">Reached through its node, by <see cref="IFarDialer"/>.</param>
/// <param name="RoundTrip">How far it is: zero on this node; null when unknown.</param>
internal sealed record Candidate(InstanceKey Key, string Service, string Host, int Port, int Weight, bool IsFar, TimeSpan? RoundTrip);

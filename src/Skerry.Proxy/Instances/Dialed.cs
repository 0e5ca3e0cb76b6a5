namespace Skerry.Proxy.Instances;

/// <summary>A channel to an instance.</summary>
/// <typeparam name="T">Kind of channel.</typeparam>
/// <param name="Channel">The channel.</param>
/// <param name="Lease">The instance, and its share of the load.</param>
internal sealed record Dialed<T>(T Channel, InstanceLease Lease);

namespace Skerry.Proxy;

/// <summary>How far other nodes are. The agent gives it, from coordinates and measured round trips.</summary>
public interface INodeDistances
{
    /// <summary>Estimated round trip from this node to another; null when nothing is known.</summary>
    TimeSpan? RoundTripTo(string node);
}

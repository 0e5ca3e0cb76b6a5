using Skerry.Lab.Programs;

namespace Skerry.Lab.Peers;

/// <summary>What a <see cref="PeerProgram"/> answers.</summary>
internal sealed record PeerAnswer : Answer
{
    /// <summary>Who it was about.</summary>
    public string? Peer { get; init; }

    /// <summary>Where it listens, is reached through, or is connected to, as the request says.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Ping: the round trip, ms.</summary>
    public double RoundTrip { get; init; }

    /// <summary>Whether no connection there is goes without a relay.</summary>
    public bool IsRelayed => Addresses.All(address => address.Contains("/p2p-circuit", StringComparison.Ordinal));
}

using Skerry.Lab.Programs;

namespace Skerry.Lab.Peers;

/// <summary>What a test asks of a <see cref="PeerProgram"/>: <c>start</c>, <c>connect</c>, <c>reserve</c>, <c>ping</c>, <c>echo</c>, <c>direct</c> or <c>found</c>.</summary>
internal sealed record PeerRequest : Request
{
    /// <summary>Start: what its key is made from.</summary>
    public string? Name { get; init; }

    /// <summary>Start: where to listen. Connect, reserve: where to.</summary>
    public string? Address { get; init; }

    /// <summary>Start: whether it carries for others.</summary>
    public bool IsRelay { get; init; }

    /// <summary>Whom it is about.</summary>
    public string? Peer { get; init; }

    /// <summary>Echo: how many.</summary>
    public int Bytes { get; init; }

    /// <summary>Start: whether it is found in its LAN.</summary>
    public bool IsInLan { get; init; }

    /// <summary>Direct, found: how long to wait.</summary>
    public double Seconds { get; init; }
}

using Skerry.Lab.Load;
using Skerry.Lab.Programs;

namespace Skerry.Lab.Tunnels;

/// <summary>What a <see cref="TunnelProgram"/> answers.</summary>
internal sealed record TunnelAnswer : Answer
{
    /// <summary>Start, and unasked when they have changed: how others reach the node.</summary>
    public KnownRoutes? Routes { get; init; }

    /// <summary>Reach, status: where the node that was asked about is connected, best first; empty: it is not.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Status: those of <see cref="Paths"/> that sessions ride.</summary>
    public IReadOnlyList<string> Ridden { get; init; } = [];

    /// <summary>Status: how the first session of the load began.</summary>
    public string Begun { get; init; } = "";

    /// <summary>Status: the relays at which there is a reservation.</summary>
    public IReadOnlyList<string> Reservations { get; init; } = [];

    /// <summary>Figures.</summary>
    public TrafficFigures? Figures { get; init; }
}

using Skerry.Lab.Programs;

namespace Skerry.Lab.Tunnels;

/// <summary>
/// What a test asks of a <see cref="TunnelProgram"/>: <c>start</c>, <c>know</c> (a node's routes), <c>relays</c> (named from now on), <c>duty</c> (whether it
/// carries for others), <c>reach</c>, <c>load</c> (begin to exchange with a node), <c>mark</c> (count from here), <c>figures</c>, <c>status</c>.
/// </summary>
internal sealed record TunnelRequest : Request
{
    /// <summary>Start: its own. Reach, load, status: whom it is about.</summary>
    public string Node { get; init; } = "";

    /// <summary>Start: where to listen.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary>Start, relays: those the operator names.</summary>
    public IReadOnlyList<NamedRelay> Relays { get; init; } = [];

    /// <summary>Start, duty: whether it is a relay.</summary>
    public bool IsRelay { get; init; }

    /// <summary>Start: how long a session may be without a path, seconds.</summary>
    public double ResumeSeconds { get; init; } = 30;

    /// <summary>Know: what to.</summary>
    public KnownRoutes? Routes { get; init; }
}

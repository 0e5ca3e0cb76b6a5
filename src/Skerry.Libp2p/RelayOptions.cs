namespace Skerry.Libp2p;

/// <summary>What a <see cref="Libp2pHost"/> carries for others as a relay (libp2p relay/circuit-v2.md).</summary>
public sealed record RelayOptions
{
    /// <summary>Peers that may hold a reservation at once, wherever they come from: many stand behind one address. 1 or more.</summary>
    public int MaxReservations { get; init; } = 4096;

    /// <summary>How long a reservation holds unless it is refreshed, which costs nothing. Above zero.</summary>
    public TimeSpan ReservationTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Circuits at once. 1 or more.</summary>
    public int MaxCircuits { get; init; } = 4096;

    /// <summary>Circuits at once with one peer at either end. 1 or more.</summary>
    public int MaxCircuitsPerPeer { get; init; } = 64;

    /// <summary>
    /// Bytes a second that all circuits together may carry, smoothed over some seconds, each byte counted once though it comes in and goes out: what this node's line
    /// takes. While it is more, nothing new is put through; what runs goes on. Null: it is not measured. 1 or more.
    /// </summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>
    /// Other relays to name to a peer that is refused because there is no room, the best first; of those the first three. Asked on many threads. Only Skerry's nodes
    /// understand the answer.
    /// </summary>
    public Func<PeerId, IReadOnlyList<PeerAddresses>> Others { get; init; } = _ => [];

    /// <summary>How long a circuit may last; null: as long as it likes. Other libp2p programs use a circuit with a limit for little else than punching holes.</summary>
    public TimeSpan? MaxCircuitTime { get; init; }

    /// <summary>Bytes a circuit may carry in each direction; null: any number.</summary>
    public long? MaxCircuitBytes { get; init; }
}

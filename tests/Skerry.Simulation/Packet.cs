namespace Skerry.Simulation;

/// <summary>One datagram on the <see cref="Network"/>.</summary>
/// <param name="From">The id of the sender.</param>
/// <param name="To">The id of the receiver.</param>
/// <param name="Payload">What it carries: bytes, or a message already decoded.</param>
/// <param name="Size">Its length on the wire, bytes.</param>
internal sealed record Packet(int From, int To, object Payload, int Size);

using System.Buffers;

namespace Skerry.Lab.Routing;

/// <summary>An IPv4 packet on its way; whoever takes it from the exchange last gives its buffer back.</summary>
/// <param name="Buffer">Rented; the packet is its first <paramref name="Length"/> bytes.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Source">The port it came in by.</param>
/// <param name="Target">The port it goes out by.</param>
/// <param name="Stage">How many pipes it has entered.</param>
internal readonly record struct Packet(byte[] Buffer, int Length, int Source, int Target, int Stage)
{
    public void Release() => ArrayPool<byte>.Shared.Return(Buffer);
}

using Skerry.Proxy.Flows;

namespace Skerry.Proxy.Datagrams;

/// <summary>A datagram in a rented buffer: whoever has it gives it back.</summary>
/// <param name="Buffer">Of the shared pool.</param>
/// <param name="Length">Bytes of it in use.</param>
internal readonly record struct Datagram(byte[] Buffer, int Length)
{
    /// <summary>The longest there is: UDP's limit is 65,507, and a length of two bytes says no more.</summary>
    public const int MaxLength = 65_535;

    public ReadOnlyMemory<byte> Bytes => Buffer.AsMemory(0, Length);

    public static Datagram Copy(ReadOnlySpan<byte> bytes)
    {
        var buffer = Buffers.Rent(Math.Max(1, bytes.Length));
        bytes.CopyTo(buffer);
        return new Datagram(buffer, bytes.Length);
    }

    public void Return() => Buffers.Return(Buffer);
}

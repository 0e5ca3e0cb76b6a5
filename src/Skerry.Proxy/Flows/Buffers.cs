using System.Buffers;

namespace Skerry.Proxy.Flows;

/// <summary>The shared pool's buffers that the proxies of this process hold: all are given back when nothing is under way.</summary>
internal static class Buffers
{
    private static int s_rented;

    /// <summary>Held at the moment.</summary>
    public static int Rented => Volatile.Read(ref s_rented);

    /// <param name="length">At least so long, bytes.</param>
    public static byte[] Rent(int length)
    {
        Interlocked.Increment(ref s_rented);
        return ArrayPool<byte>.Shared.Rent(length);
    }

    public static void Return(byte[] buffer)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        Interlocked.Decrement(ref s_rented);
    }
}

using System.Net;

namespace Skerry.Interop.Tests;

/// <summary>Loopback addresses that nobody else uses, so that a process can be given its ports before it starts and still find them free.</summary>
internal static class LoopbackHosts
{
    private static int _taken;

    /// <summary>An address of its own for one process of a test; another run of the tests at the same time has others.</summary>
    public static IPAddress Next()
    {
        var host = Interlocked.Increment(ref _taken);
        var run = Environment.ProcessId % 30_000;
        return new IPAddress([127, (byte)(128 + (run >> 8)), (byte)run, (byte)(1 + host % 254)]);
    }
}

namespace Skerry.Bench.Tunnel;

/// <summary>The processes of one contestant while it is measured.</summary>
/// <param name="Listener">One end.</param>
/// <param name="Dialler">The other.</param>
/// <param name="Between">What stands between them.</param>
internal sealed record Contest(PeerProcess Listener, PeerProcess Dialler, IReadOnlyList<PeerProcess> Between) : IDisposable
{
    public TimeSpan Cpu => Listener.Cpu + Dialler.Cpu + CpuBetween;

    public TimeSpan CpuBetween => Between.Aggregate(TimeSpan.Zero, (sum, process) => sum + process.Cpu);

    /// <summary>Two peers of one kind.</summary>
    public static Contest Direct(string[] command)
    {
        var listener = new PeerProcess(command);
        return new Contest(listener, new PeerProcess([.. command, listener.ReadLine()]), []);
    }

    /// <summary>Two peers with a relay between them.</summary>
    public static Contest Relayed(string[] command, string[] relay)
    {
        var between = new PeerProcess(relay);
        var listener = new PeerProcess([.. command, "--through", between.ReadLine()]);
        return new Contest(listener, new PeerProcess([.. command, listener.ReadLine()]), [between]);
    }

    /// <summary>Two peers on two machines.</summary>
    /// <param name="there">How to run something on the listener's.</param>
    /// <param name="here">How to run something on the dialler's.</param>
    /// <param name="ip">Where the listener listens.</param>
    /// <param name="command">The peers.</param>
    /// <param name="between">What stands between them.</param>
    public static Contest Across(string[] there, string[] here, string ip, string[] command, IReadOnlyList<PeerProcess> between)
    {
        var listener = new PeerProcess([.. there, .. command, "--at", ip]);
        return new Contest(listener, new PeerProcess([.. here, .. command, listener.ReadLine()]), between);
    }

    /// <summary>The same, with a relay on a third machine.</summary>
    /// <param name="there">How to run something on the listener's.</param>
    /// <param name="here">How to run something on the dialler's.</param>
    /// <param name="middle">How to run something on the relay's.</param>
    /// <param name="ip">Where the relay listens.</param>
    /// <param name="command">The peers.</param>
    /// <param name="relay">The relay.</param>
    public static Contest RelayedAcross(string[] there, string[] here, string[] middle, string ip, string[] command, string[] relay)
    {
        var between = new PeerProcess([.. middle, .. relay, "--at", ip]);
        var listener = new PeerProcess([.. there, .. command, "--through", between.ReadLine()]);
        return new Contest(listener, new PeerProcess([.. here, .. command, listener.ReadLine()]), [between]);
    }

    public void Dispose()
    {
        Dialler.Dispose();
        Listener.Dispose();
        foreach (var process in Between) process.Dispose();
    }
}
